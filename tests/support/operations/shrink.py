"""A failing document cut down: selections, arguments and directives are taken away for as long as it still fails."""

from __future__ import annotations

import copy
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from typing import Any

from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLSchema,
    Node,
    OperationDefinitionNode,
    VariableNode,
    Visitor,
    parse,
    print_ast,
    validate,
    visit,
)

from tests.support.operations.grammar import Made

_CUT = ("selections", "arguments", "directives", "fields")


async def shrunk(
    made: Made, schema: GraphQLSchema, fails: Callable[[Made], Awaitable[bool]], most: int = 400
) -> Made:
    """The smallest request found that still fails, within so many attempts."""
    attempts = 0
    smaller = True
    while smaller:
        smaller = False
        for text in _cuts(made.text, made.operation_name):
            attempts += 1
            if attempts > most:
                return made
            shorter = replace(made, text=text)
            if not validate(schema, parse(text)) and await fails(shorter):
                made, smaller = shorter, True
                break
    return made


def _cuts(text: str, name: str | None) -> Iterator[str]:
    """The document without one thing each, the largest things first."""
    places = sorted(_places(parse(text)), key=lambda place: place[2], reverse=True)
    for path, index, _ in places:
        document = copy.deepcopy(parse(text))
        node: Any = document
        for key in path[:-1]:
            node = node[key] if isinstance(key, int) else getattr(node, key)
        rest = [one for at, one in enumerate(getattr(node, path[-1])) if at != index]
        if rest or path[-1] != "selections":
            object.__setattr__(node, path[-1], tuple(rest))
            yield print_ast(_pruned(document, name))


def _places(node: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], int, int]]:
    """Every (path to a list, index, size) that may be cut."""
    if isinstance(node, list | tuple):
        for index, one in enumerate(node):
            if path[-1] in _CUT:
                yield path, index, len(print_ast(one))
            yield from _places(one, (*path, index))
    elif isinstance(node, Node):
        for key in node.keys:
            value = getattr(node, key, None)
            if isinstance(value, Node | list | tuple):
                yield from _places(value, (*path, key))


def _pruned(document: DocumentNode, name: str | None) -> DocumentNode:
    """Without fragments and variables that nothing uses."""
    operations = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
    if name is not None:
        operations = [node for node in operations if node.name and node.name.value == name]
    fragments = {
        node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)
    }
    kept: list[Any] = []
    for operation in operations:
        used = _Used()
        visit(operation.selection_set, used)
        while missing := used.fragments - used.walked:
            found = missing.pop()
            used.walked.add(found)
            visit(fragments[found], used)
        variables = [
            one for one in operation.variable_definitions or () if one.variable.name.value in used.variables
        ]
        object.__setattr__(operation, "variable_definitions", tuple(variables))
        kept += [
            operation,
            *(fragments[found] for found in sorted(used.walked) if fragments[found] not in kept),
        ]
    object.__setattr__(document, "definitions", tuple(kept))
    return document


class _Used(Visitor):
    """Collects the variables and the fragments that are used."""

    def __init__(self) -> None:
        super().__init__()
        self.variables: set[str] = set()
        self.fragments: set[str] = set()
        self.walked: set[str] = set()

    def enter(self, node: Node, *_: Any) -> None:
        """Looks at one node."""
        if isinstance(node, VariableNode):
            self.variables.add(node.name.value)
        elif isinstance(node, FragmentSpreadNode):
            self.fragments.add(node.name.value)
