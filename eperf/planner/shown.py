"""Values made outside the database as JSON: one function for each batch field of a plan, made from its selection.

It does for plain types (attributes, no resolvers) what the executor does, without a future and an `info` per field.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from graphql import (
    FieldNode,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    is_leaf_type,
)

from eperf.planner.tree import Unplannable

_BACK = "strawberry-definition"
Shown = Callable[[Any], Any]


class NullWhereNone(Exception):
    """A value is missing where the schema promises one; the resolvers answer with the error that this is."""


def shown(reading: Any, kind: GraphQLOutputType, nodes: Sequence[FieldNode]) -> Shown:
    """From a value of a type to what JSON says of it; raises `Unplannable` for types that resolve."""
    if isinstance(kind, GraphQLNonNull):
        return _present(shown(reading, kind.of_type, nodes))
    if isinstance(kind, GraphQLList):
        item = shown(reading, kind.of_type, nodes)
        return lambda value: None if value is None else [item(one) for one in value]
    if is_leaf_type(kind):
        serialize = kind.serialize
        return lambda value: None if value is None else serialize(value)
    if isinstance(kind, GraphQLObjectType):
        return _object(reading, kind, nodes)
    raise Unplannable(f"a made value of {kind}")


def _present(inner: Shown) -> Shown:
    def present(value: Any) -> Any:
        found = inner(value)
        if found is None:
            raise NullWhereNone
        return found

    return present


def _object(reading: Any, kind: GraphQLObjectType, nodes: Sequence[FieldNode]) -> Shown:
    sets = [node.selection_set for node in nodes if node.selection_set]
    members: list[tuple[str, str, Shown]] = []
    names: list[tuple[str, str]] = []
    keys: list[str] = []
    for key, selected in reading.collected(kind, sets).items():
        keys.append(key)
        name = selected[0].name.value
        if name == "__typename":
            names.append((key, kind.name))
            continue
        field = kind.fields[name].extensions.get(_BACK)
        if field is None or field.base_resolver is not None or field.arguments:
            raise Unplannable(f"{kind.name}.{name}")
        members.append((key, field.python_name, shown(reading, kind.fields[name].type, selected)))

    def show(value: Any) -> Any:
        if value is None:
            return None
        found: dict[str, Any] = dict(names)
        for key, name, inner in members:
            found[key] = inner(getattr(value, name))
        return {key: found[key] for key in keys} if names else found

    return show
