"""Days of an employee, machines of a unit."""

from __future__ import annotations

import strawberry

from eperf.domain.period import YearMonth as Month
from eperf.plugins.api import Contribution
from eperf.schema.attendance.mutations import MUTATIONS
from eperf.schema.attendance.types import AttendanceDay, Device, Punch
from eperf.schema.lists import Connection, connection, wanted
from eperf.schema.organisation.queries import After, First, Info
from eperf.schema.organisation.types import Unit
from eperf.schema.people.types import Employee
from eperf.schema.scalars import YearMonth
from eperf.store.scope import Q

_DAYS = {"DATE": (("date", False), ("id", False))}
_PUNCHES = {"TIME": (("occurred_at", True), ("id", True))}
_DEVICES = {"SERIAL": (("serial", False), ("id", False))}


async def attendance(
    self: Employee, info: Info, month: YearMonth, first: First = 31, after: After = None
) -> Connection[AttendanceDay]:
    """The days of a month, in order."""
    period = Month.parse(month)
    where = Q(date__gte=period.first, date__lte=period.last)
    asked = wanted(_DAYS, "DATE", first, after, where, str(period))
    page = await info.context.rows.page_of(AttendanceDay, "employee_id", self.row.id, asked)
    return connection(AttendanceDay, page, after)


async def punches(self: Employee, info: Info, first: First = None, after: After = None) -> Connection[Punch]:
    """Clock records, the latest first."""
    asked = wanted(_PUNCHES, "TIME", first, after, None, None)
    page = await info.context.rows.page_of(Punch, "employee_id", self.row.id, asked)
    return connection(Punch, page, after)


async def devices(self: Unit, info: Info, first: First = None, after: After = None) -> Connection[Device]:
    """Machines of this very unit."""
    asked = wanted(_DEVICES, "SERIAL", first, after, None, None)
    return connection(Device, await info.context.rows.page_of(Device, "unit_id", self.row.id, asked), after)


CONTRIBUTION = Contribution(
    types=(AttendanceDay, Punch, Device),
    mutation=MUTATIONS,
    extends={
        "Employee": {
            "attendance": strawberry.field(
                resolver=attendance, description="The days of a month (presensi)."
            ),
            "punches": strawberry.field(resolver=punches, description="Clock records, the latest first."),
        },
        "Unit": {
            "devices": strawberry.field(
                resolver=devices, description="Attendance machines of this very unit."
            )
        },
    },
)
