"""Variables of an operation read quickly: the ordinary cases, exactly as graphql-core reads them, and nothing else.

graphql-core works out the types of an operation's variables anew at each request. Here that is done once; a value
that is not plainly right is left to graphql-core, which says what is wrong with it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from graphql import (
    GraphQLID,
    GraphQLNonNull,
    GraphQLScalarType,
    GraphQLSchema,
    GraphQLString,
    OperationDefinitionNode,
    is_scalar_type,
    type_from_ast,
)

_ABSENT = object()


class Inputs:
    """The variables of one operation."""

    def __init__(self, schema: GraphQLSchema, operation: OperationDefinitionNode) -> None:
        self._fields: list[tuple[str, bool, Callable[[Any], Any]]] = []
        self._quick = True
        for node in operation.variable_definitions or ():
            kind = type_from_ast(schema, node.type)
            required = isinstance(kind, GraphQLNonNull)
            named = kind.of_type if isinstance(kind, GraphQLNonNull) else kind
            if not is_scalar_type(named) or node.default_value is not None:
                self._quick = False
                return
            self._fields.append((node.variable.name.value, required, _reader(named)))

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


def _reader(kind: GraphQLScalarType) -> Callable[[Any], Any]:
    """How a scalar reads a value: texts as they are, all else as the scalar itself does."""
    if kind in (GraphQLID, GraphQLString):
        return _text
    return kind.coerce_input_value


def _text(value: Any) -> Any:
    if type(value) is not str:
        raise ValueError
    return value
