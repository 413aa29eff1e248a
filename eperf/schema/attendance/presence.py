"""Today's presence: of a unit in numbers, of a person in a word, and live."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any
from weakref import WeakKeyDictionary

import strawberry

from eperf.domain.attendance.presence import Presence, PresenceState
from eperf.planner.mapping import batch_field
from eperf.plugins.api import Contribution
from eperf.schema.context import Context
from eperf.schema.ids import number_of
from eperf.schema.organisation.types import Unit
from eperf.schema.people.types import Employee
from eperf.schema.scalars import Date, DateTime
from eperf.services.attendance.live import Board, Live, watch
from eperf.services.attendance.presence import PersonPresence, of_people, of_units

strawberry.enum(PresenceState, description="How a person's day stands (keadaan hari ini).")
_boards: WeakKeyDictionary[Any, Board] = WeakKeyDictionary()
"""By what rings for them: those who listen to one log share their looks."""


@strawberry.type(
    description="How today stands in a unit and all below it: people in reach, each in exactly one number "
    "(presensi hari ini)."
)
class UnitPresence:
    """How today stands in a unit."""

    date: Date = strawberry.field(description="The civil day of now in the unit's zone.")
    total: int = strawberry.field(description="People in service whose attendance the viewer may read.")
    present: int = strawberry.field(description="Tapped, and not late.")
    late: int = strawberry.field(description="Tapped, and late.")
    on_leave: int = strawberry.field(description="On an approved leave.")
    on_duty: int = strawberry.field(description="On an approved duty order.")
    not_seen: int = strawberry.field(description="A working day without a tap so far.")
    off: int = strawberry.field(description="A holiday, or not a working day.")


@strawberry.type(description="How a person's day of now stands (presensi hari ini).")
class EmployeePresence:
    """How a person's day of now stands."""

    date: Date = strawberry.field(description="The civil day of now at the workplace.")
    state: PresenceState
    status: str = strawberry.field(
        description="The day's own word for it, as on `AttendanceDay`; open: no tap so far."
    )
    first_in: DateTime | None = strawberry.field(description="The first accepted tap in.")
    last_out: DateTime | None = strawberry.field(description="The accepted tap out.")


@strawberry.type(
    description="A message of the live view: how it stands now, and what has changed since the last one."
)
class PresenceUpdate:
    """A message of the live view."""

    live: strawberry.Private[Live]
    number: strawberry.Private[int]

    @strawberry.field(description="The unit that is watched.")
    async def unit(self, info: strawberry.Info) -> Unit | None:
        """The unit."""
        return await info.context.rows.one(Unit, self.number)

    @strawberry.field(description="How it stands now.")
    def presence(self) -> UnitPresence:
        """How it stands now."""
        return _shown(self.live.presence)

    @strawberry.field(
        description="At most 100 people whose day was read anew since the last message; empty in the first one."
    )
    async def changed(self, info: strawberry.Info) -> list[Employee]:
        """Whose day was read anew."""
        rows = info.context.rows
        found = await asyncio.gather(*(rows.one(Employee, one) for one in self.live.changed))
        return [one for one in found if one is not None]

    @strawberry.field(description="Whether more people changed than are named.")
    def more(self) -> bool:
        """Whether more people changed than are named."""
        return self.live.more


def _shown(found: Presence) -> UnitPresence:
    return UnitPresence(
        date=Date(found.date),
        total=found.total,
        present=found.present,
        late=found.late,
        on_leave=found.on_leave,
        on_duty=found.on_duty,
        not_seen=found.not_seen,
        off=found.off,
    )


async def _of_units(rows: Sequence[Mapping[str, Any]], context: Context) -> list[UnitPresence | None]:
    found = await of_units(context.call(), {row["id"]: row["zone"] for row in rows})
    return [None if (one := found[row["id"]]) is None else _shown(one) for row in rows]


async def _of_people(rows: Sequence[Mapping[str, Any]], context: Context) -> list[EmployeePresence | None]:
    found = await of_people(context.call(), {row["id"] for row in rows})
    return [None if (one := found.get(row["id"])) is None else _person(one) for row in rows]


def _person(found: PersonPresence) -> EmployeePresence:
    return EmployeePresence(
        date=Date(found.date),
        state=found.state,
        status=found.status,
        first_in=None if found.first_in is None else DateTime(found.first_in),
        last_out=None if found.last_out is None else DateTime(found.last_out),
    )


async def presence(info: strawberry.Info, unit: strawberry.ID) -> AsyncIterator[PresenceUpdate]:
    """Today's presence of a unit now, and whenever it has changed."""
    context: Context = info.context
    number = number_of(unit, "Unit", "unit")
    board = _boards.setdefault(context.grown, Board())
    async for live in watch(context.call, number, context.grown, board):
        # What was fetched for the last message may have changed since.
        context.rows = context.fresh().rows
        yield PresenceUpdate(live=live, number=number)


# Its types know only its use as a decorator.
_subscription: Any = strawberry.subscription

CONTRIBUTION = Contribution(
    subscription={
        "presence": _subscription(
            resolver=presence,
            description="Today's presence of a unit with all below: first as it is, then as it changes.",
        )
    },
    extends={
        "Unit": {
            "presence": batch_field(
                ("id", "zone"),
                _of_units,
                "How today stands here and below; null for whoever may read nobody's attendance.",
                kind=UnitPresence | None,
            )
        },
        "Employee": {
            "presence": batch_field(
                ("id",),
                _of_people,
                "How today stands; null for who is not in service or out of reach.",
                kind=EmployeePresence | None,
            )
        },
    },
)
