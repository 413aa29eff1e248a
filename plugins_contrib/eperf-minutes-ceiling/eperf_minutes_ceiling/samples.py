"""Settings by which `eperf plugins check` judges the plugin. Figures in them are examples, and of no regulation."""

from __future__ import annotations

from eperf.plugins.samples import SchemeSample

SAMPLES = (
    SchemeSample(
        "activity",
        {"absent_min": 300, "leave_min": 0, "reducer_basis": "Pergub Contoh 1/2026"},
        needs=("days",),
        asked=("absent_min", "leave_min", "reducer_basis"),
    ),
    SchemeSample(
        "result",
        {"absent_min": 300, "leave_min": 0, "reducer_basis": "Pergub Contoh 1/2026", "deciding": "year"},
        needs=("days", "targets", "employees.position_kind"),
        asked=("deciding",),
        # The ceiling bounds the activity; the source bounds no plan, whose targets may be passed by any amount.
        most=None,
    ),
)
