"""Settings by which `eperf plugins check` judges the plugin. Figures in them are examples, and of no regulation."""

from __future__ import annotations

from eperf.plugins.samples import SchemeSample

SAMPLES = (
    SchemeSample(
        "performance",
        {
            "deciding": "quarter",
            "cost": {
                "weight_pct": 33,
                "factors": [
                    {"from_pct": "0", "counts_pct": "0"},
                    {"from_pct": "70.5", "counts_pct": "83.33"},
                ],
            },
            "quality": {
                "weight_pct": 34,
                "factors": [
                    {"from_pct": "0", "counts_pct": "0"},
                    {"from_pct": "70.5", "counts_pct": "83.33"},
                ],
            },
            "time": {
                "weight_pct": 33,
                "factors": [
                    {"from_pct": "0", "counts_pct": "0"},
                    {"from_pct": "70.5", "counts_pct": "83.33"},
                ],
            },
            "dimensions": [{"name": "service_oriented"}, {"name": "cooperation", "weight": 2}],
            "scale": "of_highest",
            "least_score": "25.5",
            "tables_basis": "Perwali Contoh 1/2026",
        },
        needs=("targets", "behaviour"),
        asked=("cost.factors", "quality.weight_pct", "dimensions", "scale", "least_score", "tables_basis"),
    ),
)
