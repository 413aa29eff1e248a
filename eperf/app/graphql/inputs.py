"""Variables of an operation read quickly: the ordinary cases, exactly as graphql-core reads them, and nothing else.

graphql-core works out the types of an operation's variables anew at each request. Here that is done once; a value
that is not plainly right is left to graphql-core, which says what is wrong with it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from graphql import (
    GraphQLEnumType,
    GraphQLID,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLScalarType,
    GraphQLSchema,
    GraphQLString,
    OperationDefinitionNode,
    Undefined,
    is_input_type,
    type_from_ast,
)
from graphql.utilities.coerce_input_value import coerce_default_value

_ABSENT = object()


class Inputs:
    """The variables of one operation."""

    def __init__(self, schema: GraphQLSchema, operation: OperationDefinitionNode) -> None:
        self._fields: list[tuple[str, bool, Callable[[Any], Any]]] = []
        self._quick = True
        for node in operation.variable_definitions or ():
            kind = type_from_ast(schema, node.type)
            if not is_input_type(kind) or node.default_value is not None:
                self._quick = False
                return
            self._fields.append((node.variable.name.value, *_nullable(kind)))

    def read(self, given: dict[str, Any]) -> dict[str, Any] | None:
        """The values by name; None where graphql-core has to look."""
        if not self._quick:
            return None
        found: dict[str, Any] = {}
        for name, required, read in self._fields:
            value = given.get(name, _ABSENT)
            if value is _ABSENT or value is None:
                if required:
                    return None
                if value is None:
                    found[name] = None
                continue
            try:
                found[name] = read(value)
            except Exception:  # whatever a scalar raises, graphql-core words it
                return None
        return found


def _reader(kind: GraphQLInputType) -> Callable[[Any], Any]:
    """How a type reads a value that is not null: texts as they are, other leaves as they do themselves."""
    if kind in (GraphQLID, GraphQLString):
        return _text
    if isinstance(kind, GraphQLScalarType | GraphQLEnumType):
        return kind.coerce_input_value
    if isinstance(kind, GraphQLList):
        return _list(kind)
    return _object(cast("GraphQLInputObjectType", kind))


def _list(kind: GraphQLList[Any]) -> Callable[[Any], Any]:
    required, item = _nullable(kind.of_type)

    def read(value: Any) -> list[Any]:
        if type(value) is not list or (required and None in value):
            raise ValueError
        return [None if one is None else item(one) for one in value]

    return read


def _object(kind: GraphQLInputObjectType) -> Callable[[Any], Any]:
    fields: list[tuple[str, GraphQLInputField, bool, Callable[[Any], Any]]] = []

    def read(value: Any) -> Any:
        if type(value) is not dict or kind.is_one_of or not value.keys() <= kind.fields.keys():
            raise ValueError
        if not fields:  # not before: a type may hold its own kind
            fields.extend((name, one, *_nullable(one.type)) for name, one in kind.fields.items())
        found = {}
        for name, one, required, inner in fields:
            given = value.get(name, _ABSENT)
            if given is _ABSENT:
                default = coerce_default_value(one)
                if default is not Undefined:
                    found[one.out_name or name] = default
                elif required:
                    raise ValueError
            elif given is None and required:
                raise ValueError
            else:
                found[one.out_name or name] = None if given is None else inner(given)
        return kind.out_type(found)

    return read


def _nullable(kind: GraphQLInputType) -> tuple[bool, Callable[[Any], Any]]:
    if isinstance(kind, GraphQLNonNull):
        return True, _reader(kind.of_type)
    return False, _reader(kind)


def _text(value: Any) -> Any:
    if type(value) is not str:
        raise ValueError
    return value
