"""What a unit decides when it binds the scheme."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


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
