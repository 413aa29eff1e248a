"""What the sources leave open, and a unit must therefore say when it binds the scheme."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from eperf.plugins.parts import Dimension, Factor, Scale, check_dimensions, check_factors
from eperf.plugins.rules import Deciding

ASPECTS = ("cost", "quality", "time")
"""The aspects of the individual performance value (NKI) in the handbook."""


@dataclass(frozen=True)
class Aspect:
    """`weight_pct`: what the aspect weighs within the work; `factors`: what a target counts by the per cent reached."""

    weight_pct: int
    factors: tuple[Factor, ...]

    def __post_init__(self) -> None:
        if not 0 <= self.weight_pct <= 100:
            raise ValueError("weight_pct is not between 0 and 100")
        check_factors("factors", self.factors)


@dataclass(frozen=True)
class SurabayaSettings:
    """Nothing here is preset: none of these figures is in a source that eperf knows.

    `deciding`: which period's plan and ratings a month is scored by. `cost`, `quality`, `time`: weights (summing to
    100) and factor tables. `dimensions`, `scale`: which dimensions of behaviour count, and how a rating becomes a per
    cent. `least_score`: below this score nothing counts (0: no such bound). `tables_basis`: where all of that stands.
    """

    deciding: Deciding
    cost: Aspect
    quality: Aspect
    time: Aspect
    dimensions: tuple[Dimension, ...]
    scale: Scale
    least_score: Decimal
    tables_basis: str

    def __post_init__(self) -> None:
        if sum(getattr(self, name).weight_pct for name in ASPECTS) != 100:
            raise ValueError("cost, quality and time do not weigh 100 per cent together")
        check_dimensions("dimensions", self.dimensions)
        least = self.least_score
        if not (least.is_finite() and 0 <= least <= 100 and least == round(least, 2)):
            raise ValueError("least_score is not between 0 and 100 with at most two decimals")
        if not 1 <= len(self.tables_basis.strip()) <= 300:
            raise ValueError("tables_basis must say in 1 to 300 characters where the figures stand")
