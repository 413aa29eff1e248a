"""Whose operations break when plugins come, change or go: registered documents against the schema before and after.

An operation breaks when it was valid and is not any more, or when a field that it asks for changes in a way that
clients cannot take (`find_breaking_changes` of the GraphQL library). Operations that were broken before are none of
this change's.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLSchema,
    GraphQLSyntaxError,
    Node,
    OperationDefinitionNode,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    find_breaking_changes,
    parse,
    validate,
    visit,
)

from eperf.app.graphql.documents import RULES
from eperf.app.graphql.trusted import Entry
from eperf.domain.errors import ClientsBroken

_FIELD = re.compile(r"\b([A-Za-z_]\w*\.[A-Za-z_]\w*)")
_HASH_SHOWN = 12


@dataclass(frozen=True)
class Broken:
    """One operation that breaks: of which client, where in it (`employees.nodes.trainingHours`, `3:8`), and why."""

    client: str
    operation: str
    hash: str
    path: str
    place: str
    why: str

    def __str__(self) -> str:
        return f"{self.client}: {self.operation}: {self.path} ({self.place}): {self.why}"


@dataclass(frozen=True)
class Impact:
    """What a change of plugins does: the operations it breaks, what changes for any client, who is left out by it.

    `left_out` holds plugins (name: cause) that ran before, or were to be added, and are refused afterwards.
    """

    documents: int
    broken: tuple[Broken, ...]
    changes: tuple[str, ...]
    left_out: Mapping[str, str]

    def require_none(self, *, force: bool = False) -> Impact:
        """Itself; raises `ClientsBroken`, which names each client, when an operation breaks and it is not forced."""
        if self.broken and not force:
            raise ClientsBroken(str(one) for one in self.broken)
        return self


def impact(
    before: GraphQLSchema,
    after: GraphQLSchema,
    entries: Iterable[Entry],
    left_out: Mapping[str, str] | None = None,
) -> Impact:
    """What becomes of registered documents when the schema changes from `before` to `after`."""
    given = list(entries)
    changes = [change.description for change in find_breaking_changes(before, after)]
    changed = {found[1]: text for text in changes if (found := _FIELD.search(text))}
    broken = [one for entry in given for one in _broken(before, after, entry, changed)]
    return Impact(len(given), tuple(dict.fromkeys(broken)), tuple(changes), dict(left_out or {}))


def _broken(
    before: GraphQLSchema, after: GraphQLSchema, entry: Entry, changed: Mapping[str, str]
) -> Iterator[Broken]:
    try:
        document = parse(entry.text)
    except GraphQLSyntaxError:
        return
    old = {_key(error) for error in validate(before, document, RULES)}
    places = _Places(document)
    told = set()
    for error in validate(after, document, RULES):
        if _key(error) not in old:
            node = error.nodes[0] if error.nodes else document
            told.add(places.path(node))
            yield places.broken(entry, node, error.message)
    if old:
        return
    for coordinate, node in _asked(before, document):
        if coordinate in changed and places.path(node) not in told:
            yield places.broken(entry, node, changed[coordinate])


def _key(error: GraphQLError) -> tuple[Any, ...]:
    return error.message, *((place.line, place.column) for place in error.locations or ())


def _asked(schema: GraphQLSchema, document: DocumentNode) -> list[tuple[str, FieldNode]]:
    """The fields that a valid document asks for, as `Type.field`."""
    info, found = TypeInfo(schema), list[tuple[str, FieldNode]]()

    class Collect(Visitor):
        def enter_field(self, node: FieldNode, *_: Any) -> None:
            parent = info.get_parent_type()
            if parent is not None:
                found.append((f"{parent.name}.{node.name.value}", node))

    visit(document, TypeInfoVisitor(info, Collect()))
    return found


class _Places:
    """Where the nodes of a document stand: the operation they belong to, and the path of response keys."""

    def __init__(self, document: DocumentNode) -> None:
        self._at: dict[int, tuple[str, str]] = {}
        self._operations: list[str] = []
        places = self

        class Walk(Visitor):
            def enter(self, node: Node, key: Any, parent: Any, path: Any, ancestors: list[Any]) -> None:
                places._met(node, ancestors)

        visit(document, Walk())

    def path(self, node: Node) -> str:
        """`employees.nodes.name`; below a fragment it begins with its name."""
        return self._at.get(id(node), ("", ""))[1]

    def broken(self, entry: Entry, node: Node, why: str) -> Broken:
        """What is told of a node."""
        operation, path = self._at.get(id(node), ("", ""))
        name = entry.name or operation or next(iter(self._operations), "") or entry.hash[:_HASH_SHOWN]
        start = node.loc.start_token if node.loc else None
        place = f"{start.line}:{start.column}" if start else "1:1"
        return Broken(entry.client, name, entry.hash, path or name, place, why)

    def _met(self, node: Node, ancestors: list[Any]) -> None:
        above = [one for one in [*ancestors, node] if isinstance(one, Node)]
        operation, steps = "", []
        for one in above:
            if isinstance(one, OperationDefinitionNode):
                operation = one.name.value if one.name else ""
                self._operations.append(operation)
            elif isinstance(one, FragmentDefinitionNode):
                steps.append(f"...{one.name.value}")
            elif isinstance(one, FieldNode):
                steps.append((one.alias or one.name).value)
        if isinstance(node, FragmentSpreadNode):
            steps.append(f"...{node.name.value}")
        self._at[id(node)] = (operation, ".".join(steps))
