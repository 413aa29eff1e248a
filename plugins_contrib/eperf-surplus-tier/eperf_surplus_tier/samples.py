"""Settings by which `eperf plugins check` judges the plugin. Figures in them are examples, and of no regulation."""

from __future__ import annotations

from eperf.plugins.samples import SchemeSample

SAMPLES = (
    SchemeSample(
        "workload",
        {"zero_surplus_k_pct": "50", "zero_surplus_basis": "Perbup Contoh 1/2026"},
        needs=(),
        asked=("zero_surplus_k_pct", "zero_surplus_basis"),
    ),
    SchemeSample(
        "total",
        {
            "zero_surplus_k_pct": "50",
            "zero_surplus_basis": "Perbup Contoh 1/2026",
            "rating": {
                "dimensions": [{"name": "service_oriented"}, {"name": "cooperation", "weight": 2}],
                "scale": "of_highest",
                "deciding": "month",
            },
            "rating_basis": "Perbup Contoh 1/2026",
        },
        needs=("behaviour",),
        asked=("rating", "rating_basis"),
    ),
)
