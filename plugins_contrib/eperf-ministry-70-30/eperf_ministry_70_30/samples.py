"""Settings by which `eperf plugins check` judges the plugin. Figures in them are examples, and of no regulation."""

from __future__ import annotations

from eperf.plugins.samples import SchemeSample

SAMPLES = (
    SchemeSample("attendance", {}, needs=("days",), asked=()),
    SchemeSample("pay", {"deciding": "previous_quarter"}, needs=("days", "predikat"), asked=("deciding",)),
)
