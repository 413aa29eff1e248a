"""Plugins, parts and bindings."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Annotated, Any

import orjson
import strawberry

from eperf.domain.access import Operation, Subject, require
from eperf.domain.errors import BadInput, Forbidden
from eperf.planner.mapping import column, computed, mapped, relation
from eperf.plugins.api import Contribution
from eperf.schema.context import Context
from eperf.schema.ids import number_of
from eperf.schema.lists import many
from eperf.schema.node import Node
from eperf.schema.organisation.types import Unit
from eperf.schema.problems import Problem, verb
from eperf.schema.scalars import Date, DateTime
from eperf.services import binding
from eperf.services.parts import Slot
from eperf.store.binding import BindingRow
from eperf.store.scope import Columns, reach

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


def _settings_text(row: Mapping[str, Any], _: Any) -> str:
    # In order of the keys: the databases keep them in orders of their own.
    return orjson.dumps(row["settings"], option=orjson.OPT_SORT_KEYS).decode()


@mapped(BindingRow, Operation.PLUGIN_READ, partial(reach, columns=Columns(employee=None)))
@strawberry.type(
    description="A part that fills a slot of a unit from a day on; inherited by all below (pengikatan)."
)
class Binding(Node):
    """A part bound to a unit's slot."""

    slot: Slot = column("slot", "The slot.", render=Slot)
    part: str = column("part", "The part, `plugin/part`.")
    settings: str = computed(("settings",), _settings_text, "Its settings as JSON.")
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


async def _bind(context: Context, input: BindPartInput) -> int:  # noqa: A002
    unit = number_of(input.unit, "Unit", "unit")
    call = context.call(input.idempotency_key)
    return await binding.bind(call, unit, input.slot, input.part, _settings(input.settings), input.valid_from)


def _settings(text: str) -> dict[str, object]:
    try:
        found = orjson.loads(text) if len(text) <= _MOST_SETTINGS else None
    except orjson.JSONDecodeError as wrong:
        raise BadInput("settings", text, "not JSON") from wrong
    if not isinstance(found, dict):
        raise BadInput("settings", text, "not a JSON object of at most 16,384 characters")
    return found


async def plugins(info: strawberry.Info) -> list[Plugin] | None:
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


CONTRIBUTION = Contribution(
    types=(Binding,),
    query={
        "plugins": strawberry.field(resolver=plugins, description="What is installed, and what was left out.")
    },
    mutation={"bind_part": verb(Binding, BindingPayload, _bind, "A part for a slot of a unit.")},
    extends={
        "Unit": {"bindings": many(Binding, _ORDERS, "SINCE", "The unit's own bindings.", back="unit_id")}
    },
)
