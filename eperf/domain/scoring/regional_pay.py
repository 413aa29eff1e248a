"""Two regional ways from per cents to rupiah, known from public implementations.

40/60: each base of the allowance (workload, achievement, condition, scarcity) pays 40 % by discipline and
60 % by productivity. That code's grand total adds the base once more; it is an error and not copied.
Whole rupiah: the amount is cut off, not rounded, and tax and insurance come afterwards.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from eperf.domain.errors import BadInput
from eperf.domain.number import in_range
from eperf.domain.regulation import UNDATED, Regulated
from eperf.domain.scoring.rounding import floor
from eperf.domain.scoring.weights import Component, check_weights, weighted_score

BASES = ("workload", "achievement", "condition", "scarcity")


@dataclass(frozen=True, kw_only=True)
class DisciplineProductivity(Regulated):
    """Weights of discipline and productivity in per cent."""

    discipline_pct: Decimal
    productivity_pct: Decimal

    def __post_init__(self) -> None:
        check_weights((self.discipline_pct, self.productivity_pct))


FORTY_SIXTY = DisciplineProductivity(
    valid_from=UNDATED,
    legal_basis="TPP 40/60, implementasi publik; Kepmendagri 900-4700/2020",
    mark="impl",
    discipline_pct=Decimal(40),
    productivity_pct=Decimal(60),
)


def by_discipline_and_productivity(
    bases_rp: Mapping[str, Decimal],
    discipline_pct: Decimal,
    productivity_pct: Decimal,
    rule: DisciplineProductivity = FORTY_SIXTY,
) -> dict[str, Decimal]:
    """What each base pays, exact; the amount is the sum of these and nothing else."""
    in_range("discipline_pct", discipline_pct, most=100)
    in_range("productivity_pct", productivity_pct, most=100)
    for base, amount in bases_rp.items():
        if base not in BASES:
            raise BadInput("bases_rp", base, "not one of " + ", ".join(BASES))
        in_range(f"bases_rp.{base}", amount)
    share = weighted_score(
        [
            Component("discipline", rule.discipline_pct, discipline_pct),
            Component("productivity", rule.productivity_pct, productivity_pct),
        ]
    )
    return {base: amount * share / 100 for base, amount in bases_rp.items()}


def cut_off_rp(basic_rp: Decimal, final_pct: Decimal) -> int:
    """Basic amount x per cent, cut off to whole rupiah (Madiun type)."""
    in_range("basic_rp", basic_rp)
    in_range("final_pct", final_pct)
    return floor(Fraction(basic_rp) * Fraction(final_pct) / 100)
