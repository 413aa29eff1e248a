"""Entries of the calendar, and what they come to in a unit."""

from __future__ import annotations

from functools import partial

import strawberry

from eperf.domain.access import Operation
from eperf.domain.attendance.holiday import EntryKind
from eperf.planner.mapping import column, mapped, relation
from eperf.schema.node import Node
from eperf.schema.organisation.types import Unit
from eperf.schema.scalars import Date, DateTime
from eperf.store.calendar import CalendarRow
from eperf.store.scope import Columns, reach

strawberry.enum(EntryKind, name="CalendarKind", description="What an entry says of its days (jenis hari).")


@mapped(CalendarRow, Operation.CALENDAR_READ, partial(reach, columns=Columns(employee=None)))
@strawberry.type(
    description="Days that a decree frees, or no longer frees, or gives the hours of Ramadan (kalender)."
)
class CalendarEntry(Node):
    """An entry of the calendar."""

    kind: EntryKind = column("kind", "What it says of its days.", render=EntryKind)
    first_day: Date = column("first_day", "The first day.")
    last_day: Date = column("last_day", "The last day.")
    name: str = column("name", "What is celebrated, or why the day is free.")
    legal_basis: str = column("legal_basis", "The decree (dasar hukum).")
    adds: bool = column("adds", "Whether it adds its days; false: it takes them away.")
    recorded_at: DateTime = column("recorded_at", "When it was recorded.")
    withdrawn_at: DateTime | None = column(
        "withdrawn_at", "When it was withdrawn; since then it does not count."
    )
    unit: Unit | None = relation(
        "unit_id", Unit, "The unit for which it holds with all below; null: everywhere."
    )


@strawberry.type(description="A free day in a unit (hari libur).")
class Holiday:
    """A free day in a unit."""

    date: Date
    kind: EntryKind
    name: str
    legal_basis: str
    estimated: bool = strawberry.field(
        description="Whether the date is computed and no decree has confirmed it yet."
    )
