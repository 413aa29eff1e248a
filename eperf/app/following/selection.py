"""What a document selects of the log, found out once for each document.

A selection of nothing but what the entry itself holds needs no executor: `Plain` writes the same bytes from a template.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionNode,
    TypeInfo,
    TypeInfoVisitor,
    VariableNode,
    Visitor,
    visit,
)

from eperf.schema.event.types import PLAIN
from eperf.services.event import Entry

FIELD = "performanceUpdates"
_TYPE = "PerformanceUpdate"
_Found = dict[str, list[FieldNode]]


@dataclass(frozen=True, slots=True)
class Selection:
    """A subscription's root field, and what follows from the document alone."""

    root: FieldNode
    place: str | None
    """The variable that says where to begin, if it says nothing else."""
    personal: bool
    """Whether a part of it may be answered by who calls."""
    plain: Callable[[Entry], bytes] | None
    """Writes the answer, where the entry itself holds all of it."""


def selected(
    schema: GraphQLSchema,
    personal: frozenset[str],
    document: DocumentNode,
    operation: OperationDefinitionNode,
) -> Selection | None:
    """What a valid subscription selects; None where it is not the log's, or where a directive decides that."""
    fragments = {
        node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)
    }
    roots = _fields(operation.selection_set.selections, "Subscription", fragments)
    if roots is None or len(roots) != 1:
        return None
    ((key, nodes),) = roots.items()
    if nodes[0].name.value != FIELD:
        return None
    inner = [one for node in nodes if node.selection_set for one in node.selection_set.selections]
    return Selection(
        nodes[0],
        _place(document, nodes),
        _is_personal(schema, personal, document),
        _plain(key, _fields(inner, _TYPE, fragments)),
    )


def _fields(
    selections: Sequence[SelectionNode], kind: str, fragments: Mapping[str, FragmentDefinitionNode]
) -> _Found | None:
    """The fields of one level by their response keys; None where a directive has a say."""
    found: _Found = {}
    waiting = list(reversed(selections))
    while waiting:
        node = waiting.pop()
        if node.directives:
            return None
        if isinstance(node, FieldNode):
            key = node.alias.value if node.alias else node.name.value
            found.setdefault(key, []).append(node)
            continue
        inside = (
            fragments[node.name.value]
            if isinstance(node, FragmentSpreadNode)
            else cast(InlineFragmentNode, node)
        )
        if inside.directives or (inside.type_condition and inside.type_condition.name.value != kind):
            return None
        waiting.extend(reversed(inside.selection_set.selections))
    return found


def _place(document: DocumentNode, nodes: Sequence[FieldNode]) -> str | None:
    names = {
        argument.value.name.value
        for node in nodes
        for argument in node.arguments or ()
        if argument.name.value == "after" and isinstance(argument.value, VariableNode)
    }
    if len(names) != 1:
        return None
    (name,) = names
    uses = _Uses(name)
    visit(document, uses)
    # Its definition, and once for each time the root field is written: in a fragment that is spread twice it is once.
    return name if uses.count == 1 + len({id(node) for node in nodes}) else None


class _Uses(Visitor):
    """Counts a variable."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name, self.count = name, 0

    def enter_variable(self, node: VariableNode, *_: Any) -> None:
        """One more."""
        self.count += node.name.value == self.name


class _Owners(Visitor):
    """Looks for what may be answered by who calls."""

    def __init__(self, types: TypeInfo, personal: frozenset[str]) -> None:
        super().__init__()
        self.types, self.personal, self.found = types, personal, False

    def enter_field(self, node: FieldNode, *_: Any) -> None:
        """One field."""
        parent = self.types.get_parent_type()
        name = parent.name if parent is not None else ""
        self.found |= name in self.personal or f"{name}.{node.name.value}" in self.personal


def _is_personal(schema: GraphQLSchema, personal: frozenset[str], document: DocumentNode) -> bool:
    types = TypeInfo(schema)
    owners = _Owners(types, personal)
    visit(document, TypeInfoVisitor(types, owners))
    return owners.found


def _plain(root: str, fields: _Found | None) -> Callable[[Entry], bytes] | None:
    if not fields or any(nodes[0].name.value not in PLAIN for nodes in fields.values()):
        return None
    inside = ",".join(f'"{key}":%s' for key in fields)
    template = f'{{"data":{{"{root}":{{{inside}}}}}}}'
    makers = [PLAIN[nodes[0].name.value] for nodes in fields.values()]

    def write(entry: Entry) -> bytes:
        return (template % tuple([make(entry) for make in makers])).encode()

    return write
