"""Days of an employee, machines of a unit."""

from __future__ import annotations

from eperf.plugins.api import Contribution
from eperf.schema.attendance.absence import ABSENCE
from eperf.schema.attendance.mutations import MUTATIONS
from eperf.schema.attendance.types import AttendanceDay, Device, Punch
from eperf.schema.context import Context
from eperf.schema.lists import many
from eperf.schema.months import days_of
from eperf.schema.scalars import Date, YearMonth
from eperf.store.condition import Condition, Every, Is

_DAYS = {"DATE": (("date", False), ("id", False))}
_DAYS_OF_MANY = {"DATE": (("date", False), ("employee_id", False), ("id", False))}
_PUNCHES = {"TIME": (("occurred_at", True), ("id", True))}
_DEVICES = {"SERIAL": (("serial", False), ("id", False))}
_MONTH = 31


def _of_month(_: Context, month: YearMonth) -> Condition:
    return days_of(month)


def _taken(_: Context, month: YearMonth | None = None, date: Date | None = None) -> Condition | None:
    parts = [days_of(month)] if month is not None else []
    if date is not None:
        parts.append(Is("date", date))
    return Every(tuple(parts)) if parts else None


def _when(_: Context, month: YearMonth, date: Date | None = None) -> Condition:
    return days_of(month) if date is None else Every((days_of(month), Is("date", date)))


CONTRIBUTION = Contribution(
    types=(AttendanceDay, Punch, Device),
    mutation=MUTATIONS,
    extends={
        "Employee": {
            "attendance": many(
                AttendanceDay,
                _DAYS,
                "DATE",
                "The days of a month (presensi).",
                back="employee_id",
                narrow=_of_month,
                size=_MONTH,
            ),
            "punches": many(
                Punch,
                _PUNCHES,
                "TIME",
                "Clock records, the latest first: all, or of a month or a day.",
                back="employee_id",
                narrow=_taken,
            ),
            "absence": ABSENCE,
        },
        "Unit": {
            "attendance": many(
                AttendanceDay,
                _DAYS_OF_MANY,
                "DATE",
                "The days that people served in this very unit in a month, or on one day of it, by day.",
                back="unit_id",
                narrow=_when,
            ),
            "devices": many(
                Device, _DEVICES, "SERIAL", "Attendance machines of this very unit.", back="unit_id"
            ),
        },
    },
)
