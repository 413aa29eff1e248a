"""What arguments are drawn from: real ids, words and months, and the cursors of earlier answers."""

from __future__ import annotations

import base64
import random
from collections import defaultdict, deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson
from graphql import DocumentNode, FieldNode, FragmentDefinitionNode, OperationDefinitionNode, SelectionSetNode

_CURSORS = frozenset({"cursor", "startCursor", "endCursor"})
_INSIDE = frozenset({"edges", "nodes", "node", "pageInfo"})


def _recent() -> deque[str]:
    return deque(maxlen=60)


@dataclass
class Pool:
    """Values by what they are for. `ids` are by type, those that are likely to be found first in `near`.

    `words` are by the argument's name; of the arguments of a field in `either` one is given; fields in `rare` are.
    """

    ids: Mapping[str, Sequence[str]]
    words: Mapping[str, Sequence[str]]
    months: Sequence[str]
    days: Sequence[str]
    near: Mapping[str, Sequence[str]] = field(default_factory=dict)
    either: frozenset[str] = frozenset()
    rare: frozenset[str] = frozenset()
    cursors: dict[str, deque[str]] = field(default_factory=lambda: defaultdict(_recent))

    def id_of(self, rng: random.Random, kind: str | None) -> str:
        """An id of a type, or of any."""
        chosen = kind if kind in self.ids else rng.choice(list(self.ids))
        near = self.near.get(chosen)
        return rng.choice(near if near and rng.random() < 0.7 else self.ids[chosen])

    def kind_of(self, given: str) -> str | None:
        """The type of a real id."""
        return next((kind for kind, ids in self.ids.items() if given in ids), None)

    def cursor_of(self, rng: random.Random, name: str, order: str | None) -> str | None:
        """A cursor of the field's list, in this order if it has several."""
        fitting = [one for one in self.cursors[name] if order is None or _order(one) == order]
        return rng.choice(fitting) if fitting else None

    def harvest(self, document: DocumentNode, answer: Any) -> None:
        """Takes the cursors out of an answer, by the name of the field whose list they belong to."""
        if isinstance(answer, dict) and isinstance(answer.get("data"), dict):
            for name, cursor in _found(document, answer["data"]):
                if cursor not in self.cursors[name]:
                    self.cursors[name].append(cursor)


def _order(cursor: str) -> str:
    return str(orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))[0])


def _found(document: DocumentNode, data: dict[str, Any]) -> Iterator[tuple[str, str]]:
    fragments = {
        node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)
    }
    for node in document.definitions:
        if isinstance(node, OperationDefinitionNode):
            yield from _below(node.selection_set, data, "", fragments)


def _below(
    selections: SelectionSetNode, value: Any, owner: str, fragments: Mapping[str, FragmentDefinitionNode]
) -> Iterator[tuple[str, str]]:
    if isinstance(value, list):
        for one in value:
            yield from _below(selections, one, owner, fragments)
    if not isinstance(value, dict):
        return
    for node in selections.selections:
        if not isinstance(node, FieldNode):
            inner = getattr(node, "selection_set", None) or fragments[node.name.value].selection_set
            yield from _below(inner, value, owner, fragments)
            continue
        name = node.name.value
        found = value.get(node.alias.value if node.alias else name)
        if name in _CURSORS and isinstance(found, str):
            yield owner, found
        elif node.selection_set is not None and found is not None:
            yield from _below(node.selection_set, found, owner if name in _INSIDE else name, fragments)
