"""Leave and duty orders of an employee, of a unit, of a period, and those that wait for my decision."""

from __future__ import annotations

import strawberry

from eperf.domain.access import Operation, Subject, require, scope
from eperf.domain.attendance.leave import LEAVE_RULES
from eperf.domain.attendance.request import MOST_FILES
from eperf.plugins.api import Contribution
from eperf.schema.context import Context
from eperf.schema.file.types import File
from eperf.schema.ids import number_of
from eperf.schema.leave.mutations import MUTATIONS
from eperf.schema.leave.types import DutyOrder, Leave, LeaveRule, shown_rule
from eperf.schema.lists import linked, many
from eperf.schema.requests import RequestState
from eperf.schema.scalars import Date
from eperf.store.condition import Condition, Every, Is
from eperf.store.leave import DutyFileRow, LeaveFileRow
from eperf.store.scope import Columns, reach, within_units

_ORDERS = {"LATEST": (("first_day", True), ("id", True)), "OLDEST": (("id", False),)}


def _between(since: Date | None, until: Date | None) -> list[Condition]:
    parts: list[Condition] = []
    if since is not None:
        parts.append(Is("last_day", since, ">="))
    if until is not None:
        parts.append(Is("first_day", until, "<="))
    return parts


@strawberry.input(description="Which requests.")
class RequestFilter:
    """Which requests."""

    unit: strawberry.ID | None = strawberry.field(default=None, description="Of this unit and all below it.")
    state: RequestState | None = None
    since: Date | None = strawberry.field(default=None, description="With a day on this one or later.")
    until: Date | None = strawberry.field(default=None, description="With a day on this one or earlier.")

    def where(self) -> Condition | None:
        """The filter as a condition."""
        parts = _between(self.since, self.until)
        if self.unit is not None:
            parts.append(within_units("unit_id", [number_of(self.unit, "Unit", "filter.unit")]))
        if self.state is not None:
            parts.append(Is("state", self.state.value))
        return Every(tuple(parts)) if parts else None


def _filtered(_: Context, filter: RequestFilter | None = None) -> Condition | None:  # noqa: A002
    return filter.where() if filter else None


def _of_period(_: Context, since: Date | None = None, until: Date | None = None) -> Condition | None:
    parts = _between(since, until)
    return Every(tuple(parts)) if parts else None


def _leaves_waiting(context: Context) -> Condition:
    return _waiting(context, Operation.LEAVE_DECIDE)


def _duties_waiting(context: Context) -> Condition:
    return _waiting(context, Operation.DUTY_DECIDE)


def _waiting(context: Context, operation: Operation) -> Condition:
    waits = Is("state", RequestState.REQUESTED.value)
    within = reach(scope(context.seen(), operation), Columns())
    return waits if within is None else Every((waits, within))


async def leave_rules(info: strawberry.Info) -> list[LeaveRule]:
    """The rules of all kinds of leave, those of the past included."""
    require(info.context.seen(), Operation.CALENDAR_READ, Subject(frozenset()))
    return [shown_rule(rule) for rule in LEAVE_RULES]


CONTRIBUTION = Contribution(
    types=(Leave, DutyOrder),
    query={
        "leave_rules": strawberry.field(
            resolver=leave_rules, description="What each kind of leave takes, from when on (ketentuan cuti)."
        ),
        "leaves": many(Leave, _ORDERS, "LATEST", "The leave in reach, the latest first (cuti).", narrow=_filtered),
        "leaves_to_decide": many(
            Leave, _ORDERS, "OLDEST", "Leave that waits for my decision, for whom I act included.",
            narrow=_leaves_waiting,
        ),
        "duty_orders": many(
            DutyOrder, _ORDERS, "LATEST", "The duty orders in reach, the latest first (surat tugas).",
            narrow=_filtered,
        ),
        "duty_orders_to_decide": many(
            DutyOrder, _ORDERS, "OLDEST", "Duty orders that wait for my decision, for whom I act included.",
            narrow=_duties_waiting,
        ),
    },
    mutation=MUTATIONS,
    extends={
        "Employee": {
            "leaves": many(
                Leave, _ORDERS, "LATEST", "Leave with a day in the period, the latest first.",
                back="employee_id", narrow=_of_period,
            ),
            "duty_orders": many(
                DutyOrder, _ORDERS, "LATEST", "Duty orders with a day in the period, the latest first.",
                back="employee_id", narrow=_of_period,
            ),
        },
        "Leave": {"files": linked(File, LeaveFileRow, "leave_id", "file_id", MOST_FILES, "The letters it cites.")},
        "DutyOrder": {
            "files": linked(File, DutyFileRow, "duty_id", "file_id", MOST_FILES, "The letters it cites.")
        },
    },
)  # fmt: skip
