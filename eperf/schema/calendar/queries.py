"""The entries of the calendar, and the free days of a unit in a month."""

from __future__ import annotations

from typing import Annotated

import strawberry

from eperf.domain.access import Operation, Subject, require
from eperf.domain.attendance.holiday import Entry, EntryKind
from eperf.domain.period import YearMonth as Month
from eperf.plugins.api import Contribution
from eperf.schema.calendar.types import CalendarEntry, Holiday
from eperf.schema.context import Context
from eperf.schema.ids import number_of
from eperf.schema.lists import many
from eperf.schema.problems import Problem, verb
from eperf.schema.scalars import Date, YearMonth
from eperf.services.attendance import calendar
from eperf.store.condition import Condition, Every, Is, Missing
from eperf.store.scope import within_units

_ORDERS = {"DATE": (("first_day", False), ("id", False))}

CalendarEntryPayload = Annotated[
    CalendarEntry | Problem,
    strawberry.union("CalendarEntryPayload", description="The entry, or why the calendar was not changed."),
]


@strawberry.input(description="Which entries of the calendar.")
class CalendarFilter:
    """Which entries of the calendar."""

    unit: strawberry.ID | None = strawberry.field(
        default=None, description="Of this unit and all below it; what holds everywhere is left out."
    )
    kind: EntryKind | None = None
    since: Date | None = strawberry.field(default=None, description="With a day on this one or later.")
    until: Date | None = strawberry.field(default=None, description="With a day on this one or earlier.")
    standing: bool | None = strawberry.field(
        default=None, description="Only those that count, or were withdrawn."
    )

    def where(self) -> Condition | None:
        """The filter as a condition."""
        parts: list[Condition] = []
        if self.unit is not None:
            parts.append(within_units("unit_id", [number_of(self.unit, "Unit", "filter.unit")]))
        if self.kind is not None:
            parts.append(Is("kind", self.kind.value))
        if self.since is not None:
            parts.append(Is("last_day", self.since, ">="))
        if self.until is not None:
            parts.append(Is("first_day", self.until, "<="))
        if self.standing is not None:
            parts.append(Missing("withdrawn_at", self.standing))
        return Every(tuple(parts)) if parts else None


@strawberry.input(description="What a decree says of days.")
class AddCalendarEntryInput:
    """What a decree says of days."""

    kind: EntryKind
    first_day: Date
    last_day: Date | None = strawberry.field(default=None, description="The last day; without it: one day.")
    name: str
    legal_basis: str = strawberry.field(description="The decree with its number.")
    unit: strawberry.ID | None = strawberry.field(
        default=None, description="Without a unit it holds everywhere."
    )
    adds: bool = strawberry.field(default=True, description="False: these days are not free after all.")
    idempotency_key: str | None = None


@strawberry.input(description="An entry that no longer counts.")
class WithdrawCalendarEntryInput:
    """An entry that no longer counts."""

    entry: strawberry.ID
    idempotency_key: str | None = None


def _filtered(_: Context, filter: CalendarFilter | None = None) -> Condition | None:  # noqa: A002
    return filter.where() if filter else None


async def holidays(info: strawberry.Info, unit: strawberry.ID, month: YearMonth) -> list[Holiday]:
    """What is free in a unit in a month: the country's almanac with the decrees that hold there."""
    require(info.context.seen(), Operation.CALENDAR_READ, Subject(frozenset()))
    found = await calendar.of_month(number_of(unit, "Unit", "unit"), Month.parse(month))
    return [
        Holiday(
            date=Date(one.date),
            kind=one.kind,
            name=one.name,
            legal_basis=one.legal_basis,
            estimated=one.estimated,
        )
        for one in found.holidays.values()
    ]


async def _add(context: Context, input: AddCalendarEntryInput) -> int:  # noqa: A002
    unit = None if input.unit is None else number_of(input.unit, "Unit", "unit")
    entry = Entry(
        input.kind,
        input.first_day,
        input.last_day or input.first_day,
        input.name,
        input.legal_basis,
        unit,
        input.adds,
    )
    return await calendar.add(context.call(input.idempotency_key), entry)


async def _withdraw(context: Context, input: WithdrawCalendarEntryInput) -> int:  # noqa: A002
    number = number_of(input.entry, "CalendarEntry", "entry")
    return await calendar.withdraw(context.call(input.idempotency_key), number)


CONTRIBUTION = Contribution(
    types=(CalendarEntry,),
    query={
        "calendar": many(
            CalendarEntry, _ORDERS, "DATE", "What decrees say of days, by date (kalender).", narrow=_filtered
        ),
        "holidays": strawberry.field(
            resolver=holidays, description="The free days of a unit in a month, by date (hari libur)."
        ),
    },
    mutation={
        "add_calendar_entry": verb(
            CalendarEntry,
            CalendarEntryPayload,
            _add,
            "A decree frees days, or no longer does (tambah kalender).",
        ),
        "withdraw_calendar_entry": verb(
            CalendarEntry, CalendarEntryPayload, _withdraw, "An entry no longer counts (cabut)."
        ),
    },
)
