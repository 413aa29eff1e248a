"""The days whose attendance a month of pay counts: not always the calendar month.

A window is two days of month, each so many months before the month of pay.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from eperf.domain.errors import BadInput
from eperf.domain.period import YearMonth
from eperf.domain.regulation import Regulated, in_force


@dataclass(frozen=True, kw_only=True)
class AttendanceWindow(Regulated):
    """`first_day` of the month `first_back` before, to `last_day` of the month `last_back` before.

    `report_by`: the day of the month of pay by which the report is due, None when no source says.
    """

    unit: str
    first_day: int
    first_back: int
    last_day: int
    last_back: int
    report_by: int | None = None


ATTENDANCE_WINDOWS: tuple[AttendanceWindow, ...] = (
    AttendanceWindow(
        unit="kemendes",
        valid_from=date(2025, 1, 1),
        legal_basis="Permendes PDT 7/2025 pasal 27",
        mark="law",
        first_day=16,
        first_back=1,
        last_day=15,
        last_back=0,
        report_by=20,
    ),
    AttendanceWindow(
        unit="pkp",
        valid_from=date(2025, 1, 1),
        legal_basis="Permen PKP 12/2025 pasal 12",
        mark="impl",
        first_day=11,
        first_back=2,
        last_day=10,
        last_back=1,
    ),
)


class Window(NamedTuple):
    """First and last civil day, both inside, and the day on which the report is due."""

    first: date
    last: date
    report_by: date | None


def attendance_window(unit: str, pay_month: YearMonth) -> Window:
    """The days that a unit's month of pay counts."""
    rows = [row for row in ATTENDANCE_WINDOWS if row.unit == unit]
    if not rows:
        raise BadInput("unit", unit, "not one of " + ", ".join(row.unit for row in ATTENDANCE_WINDOWS))
    row = in_force(rows, pay_month.first)
    due = None if row.report_by is None else pay_month.first.replace(day=row.report_by)
    return Window(
        _before(pay_month, row.first_back).replace(day=row.first_day),
        _before(pay_month, row.last_back).replace(day=row.last_day),
        due,
    )


def _before(month: YearMonth, months: int) -> date:
    number = month.year * 12 + month.month - 1 - months
    return date(number // 12, number % 12 + 1, 1)
