"""Late and early minutes as days of absence.

The rule was written for PP 53/2010 (elucidation of art. 3 no. 11): minutes of lateness and early leaving accumulate
over the calendar year, and 7.5 hours are a day. That it still holds under PP 94/2021 and Peraturan BKN 6/2022 is not
confirmed, so whoever uses it for a proposal has to say so.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from eperf.domain.attendance.ladder import Mark
from eperf.domain.errors import BadInput
from eperf.domain.in_force import in_force


@dataclass(frozen=True, slots=True)
class MinutesRule:
    """How many minutes of a year make a day, with its validity."""

    legal_basis: str
    valid_from: date
    valid_to: date | None
    mark: Mark
    day_min: int


MINUTES_RULES: tuple[MinutesRule, ...] = (
    MinutesRule(
        "Penjelasan PP 53/2010 pasal 3 angka 11", date(2010, 1, 1), date(2021, 8, 31), Mark.PRESS, 450
    ),
    MinutesRule(
        "Penjelasan PP 53/2010 pasal 3 angka 11, belum dipastikan untuk PP 94/2021",
        date(2021, 8, 31),
        None,
        Mark.RECALLED,
        450,
    ),
)
"""The rule under its own regulation, and carried over to the present one."""


def minutes_rule_on(day: date) -> MinutesRule:
    """The rule in force on a day; a day before the first is refused."""
    return in_force(MINUTES_RULES, day, "day", "menit keterlambatan")


def days_of_minutes(late_early_min: int, rule: MinutesRule) -> int:
    """Whole days in the minutes of a year, rounded down."""
    if late_early_min < 0:
        raise BadInput("late_early_min_in_year", late_early_min, "0 or more")
    return late_early_min // rule.day_min
