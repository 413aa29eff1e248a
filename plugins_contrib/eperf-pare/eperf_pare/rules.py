"""Cap, score and pay of a PARE-type scheme.

The order of rounding is part of the rule: the cap is rounded to two decimals *before* it is compared. Two
things of the source are kept as they are. Just below the flat top the slope gives a little more than 100
(84.97 gives 100.01, 84.99 gives 100.04). And the cut is taken from the full part, not from the scored one,
so that a low score and a cut together can ask for more than was earned.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from eperf.plugins import BadInput, YearMonth
from eperf.plugins.rules import UNDATED, Regulated, check_weights, half_up_to, in_force, in_range

BASIS = "TPP tipe PARE, implementasi publik"
ETHICS_ITEMS = ("polite", "trustworthy", "harmonious", "adaptive", "open", "effective")
"""The six items that are rated from 0 to 5."""


@dataclass(frozen=True, kw_only=True)
class Curve(Regulated):
    """Weights of target and ethics, and the three pieces of the score over the cap."""

    target_pct: Decimal
    ethics_pct: Decimal
    item_most: int
    zero_below: Decimal
    full_from: Decimal
    base: Decimal
    slope: Decimal
    full: Decimal
    places: int

    def __post_init__(self) -> None:
        check_weights((self.target_pct, self.ethics_pct))


CURVES: tuple[Curve, ...] = (
    Curve(
        valid_from=UNDATED,
        legal_basis=BASIS,
        mark="impl",
        target_pct=Decimal(70),
        ethics_pct=Decimal(30),
        item_most=5,
        zero_below=Decimal(50),
        full_from=Decimal(85),
        base=Decimal(50),
        slope=Decimal("1.43"),
        full=Decimal(100),
        places=2,
    ),
)


class Score(NamedTuple):
    """The weighted cap and the score it gives."""

    cap: Decimal
    score: Decimal


NOTHING = Score(Decimal(0), Decimal(0))


def ethics_pct(items: Sequence[Decimal | None], on: date) -> Fraction | None:
    """Six items from 0 to 5 in per cent of their most; exact. All zeros is a rating.

    None when no item is rated; a rating of some of the items only is refused, its rest is never guessed.
    """
    most = in_force(CURVES, on).item_most
    rated = [item for item in items if item is not None]
    if not rated:
        return None
    if len(items) != len(ETHICS_ITEMS):
        raise BadInput("ethics_items", len(items), f"there are {len(ETHICS_ITEMS)} items to rate")
    for name, item in zip(ETHICS_ITEMS, items, strict=True):
        if item is None:
            raise BadInput(f"ethics_items.{name}", None, "not rated, while others are")
        in_range(f"ethics_items.{name}", item, most=most)
    return sum(map(Fraction, rated), Fraction(0)) / (most * len(ETHICS_ITEMS)) * 100


def score(
    target_pct: Decimal, ethics: Decimal | Fraction | None, on: date, *, achievement_approved: bool
) -> Score:
    """Cap and score. Without a rating, or without an achievement that the superior approved, both are 0.

    `ethics`: per cent, rated directly or from `ethics_pct`; None when there is no rating.
    """
    curve = in_force(CURVES, on)
    in_range("target_pct", target_pct)
    if ethics is None or not achievement_approved:
        return NOTHING
    if isinstance(ethics, Decimal):
        in_range("ethics_pct", ethics, most=100)
    weighted = Fraction(curve.target_pct) * Fraction(target_pct) + Fraction(curve.ethics_pct) * Fraction(
        ethics
    )
    cap = half_up_to(weighted / 100, curve.places)
    return Score(cap, _piece(cap, curve))


def _piece(cap: Decimal, curve: Curve) -> Decimal:
    if cap >= curve.full_from:
        return curve.full
    if cap < curve.zero_below:
        return Decimal(0)
    return half_up_to(curve.base + curve.slope * (cap - curve.zero_below), curve.places)


def performance_rp(tpp_rp: Decimal, share_pct: Decimal, scored: Decimal, cut_pct: Decimal) -> Decimal:
    """The performance part: share x score, less the cut of the *full* part; exact."""
    in_range("tpp_rp", tpp_rp)
    in_range("share_pct", share_pct, most=100)
    in_range("score", scored)
    in_range("cut_pct", cut_pct, most=100)
    part = tpp_rp * share_pct / 100
    return part * scored / 100 - part * cut_pct / 100


def deciding_month(month: YearMonth) -> YearMonth:
    """The month whose SKP decides: the one before; January falls back to the last of the period before."""
    if month.month == 1:
        return YearMonth(month.year - 1, 12)
    return YearMonth(month.year, month.month - 1)
