"""Bindings of parts to units."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Annotated, Any

import orjson
import strawberry

from eperf.domain.access import Operation
from eperf.domain.errors import BadInput
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
    settings: str = computed(("settings",), _settings_text, "Its settings as JSON, without secrets.")
    valid_from: Date = column("valid_from", "The first day.")
    known_from: DateTime = column("known_from", "When it was recorded.")
    ends: bool = column(
        "ends", "Whether the part serves no more from that day on; what is bound above serves then."
    )
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


@strawberry.input(description="The end of a unit's own binding.")
class UnbindPartInput:
    """The end of a unit's own binding."""

    unit: strawberry.ID
    slot: Slot
    valid_from: Date = strawberry.field(description="The first day without it.")
    idempotency_key: str | None = None


@strawberry.input(description="Other settings for the part that a unit itself is bound to.")
class ChangeSettingsInput:
    """Other settings for the part that a unit itself is bound to."""

    unit: strawberry.ID
    slot: Slot
    settings: str = strawberry.field(
        description="A JSON object, checked by the part's own model. A secret that it leaves out stays as it is."
    )
    valid_from: Date
    idempotency_key: str | None = None


async def _bind(context: Context, input: BindPartInput) -> int:  # noqa: A002
    unit = number_of(input.unit, "Unit", "unit")
    call = context.call(input.idempotency_key)
    return await binding.bind(call, unit, input.slot, input.part, _settings(input.settings), input.valid_from)


async def _unbind(context: Context, input: UnbindPartInput) -> int:  # noqa: A002
    unit = number_of(input.unit, "Unit", "unit")
    return await binding.unbind(context.call(input.idempotency_key), unit, input.slot, input.valid_from)


async def _change(context: Context, input: ChangeSettingsInput) -> int:  # noqa: A002
    unit = number_of(input.unit, "Unit", "unit")
    call = context.call(input.idempotency_key)
    return await binding.change_settings(call, unit, input.slot, _settings(input.settings), input.valid_from)


def _settings(text: str) -> dict[str, object]:
    try:
        found = orjson.loads(text) if len(text) <= _MOST_SETTINGS else None
    except orjson.JSONDecodeError as wrong:
        raise BadInput("settings", "…", "not JSON") from wrong
    if not isinstance(found, dict):
        raise BadInput("settings", "…", "not a JSON object of at most 16,384 characters")
    return found


CONTRIBUTION = Contribution(
    types=(Binding,),
    mutation={
        "bind_part": verb(Binding, BindingPayload, _bind, "A part for a slot of a unit."),
        "unbind_part": verb(
            Binding, BindingPayload, _unbind, "From a day on the unit has no part of its own in a slot."
        ),
        "change_settings": verb(
            Binding,
            BindingPayload,
            _change,
            "Other settings for the part that a unit is bound to, from a day on.",
        ),
    },
    extends={
        "Unit": {"bindings": many(Binding, _ORDERS, "SINCE", "The unit's own bindings.", back="unit_id")}
    },
)
