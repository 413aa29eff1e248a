"""Variables read quickly are what graphql-core and strawberry make of them, or are left to those two."""

from __future__ import annotations

from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    OperationDefinitionNode,
    OperationType,
    get_nullable_type,
    get_variable_values,
    parse,
)
from hypothesis import given
from hypothesis import strategies as st
from strawberry.types.arguments import convert_argument

from eperf.app.graphql.inputs import Inputs
from eperf.planner.arguments import BACK
from eperf.planner.convert import Converters
from eperf.schema.compose import compose

SCHEMA = compose()
CORE = SCHEMA._schema
_ROOTS = [CORE.get_root_type(kind) for kind in OperationType]
ARGUMENTS = [
    (field.extensions[BACK], name, argument)
    for root in _ROOTS
    if root is not None
    for field in root.fields.values()
    for name, argument in field.args.items()
]
_RIGHT = {
    "Int": st.integers(-(2**31), 2**31 - 1),
    "Boolean": st.booleans(),
    "Date": st.dates().map(str),
    "DateTime": st.datetimes().map(lambda one: one.isoformat() + "+07:00"),
    "Hundredths": st.decimals(-1000, 1000, places=2).map(str),
    "YearMonth": st.sampled_from(["2026-01", "1999-12"]),
}
_WRONG: st.SearchStrategy[Any] = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.text(max_size=5),
    st.just([]),
    st.just({"item": 1}),
    st.just([None]),
)


def _json(kind: GraphQLInputType, depth: int = 3, *, wrong: bool = True) -> st.SearchStrategy[Any]:
    """Values for a type: all of them right, or some wrong somewhere."""
    named = get_nullable_type(kind)
    if isinstance(named, GraphQLList):
        right = st.lists(_json(named.of_type, depth, wrong=wrong), max_size=2) if depth else st.just([])
    elif isinstance(named, GraphQLEnumType):
        right = st.sampled_from(sorted(named.values))
    elif isinstance(named, GraphQLInputObjectType):
        inner = (
            {name: _json(one.type, depth - 1, wrong=wrong) for name, one in named.fields.items()}
            if depth
            else {}
        )
        needed = {name for name, one in named.fields.items() if str(one.type).endswith("!")}
        right = st.fixed_dictionaries(
            {name: inner[name] for name in inner if name in needed},
            optional={name: inner[name] for name in inner if name not in needed}
            | ({"stray": _WRONG} if wrong else {}),
        )
    else:
        right = _RIGHT.get(str(named), st.text(max_size=5))
    if not wrong:
        return right
    return st.integers(0, 19).flatmap(lambda place: _WRONG if place == 0 else right)


@given(st.data())
def test_what_is_read_quickly_is_what_the_libraries_read_and_make_of_it(data: st.DataObject) -> None:
    field, name, argument = data.draw(st.sampled_from(ARGUMENTS))
    operation = parse(f"query ($value: {argument.type}) {{ __typename }}").definitions[0]
    assert isinstance(operation, OperationDefinitionNode)
    variables = data.draw(st.fixed_dictionaries({}, optional={"value": _json(argument.type)}))

    quick = Inputs(CORE, operation).read(variables)
    slow = get_variable_values(CORE, operation.variable_definitions or (), variables)

    if quick is None:
        return
    assert not isinstance(slow, list)
    assert quick == slow.coerced
    if "value" in quick:
        wanted = next(
            one for one in field.arguments if SCHEMA.config.name_converter.from_argument(one) == name
        )
        registry = SCHEMA.schema_converter.scalar_registry
        made = Converters(SCHEMA).of(argument.type, wanted.type)(quick["value"])
        assert made == convert_argument(quick["value"], wanted.type, registry, SCHEMA.config)


@given(st.data())
def test_right_values_of_every_argument_are_read_quickly(data: st.DataObject) -> None:
    _, _, argument = data.draw(st.sampled_from(ARGUMENTS))
    operation = parse(f"query ($value: {argument.type}) {{ __typename }}").definitions[0]
    assert isinstance(operation, OperationDefinitionNode)
    variables = {"value": data.draw(_json(argument.type, wrong=False))}

    slow = get_variable_values(CORE, operation.variable_definitions or (), variables)

    if not isinstance(slow, list):  # some texts are no value of their scalar
        assert Inputs(CORE, operation).read(variables) == slow.coerced
