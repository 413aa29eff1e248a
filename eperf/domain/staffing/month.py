"""What one month says about a unit: reported load against capacity, and beside it the load by the norm.

Reported load is what people say they did, so inflated reports look like missing staff. It is therefore never
shown alone: where it stands more than a fifth above or below the norm (volume x standard time), the unit is
flagged for a look. Pay must not depend on either.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from eperf.domain.count import whole_count
from eperf.domain.staffing.figures import Number, amount, head_count, measure, two_decimals
from eperf.domain.staffing.grade import REGULATION, GradeTable
from eperf.domain.staffing.post import Effectiveness, effectiveness
from eperf.domain.staffing.time import STANDARD, EffectiveTime

MOST_DAYS = 31
"""No month has more working days than days."""


class CapacityBy(StrEnum):
    """What a head's month is counted by: its working days, or a twelfth of the year."""

    WORKING_DAYS = "working_days"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class MonthLoad:
    """The monthly EJ: minutes that there were, and what the given minutes make of them."""

    capacity_min: int
    effectiveness: Effectiveness


@dataclass(frozen=True, slots=True)
class Comparison:
    """Reported over norm."""

    ratio: Decimal | None
    """Two decimals for display; None without a norm."""
    above: bool
    below: bool

    @property
    def flagged(self) -> bool:
        """Whether somebody should look."""
        return self.above or self.below


def capacity_min(
    headcount: int,
    working_days: int,
    *,
    time: EffectiveTime = STANDARD,
    by: CapacityBy = CapacityBy.WORKING_DAYS,
) -> int:
    """Minutes that a unit has in a month."""
    people, days = head_count("headcount", headcount), whole_count("working_days", working_days, MOST_DAYS)
    return people * (time.day_min * days if by is CapacityBy.WORKING_DAYS else time.month_min)


def month_load(
    headcount: int,
    working_days: int,
    load_min: Number,
    *,
    time: EffectiveTime = STANDARD,
    by: CapacityBy = CapacityBy.WORKING_DAYS,
    table: GradeTable = REGULATION,
) -> MonthLoad:
    """EJ of a month, graded like a year's. A month without people or without working days has none."""
    capacity = capacity_min(headcount, working_days, time=time, by=by)
    load = amount("approved_min", load_min)
    return MonthLoad(capacity, effectiveness(load, 1 if capacity else 0, Fraction(capacity), table))


def reported_against_norm(
    reported_min: Number,
    norm_min: Number,
    *,
    above: Decimal = Decimal("1.2"),
    below: Decimal = Decimal("0.8"),
) -> Comparison:
    """Whether reported load is more than `above` or less than `below` times the norm, judged before rounding.

    Without a norm load there is nothing to compare with: no ratio, no flag.
    """
    reported, norm = amount("reported_min", reported_min), amount("norm_min", norm_min)
    if norm == 0:
        return Comparison(None, above=False, below=False)
    ratio = reported / norm
    most, least = measure("above", above), amount("below", below)
    return Comparison(two_decimals(ratio), above=ratio > most, below=ratio < least)
