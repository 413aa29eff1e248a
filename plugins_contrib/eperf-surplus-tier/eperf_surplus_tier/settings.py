"""What a unit decides when it binds the scheme."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from eperf.plugins.parts import Dimension, Scale, check_dimensions
from eperf.plugins.rules import Deciding


@dataclass(frozen=True)
class TierSettings:
    """The two figures that the source leaves open; neither is preset.

    `zero_surplus_k_pct`: the share when the points are exactly the standard, 0 to 50 so that more points
    never pay less. `zero_surplus_basis`: who decided it.
    """

    zero_surplus_k_pct: Decimal
    zero_surplus_basis: str

    def __post_init__(self) -> None:
        share = self.zero_surplus_k_pct
        if not (share.is_finite() and 0 <= share <= 50 and share == round(share, 2)):
            raise ValueError("zero_surplus_k_pct is not between 0 and 50 with at most two decimals")
        if not 1 <= len(self.zero_surplus_basis.strip()) <= 300:
            raise ValueError("zero_surplus_basis must say in 1 to 300 characters who decided it")


@dataclass(frozen=True)
class Rating:
    """Behaviour that counts: dimensions with their weights, how a rating becomes a per cent, whose round it is."""

    dimensions: tuple[Dimension, ...]
    scale: Scale
    deciding: Deciding

    def __post_init__(self) -> None:
        check_dimensions("dimensions", self.dimensions)


@dataclass(frozen=True)
class TotalSettings(TierSettings):
    """`rating`: how the behaviour part is rated, null where it is paid in full.

    The source prints the part (40 %) and not how a rating changes it, so it must be given. `rating_basis`: who decided.
    """

    rating: Rating | None
    rating_basis: str

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 1 <= len(self.rating_basis.strip()) <= 300:
            raise ValueError("rating_basis must say in 1 to 300 characters who decided it")
