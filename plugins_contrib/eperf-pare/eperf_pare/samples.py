"""Settings by which `eperf plugins check` judges the plugin. Figures in them are examples, and of no regulation."""

from __future__ import annotations

from decimal import Decimal

from eperf.plugins.samples import SchemeSample

SAMPLES = (
    SchemeSample(
        "performance",
        {"ethics_deciding": "month"},
        needs=("targets", "behaviour"),
        asked=("ethics_deciding",),
        # The rule's own highest figure: the slope has no cap and gives 50 + 1.43 x 34.99 just below the flat top.
        most=Decimal("100.04"),
    ),
)
