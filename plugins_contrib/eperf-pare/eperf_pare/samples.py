"""Settings by which `eperf plugins check` judges the plugin. Figures in them are examples, and of no regulation."""

from __future__ import annotations

from eperf.plugins.samples import SchemeSample

SAMPLES = (
    SchemeSample(
        "performance",
        {"ethics_deciding": "month"},
        needs=("targets", "behaviour"),
        asked=("ethics_deciding",),
    ),
)
