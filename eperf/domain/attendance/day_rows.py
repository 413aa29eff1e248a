"""Days as another system's recap lists them, one row a date.

A recap may hold two rows of a date: an "absent" row beside another status is a leftover and dropped, two identical
rows are one. Two rows that say different things are nobody's to choose between, so they are refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, time
from itertools import groupby

from eperf.domain.attendance.day import DayStatus
from eperf.domain.errors import Conflict


@dataclass(frozen=True, slots=True)
class DayRecord:
    """A row of a recap: a date, what it was, and the taps if there are any."""

    date: date
    status: DayStatus
    tap_in: time | None = None
    tap_out: time | None = None


def one_row_a_day(rows: Iterable[DayRecord]) -> list[DayRecord]:
    """The rows in the order of their dates, one for each; refuses dates with two different ones."""
    ordered = sorted(set(rows), key=lambda row: row.date)
    return [_settled(day, list(same)) for day, same in groupby(ordered, key=lambda row: row.date)]


def _settled(day: date, rows: list[DayRecord]) -> DayRecord:
    left = list(_without_leftovers(rows))
    if len(left) > 1:
        raise Conflict("date", day, "two rows of one day say different things")
    return left[0]


def _without_leftovers(rows: list[DayRecord]) -> Iterator[DayRecord]:
    others = any(row.status is not DayStatus.ABSENT for row in rows)
    return (row for row in rows if not (others and row.status is DayStatus.ABSENT))
