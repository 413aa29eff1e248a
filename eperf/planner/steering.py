"""Which variables decide what an operation selects."""

from __future__ import annotations

from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
)


def steering(document: DocumentNode) -> tuple[str, ...]:
    """The variables that `@skip` and `@include` read anywhere in a document."""
    names: set[str] = set()
    stack: list[SelectionSetNode] = [
        node.selection_set
        for node in document.definitions
        if isinstance(node, OperationDefinitionNode | FragmentDefinitionNode)
    ]
    while stack:
        for node in stack.pop().selections:
            for directive in node.directives or ():
                for argument in directive.arguments or ():
                    if isinstance(argument.value, VariableNode):
                        names.add(argument.value.name.value)
            below = getattr(node, "selection_set", None)
            if below is not None:
                stack.append(below)
    return tuple(sorted(names))
