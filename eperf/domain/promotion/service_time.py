"""Service time in full months, as ranks and posts count it.

A month is full when the same day number is reached; a day number that a month does not have is reached on the
first of the next month. So a month that is counted is never taken away again.
"""

from __future__ import annotations

from datetime import MAXYEAR, MINYEAR, date

from eperf.domain.errors import BadInput

YEAR = 12
"""Months."""


def full_months(since: date, until: date) -> int:
    """Full months from one day to another; negative when it lies before."""
    return (until.year - since.year) * YEAR + until.month - since.month - (until.day < since.day)


def add_months(day: date, months: int) -> date:
    """The first day on which `months` full months have passed since `day`."""
    ordinal = day.year * YEAR + day.month - 1 + months
    try:
        return _first(ordinal).replace(day=day.day)
    except ValueError:
        return _first(ordinal + 1)


def first_of_month(day: date) -> date:
    """The day itself when it is a first, else the first of the month after."""
    return _first(day.year * YEAR + day.month - (day.day == 1))


def _first(ordinal: int) -> date:
    """The first of a month by its number since the year 0."""
    if not MINYEAR * YEAR <= ordinal < (MAXYEAR + 1) * YEAR:
        raise BadInput("date", f"{ordinal // YEAR}-{ordinal % YEAR + 1}", "outside the years 1 to 9999")
    return date(ordinal // YEAR, ordinal % YEAR + 1, 1)
