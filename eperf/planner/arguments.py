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
from strawberry.types.field import StrawberryField

from eperf.planner.convert import Convert, Converters
from eperf.planner.mapping import Many, One, is_steady
from eperf.planner.tree import ABSENT, Argument, Site

BACK = "strawberry-definition"
"""Where a GraphQL definition keeps the strawberry one that it was made from."""


def site(converters: Converters, mapping: Any, definition: GraphQLField, node: FieldNode) -> Site:
    """The site that a field with arguments is in a tree."""
    field: StrawberryField = definition.extensions[BACK]
    given = {one.name.value: one.value for one in node.arguments or ()}
    fixed: dict[str, Any] = {}
    arguments = []
    for argument in field.arguments:
        name = converters.name(argument)
        value = given.get(name)
        convert = converters.of(definition.args[name].type, argument.type)
        if value is not None and _has_variable(value):
            arguments.append(Argument(argument.python_name, _varying(definition.args[name], value, convert)))
            continue
        constant = _constant(definition.args[name], value, convert)
        if constant is not ABSENT:
            fixed[argument.python_name] = constant
    steady = isinstance(mapping, One | Many) and is_steady(mapping.narrow)
    return Site(mapping, fixed, tuple(arguments), steady)


def _constant(argument: GraphQLArgument, node: ValueNode | None, convert: Convert) -> Any:
    value = argument.default_value if node is None else value_from_ast(node, argument.type, {})
    return ABSENT if value is Undefined else convert(value)


def _varying(
    argument: GraphQLArgument, node: ValueNode, convert: Convert
) -> Callable[[Mapping[str, Any]], Any]:
    if not isinstance(node, VariableNode):

        def within(variables: Mapping[str, Any]) -> Any:
            value = value_from_ast(node, argument.type, dict(variables))
            return ABSENT if value is Undefined else convert(value)

        return within
    name, default = node.name.value, _constant(argument, None, convert)

    def plain(variables: Mapping[str, Any]) -> Any:
        return convert(variables[name]) if name in variables else default

    return plain


def _has_variable(value: ValueNode) -> bool:
    match value:
        case VariableNode():
            return True
        case ListValueNode():
            return any(_has_variable(one) for one in value.values)
        case ObjectValueNode():
            return any(_has_variable(one.value) for one in value.fields)
    return False
