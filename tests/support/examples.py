"""How many examples a costly property gets: few in the suite, `EPERF_EXAMPLES` times as many in `make laws`."""

from __future__ import annotations

import os

from hypothesis import settings

TIMES = int(os.environ.get("EPERF_EXAMPLES", "1"))


def examples(number: int) -> settings:
    """As many examples for a property as the suite has time for, times what the environment asks."""
    return settings(max_examples=number * TIMES, deadline=None)
