"""The smoke run starts every build at once, so it disturbs whatever is tested beside it: `make bench-smoke` runs it alone."""

import os

collect_ignore = (
    []
    if os.environ.get("EPERF_BENCH_SMOKE")
    else [
        "test_scoring.py",
        "test_smoke.py",
        "test_subscriptions.py",
    ]
)
