"""One schema out of many contributions, the core's own and the plugins'.

A type is extended from above: the schema asks for a type's fields and gets the type's own and what others added, so no
core class is touched and no type imports a type above it. A name with two owners is refused with both named.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import strawberry
from strawberry.tools import create_type
from strawberry.types.base import StrawberryObjectDefinition
from strawberry.types.field import StrawberryField
from strawberry.utils.str_converters import to_camel_case

from eperf.domain.errors import Refused
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
from eperf.schema.node import Node
from eperf.schema.organisation.queries import CONTRIBUTION as ORGANISATION
from eperf.schema.people.queries import CONTRIBUTION as PEOPLE
from eperf.schema.plugin.types import CONTRIBUTION as PLUGIN
from eperf.schema.roster.queries import CONTRIBUTION as ROSTER
from eperf.schema.scalars import CONFIG
from eperf.schema.scoring.queries import CONTRIBUTION as SCORING
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
)
_ROOTS = {"Query": "query", "Mutation": "mutation", "Subscription": "subscription"}
_MEANT = {
    "Query": "What may be read; everyone sees what is in their reach (membaca).",
    "Mutation": "What may be done: verbs, each with one input, each with its result or a `Problem` (bertindak).",
    "Subscription": "What may be listened to (mendengarkan).",
}


class Clash(Refused):
    """Two contributions give one name a meaning."""

    code = "SCHEMA_CLASH"
    text_id = "{value} sudah dimiliki {first}; {second} tidak boleh memakainya juga."
    text_en = "{value} already belongs to {first}; {second} may not use it too."


class Composed(strawberry.Schema):
    """A schema that knows its nodes by type name, and the fields that others added to a type."""

    nodes: dict[str, type]
    added: dict[str, Fields]

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
    """The schema of the core with the contributions of plugins."""
    given = [*CORE, *contributions]
    owners: dict[tuple[str, str], str] = {("Query", "node"): "eperf"}
    added: dict[str, Fields] = {}
    roots: dict[str, dict[str, StrawberryField]] = {root: {} for root in _ROOTS}
    types = [kind for one in given for kind in one.types]
    nodes = {kind.__name__: kind for kind in types if issubclass(kind, Node)}
    roots["Query"]["node"] = _node(nodes)
    for one in given:
        _own_types(owners, one)
        for root, attribute in _ROOTS.items():
            fields = getattr(one, attribute)
            _own(owners, one, root, fields)
            roots[root].update(fields)
        for kind, fields in one.extends.items():
            _own(owners, one, kind, fields)
            added[kind] = {**added.get(kind, {}), **fields}
    return _schema(roots, added, types, nodes)


def _schema(
    roots: dict[str, dict[str, StrawberryField]],
    added: dict[str, Fields],
    types: Sequence[type],
    nodes: dict[str, type],
) -> Composed:
    made = {
        root: create_type(
            root, [_named(name, field) for name, field in fields.items()], description=_MEANT[root]
        )
        for root, fields in roots.items()
        if fields
    }
    # The schema asks for fields while it is built, so the class has to know them before.
    composed = type("Composed", (Composed,), {"added": added, "nodes": nodes})
    schema: Composed = composed(
        query=made["Query"],
        mutation=made.get("Mutation"),
        subscription=made.get("Subscription"),
        types=list(types),
        config=CONFIG,
    )
    return schema


def _named(name: str, field: StrawberryField) -> StrawberryField:
    field.python_name = name
    field.name = name
    return field


def _own(owners: dict[tuple[str, str], str], one: Contribution, kind: str, fields: Fields) -> None:
    for name in fields:
        _claim(owners, (kind, to_camel_case(name)), one.owner or "eperf")


def _own_types(owners: dict[tuple[str, str], str], one: Contribution) -> None:
    for kind in one.types:
        definition: Any = getattr(kind, "__strawberry_definition__", None)
        name = definition.name if definition is not None else kind.__name__
        _claim(owners, (name, ""), one.owner or "eperf")
        for each in definition.fields if definition is not None else ():
            owners.setdefault((name, to_camel_case(each.python_name)), one.owner or "eperf")


def _claim(owners: dict[tuple[str, str], str], what: tuple[str, str], owner: str) -> None:
    if what in owners:
        raise Clash("schema", ".".join(part for part in what if part), first=owners[what], second=owner)
    owners[what] = owner
