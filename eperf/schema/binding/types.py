"""Plugins, parts and bindings."""

from __future__ import annotations

from functools import partial
from typing import Annotated

import orjson
import strawberry

from eperf.domain.access import Operation, Subject, require
from eperf.domain.errors import BadInput, Forbidden
from eperf.planner.mapping import column, computed, mapped, relation
from eperf.plugins.api import Contribution
from eperf.schema.ids import number_of
from eperf.schema.lists import Connection, connection, wanted
from eperf.schema.node import Node
from eperf.schema.organisation.queries import After, First, Info
from eperf.schema.organisation.types import Unit
from eperf.schema.problems import Problem, answered
from eperf.schema.scalars import Date, DateTime
from eperf.services import binding
from eperf.services.parts import Slot
from eperf.store.binding import BindingRow
from eperf.store.scope import Columns, predicate

_ORDERS = {"SINCE": (("valid_from", True), ("id", True))}
_MOST_SETTINGS = 16_384
strawberry.enum(Slot, name="BindingSlot", description="The place in a unit that a part fills.")


@strawberry.type(description="An installed plugin, and why it was left out if it was.")
class Plugin:
    """An installed plugin."""

    name: str
    distribution: str
    version: str
    state: str
    cause: str | None
    parts: list[str]


@mapped(BindingRow, Operation.PLUGIN_READ, partial(predicate, columns=Columns(employee=None)))
@strawberry.type(
    description="A part that fills a slot of a unit from a day on; inherited by all below (pengikatan)."
)
class Binding(Node):
    """A part bound to a unit's slot."""

    slot: Slot = column("slot", "The slot.", render=Slot)
    part: str = column("part", "The part, `plugin/part`.")
    settings: str = computed(
        ("settings",), lambda row: orjson.dumps(row.settings).decode(), "Its settings as JSON."
    )
    valid_from: Date = column("valid_from", "The first day.")
    known_from: DateTime = column("known_from", "When it was recorded.")
    unit: Unit | None = relation("unit_id", Unit, "The unit.")


BindingPayload = Annotated[
    Binding | Problem, strawberry.union("BindingPayload", description="The binding, or why there is none.")
]


@strawberry.input(description="A part for a slot of a unit.")
class BindPartInput:
    """A part for a slot of a unit."""

    unit: strawberry.ID
    slot: Slot
    part: str
    settings: str = strawberry.field(
        default="{}", description="A JSON object, checked by the part's own model."
    )
    valid_from: Date
    idempotency_key: str | None = None


async def bind_part(info: strawberry.Info, input: BindPartInput) -> BindingPayload:  # noqa: A002
    """Binds a part to a slot of a unit from a day on."""

    async def verb() -> int:
        unit = number_of(input.unit, "Unit", "unit")
        call = info.context.call(input.idempotency_key)
        return await binding.bind(
            call, unit, input.slot, input.part, _settings(input.settings), input.valid_from
        )

    return await answered(info, Binding, verb)


def _settings(text: str) -> dict[str, object]:
    try:
        found = orjson.loads(text) if len(text) <= _MOST_SETTINGS else None
    except orjson.JSONDecodeError as wrong:
        raise BadInput("settings", text, "not JSON") from wrong
    if not isinstance(found, dict):
        raise BadInput("settings", text, "not a JSON object of at most 16,384 characters")
    return found


async def plugins(info: Info) -> list[Plugin] | None:
    """What is installed; for those who administer plugins, and auditors."""
    viewer = info.context.seen()
    units = frozenset(unit for _, unit in viewer.grants)
    if not units:
        raise Forbidden(Operation.PLUGIN_READ.value)
    require(viewer, Operation.PLUGIN_READ, Subject(units=units))
    return [
        Plugin(
            name=report.name,
            distribution=report.distribution,
            version=report.version,
            state=report.state,
            cause=report.cause,
            parts=list(report.parts),
        )
        for report in info.context.registry.report()
    ]


async def bindings(self: Unit, info: Info, first: First = None, after: After = None) -> Connection[Binding]:
    """The unit's own bindings, the latest first."""
    asked = wanted(_ORDERS, "SINCE", first, after, None, None)
    return connection(Binding, await info.context.rows.page_of(Binding, "unit_id", self.row.id, asked), after)


CONTRIBUTION = Contribution(
    types=(Binding,),
    query={
        "plugins": strawberry.field(resolver=plugins, description="What is installed, and what was left out.")
    },
    mutation={
        "bind_part": strawberry.mutation(resolver=bind_part, description="A part for a slot of a unit.")
    },
    extends={
        "Unit": {"bindings": strawberry.field(resolver=bindings, description="The unit's own bindings.")}
    },
)
