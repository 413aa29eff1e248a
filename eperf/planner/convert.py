"""From graphql-core's input values to what strawberry gives a resolver, worked out once for each type.

Strawberry asks anew at each request what each value's type is. Here the question is asked when the plan is made; a
type that builds its own values, or tells null from absent, is left to strawberry.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import MISSING
from typing import Any

from graphql import (
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    get_nullable_type,
    is_leaf_type,
)
from strawberry import Schema
from strawberry.relay import GlobalID
from strawberry.types.arguments import StrawberryArgument, convert_argument
from strawberry.types.base import StrawberryList, StrawberryMaybe, StrawberryOptional
from strawberry.types.lazy_type import LazyType

Convert = Callable[[Any], Any]


class Converters:
    """The converters of one schema's input types. They copy what they are given: a default is every request's."""

    def __init__(self, schema: Schema) -> None:
        self._schema = schema
        self._objects: dict[Any, list[Convert]] = {}

    def name(self, argument: StrawberryArgument) -> str:
        """An argument's name in the schema."""
        return self._schema.config.name_converter.from_argument(argument)

    def of(self, asked: GraphQLInputType, kind: Any) -> Convert:
        """The converter for a GraphQL type and the strawberry one that it was made from."""
        if isinstance(kind, StrawberryMaybe):
            return self._strawberrys(kind)
        named = get_nullable_type(asked)
        while isinstance(kind, StrawberryOptional | LazyType):
            kind = kind.of_type if isinstance(kind, StrawberryOptional) else kind.resolve_type()
        if isinstance(named, GraphQLList) and isinstance(kind, StrawberryList):
            return _many(self.of(named.of_type, kind.of_type))
        if is_leaf_type(named) and kind is not GlobalID:
            return _same
        if isinstance(named, GraphQLInputObjectType):
            return self._object(named, kind)
        return self._strawberrys(kind)

    def _strawberrys(self, kind: Any) -> Convert:
        registry = self._schema.schema_converter.scalar_registry
        return lambda value: convert_argument(value, kind, registry, self._schema.config)

    def _object(self, named: GraphQLInputObjectType, kind: Any) -> Convert:
        definition = getattr(kind, "__strawberry_definition__", None)
        if definition is None or definition.from_input is not None:
            return self._strawberrys(kind)
        made = self._objects.get(kind)
        if made is None:
            # An input may hold its own kind (`not: Filter`): who asks meanwhile gets what will be here.
            made = self._objects[kind] = []
            made.append(self._built(named, kind, definition))
        return made[0] if made else _later(made)

    def _built(self, named: GraphQLInputObjectType, kind: Any, definition: Any) -> Convert:
        absent = {
            field.python_name: None
            for field in definition.fields
            if field.default_value is MISSING and field.default_factory is MISSING
        }
        fields = []
        for field in definition.fields:
            name = self._schema.config.name_converter.from_field(field)
            convert = self.of(named.fields[name].type, field.resolve_type(type_definition=definition))
            fields.append((name, field.python_name, convert))

        def build(value: Any) -> Any:
            if value is None:
                return None
            given = dict(absent)
            for name, python_name, convert in fields:
                if name in value:
                    given[python_name] = convert(value[name])
            return kind(**given)

        return build


def _later(made: list[Convert]) -> Convert:
    def convert(value: Any) -> Any:
        return made[0](value)

    return convert


def _same(value: Any) -> Any:
    return value


def _many(convert: Convert) -> Convert:
    def each(value: Any) -> Any:
        if value is None:
            return None
        return list(value) if convert is _same else [convert(one) for one in value]

    return each
