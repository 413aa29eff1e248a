"""What an operation would cost, known before it is executed: fields times the lists they stand in.

A connection of 100 whose items hold a connection of 100 asks for 10,000 items, and no limit on the document's text
sees it. A field with `first` or `last` is as long as it says (a literal or a variable), or a default page; the lists
directly below it (`edges`, `nodes`) are what that length multiplies. Any other list counts as a short one;
introspection, whose lists are as long as the schema is, has a price of its own.
The operation must be valid already: names are known, fragments are no circles, nesting is bounded.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLField,
    GraphQLNamedType,
    GraphQLSchema,
    IntValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    ValueNode,
    VariableNode,
    get_named_type,
    get_nullable_type,
    is_composite_type,
    is_list_type,
)

from eperf.app.graphql.limits import Limits
from eperf.planner.steering import selections

_MOST = 2**53
_SIZES = ("first", "last")
_INTROSPECTION = 1_000

Price = Callable[[DocumentNode, OperationDefinitionNode, Mapping[str, Any]], int]
"""What an operation costs, from its document and its coerced variables: the hook a planner may replace."""


def sizing(document: DocumentNode) -> tuple[str, ...]:
    """The variables that size lists anywhere in a document: the price of its operations depends on no others."""
    names = {
        argument.value.name.value
        for node in selections(document)
        for argument in getattr(node, "arguments", None) or ()
        if argument.name.value in _SIZES and isinstance(argument.value, VariableNode)
    }
    return tuple(sorted(names))


class _Sum(NamedTuple):
    """The cost of a selection set: once, and once more for each item of the list its owner holds."""

    once: int
    each: int


class ListPrice:
    """The price of operations on one schema."""

    def __init__(self, schema: GraphQLSchema, limits: Limits) -> None:
        self._schema = schema
        self._page = limits.default_page
        self._list = limits.plain_list

    def __call__(
        self, document: DocumentNode, operation: OperationDefinitionNode, variables: Mapping[str, Any]
    ) -> int:
        """The cost of `operation`; saturates instead of growing without bound."""
        root = self._schema.get_root_type(operation.operation)
        if root is None:
            return 0
        walk = _Walk(self._schema, self._list, self._page, document, variables)
        return walk.together(walk.selected(operation.selection_set, root), self._list)


class _Walk:
    """One pricing: each fragment is priced once."""

    def __init__(
        self,
        schema: GraphQLSchema,
        plain: int,
        page: int,
        document: DocumentNode,
        variables: Mapping[str, Any],
    ) -> None:
        self._schema, self._list, self._page, self._variables = schema, plain, page, variables
        self._fragments = {
            node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)
        }
        self._priced: dict[str, _Sum] = {}

    @staticmethod
    def together(part: _Sum, items: int) -> int:
        return min(_MOST, part.once + part.each * items)

    def selected(self, selections: SelectionSetNode, owner: GraphQLNamedType) -> _Sum:
        once = each = 0
        for node in selections.selections:
            if isinstance(node, FieldNode):
                part = self._field(node, owner)
            elif isinstance(node, FragmentSpreadNode):
                part = self._fragment(node.name.value)
            else:
                part = self._inline(node, owner)
            once, each = min(_MOST, once + part.once), min(_MOST, each + part.each)
        return _Sum(once, each)

    def _inline(self, node: Any, owner: GraphQLNamedType) -> _Sum:
        condition = node.type_condition
        of = self._schema.type_map[condition.name.value] if condition else owner
        return self.selected(node.selection_set, of)

    def _fragment(self, name: str) -> _Sum:
        if name not in self._priced:
            node = self._fragments[name]
            of = self._schema.type_map[node.type_condition.name.value]
            self._priced[name] = self.selected(node.selection_set, of)
        return self._priced[name]

    def _field(self, node: FieldNode, owner: GraphQLNamedType) -> _Sum:
        field = self._schema.get_field(owner, node.name.value) if is_composite_type(owner) else None
        if field is None or node.selection_set is None:
            return _Sum(1, 0)
        if node.name.value.startswith("__"):
            return _Sum(_INTROSPECTION, 0)
        below = self.selected(node.selection_set, get_named_type(field.type))
        paged = any(name in field.args for name in _SIZES)
        items = self._asked(node, field) if paged else self._list
        cost = self.together(below, items)
        if not is_list_type(get_nullable_type(field.type)):
            return _Sum(min(_MOST, 1 + cost), 0)
        if paged:
            return _Sum(min(_MOST, 1 + self.together(below, self._list) * items), 0)
        return _Sum(1, cost)

    def _asked(self, node: FieldNode, field: GraphQLField) -> int:
        """The longest of the sizes asked for; the field's own default, or a page, when none is."""
        given = {argument.name.value: argument.value for argument in node.arguments or ()}
        sizes = [self._number(given[name]) for name in _SIZES if name in given]
        sizes += [
            field.args[name].default_value for name in _SIZES if name in field.args and name not in given
        ]
        numbers = [size for size in sizes if isinstance(size, int) and size >= 0]
        return min(_MOST, max(numbers)) if numbers else self._page

    def _number(self, value: ValueNode) -> object:
        if isinstance(value, IntValueNode):
            return int(value.value)
        return self._variables.get(value.name.value) if isinstance(value, VariableNode) else None
