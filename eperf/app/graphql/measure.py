"""The size of a document, before anything else is done with it.

A few hundred bytes of fragments that spread each other twice stand for billions of fields, so a limiter that expands
fragments is itself the attack. Here each definition is walked once, its spreads are remembered, and the definitions
are then added up from the leaves; numbers saturate, and a circle of fragments (which validation refuses by name)
adds nothing to itself. The work is linear in the document's tokens.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from graphql import (
    DirectiveNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    ValueNode,
)

from eperf.app.graphql import literals
from eperf.app.graphql.limits import Limits
from eperf.domain.errors import TooMany

_MOST = 2**31
_INTROSPECTION = frozenset({"__schema", "__type"})


class Size(NamedTuple):
    """A definition with its fragments spread out."""

    depth: int
    fields: int
    aliases: int
    directives: int
    introspections: int


class Spread(NamedTuple):
    """A fragment used: its name, below how many fields, and whether below an introspection field."""

    name: str
    depth: int
    introspection: bool


@dataclass(slots=True)
class _Own:
    """A definition alone, and what it spreads."""

    depth: int = 0
    fields: int = 0
    aliases: int = 0
    directives: int = 0
    introspections: int = 0
    spreads: list[Spread] = field(default_factory=list)
    literals: list[ValueNode] = field(default_factory=list)


def check(document: DocumentNode, limits: Limits) -> dict[str | None, Size]:
    """Raise `TooMany` where the document passes a limit; else the sizes of its operations by name."""
    operations = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
    fragments = [node for node in document.definitions if isinstance(node, FragmentDefinitionNode)]
    _within("operations", len(operations), limits.operations)
    _within("fragments", len(fragments), limits.fragments)
    sizes = _spread_out({node.name.value: _own(node, limits) for node in fragments})
    for size in sizes.values():
        _check(size, limits)
    named: dict[str | None, Size] = {}
    for node in operations:
        size = named[node.name.value if node.name else None] = _add(_own(node, limits), sizes)
        _check(size, limits)
    return named


def _within(limit: str, value: int, most: int) -> None:
    if value > most:
        raise TooMany(limit, most, value)


def _check(size: Size, limits: Limits) -> None:
    for limit, value in zip(Size._fields, size, strict=True):
        _within(limit, value, getattr(limits, limit))


def _own(definition: OperationDefinitionNode | FragmentDefinitionNode, limits: Limits) -> _Own:
    """Walk one definition, without recursion and without following its spreads."""
    own = _Own()
    _directives(own, definition.directives)
    for variable in definition.variable_definitions or ():
        _directives(own, variable.directives)
        own.literals += [variable.default_value] if variable.default_value else []
    stack: list[tuple[SelectionSetNode, int, bool]] = [(definition.selection_set, 0, False)]
    while stack:
        selections, depth, introspection = stack.pop()
        for node in selections.selections:
            _directives(own, node.directives)
            stack.extend(_step(own, node, depth, introspection))
    literals.check(own.literals, limits)
    return own


def _directives(own: _Own, directives: Sequence[DirectiveNode] | None) -> None:
    for directive in directives or ():
        own.directives += 1
        own.literals += [argument.value for argument in directive.arguments or ()]


def _step(
    own: _Own, node: SelectionNode, depth: int, introspection: bool
) -> Iterator[tuple[SelectionSetNode, int, bool]]:
    """Count one selection; what is selected below it."""
    if isinstance(node, FragmentSpreadNode):
        own.spreads.append(Spread(node.name.value, depth, introspection))
    elif isinstance(node, FieldNode):
        own.fields += 1
        own.aliases += node.alias is not None
        own.literals += [argument.value for argument in node.arguments or ()]
        if node.name.value in _INTROSPECTION:
            own.introspections += 1
            introspection = True
        depth += not introspection
        own.depth = max(own.depth, depth)
        if node.selection_set:
            yield node.selection_set, depth, introspection
    elif isinstance(node, InlineFragmentNode):
        yield node.selection_set, depth, introspection


def _spread_out(own: dict[str, _Own]) -> dict[str, Size]:
    """The fragments' sizes, each found once all that it spreads are known; without recursion."""
    sizes: dict[str, Size] = {}
    for root in own:
        path, open_names = [(root, iter(own[root].spreads))], {root}
        while path:
            name, spreads = path[-1]
            inner = next(
                (
                    s.name
                    for s in spreads
                    if s.name in own and s.name not in sizes and s.name not in open_names
                ),
                None,
            )
            if inner is None:
                path.pop()
                open_names.discard(name)
                sizes[name] = _add(own[name], sizes)
            else:
                path.append((inner, iter(own[inner].spreads)))
                open_names.add(inner)
    return sizes


def _add(own: _Own, sizes: dict[str, Size]) -> Size:
    depth, counts = own.depth, [own.fields, own.aliases, own.directives, own.introspections]
    for spread in own.spreads:
        size = sizes.get(spread.name)
        if size is None:
            continue
        if not spread.introspection:
            depth = max(depth, spread.depth + size.depth)
        counts = [min(_MOST, mine + its) for mine, its in zip(counts, size[1:], strict=True)]
    return Size(depth, *counts)
