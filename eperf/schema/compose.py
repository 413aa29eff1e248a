"""One schema out of many contributions, the core's own and the plugins'.

A type is extended from above: the schema asks for a type's fields and gets the type's own and what others added, so no
core class is touched and no type imports a type above it. A name with two owners is refused with both named (`names`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

import strawberry
from strawberry.tools import create_type
from strawberry.types.base import StrawberryObjectDefinition
from strawberry.types.field import StrawberryField

from eperf import __version__
from eperf.planner.mapping import Anything, field
from eperf.plugins.api import Contribution, Fields
from eperf.schema.activity.queries import CONTRIBUTION as ACTIVITY
from eperf.schema.adjustment.types import CONTRIBUTION as ADJUSTMENT
from eperf.schema.appeal.queries import CONTRIBUTION as APPEAL
from eperf.schema.appraisal.behaviour import CONTRIBUTION as BEHAVIOUR
from eperf.schema.appraisal.plans import CONTRIBUTION as PLANS
from eperf.schema.appraisal.predikat import CONTRIBUTION as PREDIKAT
from eperf.schema.attendance.check_in import CONTRIBUTION as CHECK_IN
from eperf.schema.attendance.corrections import CONTRIBUTION as CORRECTION
from eperf.schema.attendance.machines import CONTRIBUTION as MACHINES
from eperf.schema.attendance.presence import CONTRIBUTION as PRESENCE
from eperf.schema.attendance.queries import CONTRIBUTION as ATTENDANCE
from eperf.schema.binding.types import CONTRIBUTION as BINDING
from eperf.schema.calendar.queries import CONTRIBUTION as CALENDAR
from eperf.schema.catalogue.types import CONTRIBUTION as CATALOGUE
from eperf.schema.closing.queries import CONTRIBUTION as CLOSING
from eperf.schema.deadline.types import CONTRIBUTION as DEADLINE
from eperf.schema.event.types import CONTRIBUTION as EVENT
from eperf.schema.ids import parsed
from eperf.schema.leave.queries import CONTRIBUTION as LEAVE
from eperf.schema.names import Names, shown
from eperf.schema.node import Node
from eperf.schema.organisation.queries import CONTRIBUTION as ORGANISATION
from eperf.schema.people.queries import CONTRIBUTION as PEOPLE
from eperf.schema.personal import PERSONAL
from eperf.schema.plugin.types import CONTRIBUTION as PLUGIN
from eperf.schema.reserved import ROOTS
from eperf.schema.roster.queries import CONTRIBUTION as ROSTER
from eperf.schema.scalars import CONFIG, SCALARS
from eperf.schema.scoring.queries import CONTRIBUTION as SCORING
from eperf.schema.webhook.queries import CONTRIBUTION as WEBHOOK
from eperf.schema.what_if.types import CONTRIBUTION as WHAT_IF
from eperf.store.condition import Condition, Is

CORE: tuple[Contribution, ...] = (
    ORGANISATION,
    PEOPLE,
    CATALOGUE,
    ATTENDANCE,
    PRESENCE,
    CHECK_IN,
    MACHINES,
    CALENDAR,
    ACTIVITY,
    DEADLINE,
    LEAVE,
    CORRECTION,
    ROSTER,
    PLANS,
    BEHAVIOUR,
    PREDIKAT,
    SCORING,
    CLOSING,
    ADJUSTMENT,
    APPEAL,
    WHAT_IF,
    BINDING,
    PLUGIN,
    EVENT,
    WEBHOOK,
)
_MEANT = {
    "Query": "What may be read; everyone sees what is in their reach (membaca).",
    "Mutation": "What may be done: verbs, each with one input, each with its result or a `Problem` (bertindak).",
    "Subscription": "What may be listened to (mendengarkan).",
}


class Composed(strawberry.Schema):
    """A schema that knows its nodes by type name, and the fields that others added to a type."""

    nodes: dict[str, type]
    added: dict[str, Fields]
    personal: frozenset[str]
    """What may answer by who calls: types by name, fields as `Type.field`: `PERSONAL`, and all that plugins brought."""

    def get_fields(self, type_definition: StrawberryObjectDefinition) -> list[StrawberryField]:
        """A type's own fields, then those that others added."""
        more = [_named(name, field) for name, field in self.added.get(type_definition.name, {}).items()]
        return [*super().get_fields(type_definition), *more]


def _node(nodes: dict[str, type]) -> Any:
    """Anything with an id, if it is in reach."""

    def pick(_: Any, id: strawberry.ID) -> tuple[type, Condition] | None:  # noqa: A002
        name, number = parsed(id)
        return (nodes[name], Is("id", number)) if name in nodes else None

    async def node(info: strawberry.Info, id: strawberry.ID) -> Node | None:  # noqa: A002
        info.context.seen()
        found = pick(info.context, id)
        return None if found is None else await info.context.rows.one(found[0], parsed(id)[1])

    return field(node, "Anything with an id; null when out of reach.", Anything(pick), None)


def compose(contributions: Iterable[Contribution] = ()) -> Composed:
    """The schema of the core with the contributions of plugins; raises `Clash` when two want one name."""
    more = tuple(contributions)
    names = core_names()
    for one in more:
        names.take(one)
    return build(more)


def core_names() -> Names:
    """The names of the core, to take others beside them."""
    return Names(_core_names())


@lru_cache(maxsize=1)
def _core_names() -> Names:
    names = Names()
    for one in (Contribution(scalars=SCALARS), *CORE):
        names.take(one if one.version else replace(one, version=__version__))
    return names


def build(contributions: Iterable[Contribution]) -> Composed:
    """The schema of contributions whose names do not clash; see `compose`."""
    contributions = tuple(contributions)
    given = [*CORE, *contributions]
    added: dict[str, Fields] = {}
    roots: dict[str, dict[str, StrawberryField]] = {root: {} for root in ROOTS}
    types = [kind for one in given for kind in one.types]
    nodes = {kind.__name__: kind for kind in types if issubclass(kind, Node)}
    roots["Query"]["node"] = _node(nodes)
    scalars: dict[object, Any] = dict(SCALARS)
    for one in given:
        scalars |= one.scalars
        for root, attribute in ROOTS.items():
            roots[root].update(getattr(one, attribute))
        for kind, fields in one.extends.items():
            if kind in roots:
                roots[kind].update(fields)
            else:
                added[kind] = {**added.get(kind, {}), **fields}
    return _schema(roots, added, types, nodes, scalars, PERSONAL | _foreign(contributions))


def _foreign(contributions: Iterable[Contribution]) -> frozenset[str]:
    found: set[str] = set()
    for one in contributions:
        found.update(_name_of(kind) for kind in one.types)
        for kind, fields in one.extends.items():
            found.update(f"{kind}.{shown(name, field)}" for name, field in fields.items())
    return frozenset(found)


def _name_of(kind: type) -> str:
    """What GraphQL calls a type."""
    return str(getattr(getattr(kind, "__strawberry_definition__", None), "name", None) or kind.__name__)


def _schema(
    roots: dict[str, dict[str, StrawberryField]],
    added: dict[str, Fields],
    types: Sequence[type],
    nodes: dict[str, type],
    scalars: dict[object, Any],
    personal: frozenset[str],
) -> Composed:
    made = {
        root: create_type(
            root, [_named(name, field) for name, field in fields.items()], description=_MEANT[root]
        )
        for root, fields in roots.items()
        if fields
    }
    # The schema asks for fields while it is built, so the class has to know them before.
    composed = type("Composed", (Composed,), {"added": added, "nodes": nodes, "personal": personal})
    schema: Composed = composed(
        query=made["Query"],
        mutation=made.get("Mutation"),
        subscription=made.get("Subscription"),
        types=list(types),
        config=replace(CONFIG, scalar_map=scalars),
    )
    return schema


def _named(name: str, field: StrawberryField) -> StrawberryField:
    field.python_name = name
    field.name = name
    return field
