"""What the roster says of an employee's days."""

from __future__ import annotations

from functools import partial

import strawberry

from eperf.domain.access import Operation
from eperf.planner.mapping import column, mapped, relation
from eperf.schema.node import Node
from eperf.schema.people.types import Employee
from eperf.schema.scalars import Date, DateTime
from eperf.store.roster import RosterRow
from eperf.store.scope import Columns, reach


@mapped(RosterRow, Operation.ATTENDANCE_READ, partial(reach, columns=Columns(unit=None)))
@strawberry.type(
    description="What the roster says of an employee's day: a shift, or a free day (jadwal dinas)."
)
class RosterDay(Node):
    """A day of the roster."""

    date: Date = column("date", "The civil day on which the shift starts; it owns the shift.")
    name: str = column("name", "The name of the shift, or of the free day.")
    start: str | None = column("start_time", "When it starts, `HH:MM` at the workplace; null: a free day.")
    end: str | None = column("end_time", "When it ends, `HH:MM`; at or before the start: on the next day.")
    break_minutes: int = column("break_min", "The break, in minutes.")
    recorded_at: DateTime = column("recorded_at", "When it was entered.")
    employee: Employee | None = relation("employee_id", Employee, "Whose day it is.")
