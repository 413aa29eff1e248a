"""Best employee of the quarter as a statistics office chooses it (BPS, Jombang: RUMUS_PERHITUNGAN.md).

The order of rounding is part of the rule: the range score takes the *rounded* mean. With the exact mean the
same people get other figures, so both ways can be asked for by name.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from eperf.domain.errors import BadInput
from eperf.domain.number import in_range
from eperf.domain.scoring.rounding import half_up

_HUNDRED = Decimal(100)
WORKING_DAYS = 22


def mean_score(monthly_scores: Sequence[Decimal]) -> Decimal:
    """The mean of the monthly scores, half-up to two decimals."""
    return _two_decimals(_mean(monthly_scores))


def attendance_score(violations: int, days: int = WORKING_DAYS) -> Decimal:
    """Days without a violation among the month's days, in per cent, half-up to two decimals."""
    in_range("violations", violations, most=days)
    return _two_decimals(Fraction(100 * (days - violations), days))


def action_plan_points(points: Sequence[Decimal]) -> Decimal:
    """Action-plan points are added up."""
    for one in points:
        in_range("points", one)
    return sum(points, Decimal(0))


def range_score(
    monthly_scores: Sequence[Decimal], highest: Decimal, lowest: Decimal, *, round_mean_first: bool = True
) -> Decimal:
    """100 for the best, 80 for the last, in proportion between: 100 - (max - x) x 20 / (max - min), half-up.

    When all are equal everybody is the best.
    """
    in_range("max", highest)
    in_range("min", lowest)
    value = Fraction(mean_score(monthly_scores)) if round_mean_first else _mean(monthly_scores)
    spread = Fraction(highest) - Fraction(lowest)
    if spread < 0:
        raise BadInput("max", highest, "lower than min")
    if spread == 0:
        return _HUNDRED
    return _two_decimals(100 - (Fraction(highest) - value) * 20 / spread)


def _mean(scores: Sequence[Decimal]) -> Fraction:
    if not scores:
        raise BadInput("monthly_scores", "", "there is no score")
    for score in scores:
        in_range("monthly_scores", score)
    return sum((Fraction(score) for score in scores), Fraction(0)) / len(scores)


def _two_decimals(value: Fraction) -> Decimal:
    return Decimal(half_up(value * 100)) / _HUNDRED
