"""Settings by which `eperf plugins check` judges the plugin. Figures in them are examples, and of no regulation."""

from __future__ import annotations

from eperf.plugins.samples import SchemeSample

SAMPLES = (
    SchemeSample(
        "paid",
        {"attendance": {"rates": {"absent": "5", "missing_tap": "1.5"}, "of": "received", "basis": "Contoh"}},
        needs=("days", "predikat"),
        asked=("attendance", "attendance.rates", "attendance.of", "attendance.basis"),
    ),
)
