"""Arguments of a field in a plan: from the variables of a request to what the field's resolver would be given."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from graphql import (
    FieldNode,
    GraphQLArgument,
    GraphQLField,
    ListValueNode,
    ObjectValueNode,
    Undefined,
    ValueNode,
    VariableNode,
    value_from_ast,
)
from strawberry import Schema
from strawberry.types.arguments import convert_argument
from strawberry.types.field import StrawberryField

from eperf.planner.tree import ABSENT, Argument, Site

BACK = "strawberry-definition"
"""Where a GraphQL definition keeps the strawberry one that it was made from."""


def site(schema: Schema, mapping: Any, definition: GraphQLField, node: FieldNode) -> Site:
    """The site that a field with arguments is in a tree."""
    field: StrawberryField = definition.extensions[BACK]
    given = {one.name.value: one.value for one in node.arguments or ()}
    arguments = []
    for argument in field.arguments:
        name = schema.config.name_converter.from_argument(argument)
        value = _value(schema, definition.args[name], given.get(name), argument.type)
        arguments.append(Argument(argument.python_name, value))
    constant = not any(_has_variable(value) for value in given.values())
    return Site(mapping, tuple(arguments), constant)


def _value(
    schema: Schema, argument: GraphQLArgument, node: ValueNode | None, kind: Any
) -> Callable[[Mapping[str, Any]], Any]:
    registry = schema.schema_converter.scalar_registry

    def convert(value: Any) -> Any:
        return ABSENT if value is Undefined else convert_argument(value, kind, registry, schema.config)

    default = convert(argument.default_value)
    if node is None:
        return lambda _: default
    if isinstance(node, VariableNode):
        name = node.name.value
        return lambda variables: convert(variables[name]) if name in variables else default
    if _has_variable(node):
        return lambda variables: convert(value_from_ast(node, argument.type, dict(variables)))
    fixed = convert(value_from_ast(node, argument.type, {}))
    return lambda _: fixed


def _has_variable(value: ValueNode) -> bool:
    match value:
        case VariableNode():
            return True
        case ListValueNode():
            return any(_has_variable(one) for one in value.values)
        case ObjectValueNode():
            return any(_has_variable(one.value) for one in value.fields)
    return False
