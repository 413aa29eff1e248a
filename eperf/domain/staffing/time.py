"""Effective working time (waktu kerja efektif): how many minutes a person has for the tasks of a year.

The printed sources disagree and some do not close (235 days of 5 h 30 are not 1,250 h), so the constant is a row
that a unit chooses. Its parts belong together: 250 days of 300 minutes, 50 weeks, 12 months, never 235 days.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType

from eperf.domain.count import whole_count
from eperf.domain.errors import BadInput
from eperf.domain.in_force import in_force
from eperf.domain.scoring.rounding import half_up
from eperf.domain.staffing.figures import amount, exact

PER_YEAR: Mapping[str, int] = MappingProxyType(
    {"day": 250, "week": 50, "month": 12, "quarter": 4, "semester": 2, "year": 1}
)
"""How often a year has what a volume is counted by."""


@dataclass(frozen=True, slots=True)
class EffectiveTime:
    """Minutes of work that one person has, in force in `[valid_from, valid_to)`."""

    name: str
    valid_from: date
    valid_to: date | None
    legal_basis: str
    year_min: int
    month_min: int
    week_min: int
    day_min: int
    confirmed: bool
    """Whether the row was read in a source; others are known by hearsay and stay labelled so."""
    per_year: Mapping[str, int] = field(default_factory=lambda: PER_YEAR)

    def factor(self, per: str, field: str = "per") -> int:
        """How often a year has a `day`, `week`, `month`, `quarter`, `semester` or `year` of work."""
        if per not in self.per_year:
            raise BadInput(field, per, "not one of " + ", ".join(self.per_year))
        return self.per_year[per]


_SINCE = date(2020, 1, 1)
_OLD = {"day": 240, "week": 48, "month": 12, "quarter": 4, "semester": 2, "year": 1}

EFFECTIVE_TIMES: tuple[EffectiveTime, ...] = (
    EffectiveTime(
        "standard", _SINCE, None, "PermenPANRB 1/2020, PerBKN 9/2022", 75_000, 6_250, 1_500, 300, True
    ),
    EffectiveTime(
        "kepmenpan-2004", date(2004, 1, 1), None, "KEP/75/M.PAN/7/2004", 72_000, 6_000, 1_500, 300, False,
        MappingProxyType(_OLD),
    ),
)  # fmt: skip
"""Full sets of constants. A unit chooses by name; `standard` unless it says otherwise."""

STANDARD = EFFECTIVE_TIMES[0]
"""The set that is taken when a unit has chosen none."""

YEAR_MINUTES: Mapping[str, int] = MappingProxyType(
    {
        "standard": 75_000,
        "kepmenpan-2004": 72_000,
        "permendagri-12-2008": 1_324 * 60,
        "found-74760": 74_760,
        "found-six-day-week": 90_000,
        "found-formal-hours": 115_584,
    }
)
"""Yearly minutes met in rules and in programs; for comparison of older analyses only, beyond the first."""


def effective_time(on: date, name: str = "standard") -> EffectiveTime:
    """The constants in force on a day, by their name."""
    rows = [row for row in EFFECTIVE_TIMES if row.name == name]
    if not rows:
        known = ", ".join(sorted({row.name for row in EFFECTIVE_TIMES}))
        raise BadInput("effective_time", name, f"not one of {known}")
    return in_force(rows, on, "effective_time")


MOST_DAYS = 366
"""Of a leap year."""


@dataclass(frozen=True, slots=True)
class DerivedTime:
    """Effective time of a year as KEP/75/M.PAN/7/2004 derives it."""

    days: int
    hours_per_day: Decimal
    hours_per_year: Decimal
    minutes_per_year: Decimal


def derived_time(
    days_in_year: int,
    non_working_days: int,
    formal_hours: Decimal,
    allowance_pct: Decimal = Decimal(30),
    *,
    round_hours: bool = False,
) -> DerivedTime:
    """Days without weekends, holidays and leave, times formal hours less the allowance for what is no work.

    `round_hours` takes the daily hours half-up to a whole hour before they are multiplied, as the decree allows.
    """
    whole_count("non_working_days", non_working_days, whole_count("days_in_year", days_in_year, MOST_DAYS))
    formal, allowance = amount("formal_hours", formal_hours), amount("allowance_pct", allowance_pct)
    if formal > 24:
        raise BadInput("formal_hours", formal_hours, "more than a day has")
    if allowance > 100:
        raise BadInput("allowance_pct", allowance_pct, "more than the whole")
    hours = formal * (100 - allowance) / 100
    hours = Fraction(half_up(hours)) if round_hours else hours
    days = days_in_year - non_working_days
    return DerivedTime(days, exact(hours), exact(hours * days), exact(hours * days * 60))
