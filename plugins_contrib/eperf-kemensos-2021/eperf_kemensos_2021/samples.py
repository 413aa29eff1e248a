"""Settings by which `eperf plugins check` judges the plugin. Figures in them are examples, and of no regulation."""

from __future__ import annotations

from decimal import Decimal

from eperf.plugins.samples import SchemeSample

SAMPLES = (
    SchemeSample(
        "performance",
        {
            "weights": {"work": 60, "behaviour": 20, "attendance": 20},
            "monthly_target": "6000.5",
            "cap_percent": "110",
            "dimensions": [{"name": "service_oriented"}, {"name": "cooperation", "weight": 2}],
            "scale": "above_lowest",
            "deciding": "previous_month",
            "basis": "Kepmensos Contoh 1/2026",
            "attendance_ladder": "ma-2020",
        },
        needs=("days", "behaviour"),
        asked=("weights.work", "monthly_target", "dimensions", "scale"),
        # Work counts up to this sample's cap: 60 % of 110, and 40 for the other two in full.
        most=Decimal(106),
    ),
)
