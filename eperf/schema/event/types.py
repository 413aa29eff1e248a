"""Following what happens: a subscription on the log."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

import orjson
import strawberry

from eperf.domain.errors import BadInput
from eperf.plugins.api import Contribution
from eperf.schema.context import Context
from eperf.schema.ids import number_of
from eperf.schema.node import Node
from eperf.schema.organisation.types import Unit
from eperf.schema.people.types import Employee
from eperf.schema.scalars import DateTime, shown_instant
from eperf.services.event import Entry, Wanted, follow

_MOST_KINDS = 50
_DIGITS = 19


@strawberry.type(description="A committed change, in the order of the log (pembaruan).")
class PerformanceUpdate:
    """A committed change. Fields of things are null where the viewer may not see them, or no longer."""

    row: strawberry.Private[Any]

    @strawberry.field(
        description="The place in the log, without gaps; send it as `after` to go on from here."
    )
    def cursor(self) -> str:
        """The place in the log."""
        return str(self.row.cursor)

    @strawberry.field(description="What happened: `score.changed`, `activity.verified`…")
    def kind(self) -> str:
        """What happened."""
        return str(self.row.kind)

    @strawberry.field(
        description="The version of the kind: it grows when what the kind says of its subject changes its meaning."
    )
    def version(self) -> int:
        """The version of the kind."""
        return int(self.row.version)

    @strawberry.field(description="When it happened.")
    def occurred_at(self) -> DateTime:
        """When it happened."""
        return DateTime(self.row.occurred_at)

    @strawberry.field(description="The thing that changed, as it is now.")
    async def subject(self, info: strawberry.Info) -> Node | None:
        """The thing that changed."""
        kind = _nodes(info).get(self.row.subject_type)
        return None if kind is None else await info.context.rows.one(kind, self.row.subject_id)

    @strawberry.field(description="The unit in which it happened.")
    async def unit(self, info: strawberry.Info) -> Unit | None:
        """The unit."""
        return None if self.row.unit_id is None else await info.context.rows.one(Unit, self.row.unit_id)

    @strawberry.field(description="The employee whom it concerns.")
    async def employee(self, info: strawberry.Info) -> Employee | None:
        """The employee."""
        number = self.row.employee_id
        return None if number is None else await info.context.rows.one(Employee, number)


@lru_cache(1_000)
def _text(value: str) -> str:
    return orjson.dumps(value).decode()


PLAIN: Mapping[str, Callable[[Entry], str]] = {
    "__typename": lambda _: '"PerformanceUpdate"',
    "cursor": lambda entry: f'"{entry.cursor}"',
    "kind": lambda entry: _text(entry.kind),
    "version": lambda entry: str(entry.version),
    "occurredAt": lambda entry: f'"{shown_instant(entry.occurred_at)}"',
}
"""The fields that are in the entry itself, by name, as JSON: the same bytes as by the resolvers, without them."""


def _nodes(info: strawberry.Info) -> dict[str, type]:
    found: dict[str, type] = info.schema.nodes  # type: ignore[attr-defined]
    return found


async def performance_updates(
    info: strawberry.Info,
    units: list[strawberry.ID] | None = None,
    kinds: list[str] | None = None,
    after: str | None = None,
) -> AsyncIterator[PerformanceUpdate]:
    """Committed changes in reach: those after a cursor first, then what comes."""
    context: Context = info.context
    asked = wanted(units, kinds)
    async for event in follow(context.call(), asked, cursor(after), context.grown):
        # What was fetched for the last update may have changed since.
        context.rows = context.fresh().rows
        yield PerformanceUpdate(row=event)


def wanted(units: Sequence[str] | None, kinds: Sequence[str] | None) -> Wanted:
    """What the arguments ask for; raises `BadInput`."""
    if len(kinds or ()) > _MOST_KINDS:
        raise BadInput("kinds", len(kinds or ()), f"more than {_MOST_KINDS} kinds")
    numbers = tuple(number_of(unit, "Unit", "units") for unit in units or ())
    return Wanted(numbers, tuple(kinds or ()))


def cursor(after: str | None) -> int | None:
    """The place that `after` names; raises `BadInput`."""
    if after is None:
        return None
    if not (after.isascii() and after.isdigit() and len(after) < _DIGITS and str(int(after)) == after):
        raise BadInput("after", after, "not a cursor")
    return int(after)


# Its types know only its use as a decorator.
_subscription: Any = strawberry.subscription

CONTRIBUTION = Contribution(
    subscription={
        "performance_updates": _subscription(
            resolver=performance_updates,
            description="What happens, from a cursor on: `units` (with all below) and `kinds` narrow it.",
        )
    }
)
