"""The roster of an employee, and how it is changed."""

from __future__ import annotations

from typing import Annotated

import strawberry

from eperf.domain.attendance.roster import MOST_DAYS, checked_shift
from eperf.domain.errors import TooMany
from eperf.plugins.api import Contribution
from eperf.schema.context import Context
from eperf.schema.ids import number_of
from eperf.schema.lists import many
from eperf.schema.people.types import Employee
from eperf.schema.problems import Problem, verb
from eperf.schema.roster.types import RosterDay
from eperf.schema.scalars import Date
from eperf.services.attendance import roster
from eperf.store.condition import Condition, Every, Is

_ORDERS = {"DATE": (("date", False), ("id", False))}

RosterPayload = Annotated[
    Employee | Problem,
    strawberry.union(
        "RosterPayload", description="The employee with the roster as it is now, or why it was not changed."
    ),
]


@strawberry.input(description="A shift, or a free day, for some days of an employee.")
class AssignShiftInput:
    """A shift, or a free day, for some days of an employee."""

    employee: strawberry.ID
    days: list[Date] = strawberry.field(description=f"The days on which it starts, at most {MOST_DAYS}.")
    name: str = strawberry.field(description="At most 64 characters: `Malam`, `Libur`.")
    start: str | None = strawberry.field(
        default=None, description="`HH:MM` at the workplace; without start and end: a free day."
    )
    end: str | None = strawberry.field(
        default=None,
        description="`HH:MM`; at or before the start it is on the next day, there by 12:00.",
    )
    break_minutes: int = 0
    idempotency_key: str | None = None


@strawberry.input(description="Days of which the roster says nothing any more.")
class WithdrawShiftInput:
    """Days of which the roster says nothing any more."""

    employee: strawberry.ID
    days: list[Date] = strawberry.field(description=f"At most {MOST_DAYS}.")
    idempotency_key: str | None = None


def _of_period(_: Context, since: Date | None = None, until: Date | None = None) -> Condition | None:
    parts: list[Condition] = []
    if since is not None:
        parts.append(Is("date", since, ">="))
    if until is not None:
        parts.append(Is("date", until, "<="))
    return Every(tuple(parts)) if parts else None


async def _assign(context: Context, input: AssignShiftInput) -> int:  # noqa: A002
    employee = number_of(input.employee, "Employee", "employee")
    _require_few(input.days)
    shift = checked_shift(input.name, input.start, input.end, input.break_minutes)
    return await roster.assign(context.call(input.idempotency_key), employee, input.days, shift)


async def _withdraw(context: Context, input: WithdrawShiftInput) -> int:  # noqa: A002
    employee = number_of(input.employee, "Employee", "employee")
    _require_few(input.days)
    return await roster.assign(context.call(input.idempotency_key), employee, input.days, None)


def _require_few(days: list[Date]) -> None:
    if len(days) > MOST_DAYS:
        raise TooMany("days", MOST_DAYS, len(days))


CONTRIBUTION = Contribution(
    types=(RosterDay,),
    mutation={
        "assign_shift": verb(
            Employee, RosterPayload, _assign, "Somebody works a shift on some days, or is free (jadwalkan)."
        ),
        "withdraw_shift": verb(
            Employee, RosterPayload, _withdraw, "The roster says nothing of these days any more (cabut jadwal)."
        ),
    },
    extends={
        "Employee": {
            "roster": many(
                RosterDay, _ORDERS, "DATE", "The days of the roster in the period, by date.",
                back="employee_id", narrow=_of_period,
            ),
        },
    },
)  # fmt: skip
