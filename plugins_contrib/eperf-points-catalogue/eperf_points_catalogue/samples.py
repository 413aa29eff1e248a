"""Settings by which `eperf plugins check` judges the plugin. Figures in them are examples, and of no regulation."""

from __future__ import annotations

from eperf.plugins.samples import SchemeSample

SAMPLES = (
    SchemeSample(
        "points",
        {"attendance": {"absent": "5", "late": [{"from_min": 1, "cut": "0.5"}], "most": "30"}},
        needs=(),
        asked=(),
    ),
)
