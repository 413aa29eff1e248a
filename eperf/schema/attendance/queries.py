"""Days of an employee, machines of a unit."""

from __future__ import annotations

from eperf.plugins.api import Contribution
from eperf.schema.attendance.absence import ABSENCE
from eperf.schema.attendance.mutations import MUTATIONS
from eperf.schema.attendance.types import AttendanceDay, Device, Punch
from eperf.schema.context import Context
from eperf.schema.lists import many
from eperf.schema.months import days_of
from eperf.schema.scalars import YearMonth
from eperf.store.condition import Condition

_DAYS = {"DATE": (("date", False), ("id", False))}
_PUNCHES = {"TIME": (("occurred_at", True), ("id", True))}
_DEVICES = {"SERIAL": (("serial", False), ("id", False))}
_MONTH = 31


def _of_month(_: Context, month: YearMonth) -> Condition:
    return days_of(month)


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
            "punches": many(Punch, _PUNCHES, "TIME", "Clock records, the latest first.", back="employee_id"),
            "absence": ABSENCE,
        },
        "Unit": {
            "devices": many(
                Device, _DEVICES, "SERIAL", "Attendance machines of this very unit.", back="unit_id"
            )
        },
    },
)
