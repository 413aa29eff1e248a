"""Which variables decide what an operation selects, and the walk over a document that finds such things."""

from __future__ import annotations

from collections.abc import Iterator

from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    VariableNode,
)


def selections(document: DocumentNode) -> Iterator[SelectionNode]:
    """Every selection of a document's operations and fragments, each once."""
    stack: list[SelectionSetNode] = [
        node.selection_set
        for node in document.definitions
        if isinstance(node, OperationDefinitionNode | FragmentDefinitionNode)
    ]
    while stack:
        for node in stack.pop().selections:
            yield node
            below = getattr(node, "selection_set", None)
            if below is not None:
                stack.append(below)


def steering(document: DocumentNode) -> tuple[str, ...]:
    """The variables that `@skip` and `@include` read anywhere in a document."""
    names = {
        argument.value.name.value
        for node in selections(document)
        for directive in node.directives or ()
        for argument in directive.arguments or ()
        if isinstance(argument.value, VariableNode)
    }
    return tuple(sorted(names))
