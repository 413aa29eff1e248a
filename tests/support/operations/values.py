"""Values of arguments: mostly good ones, some at the edge, some forged."""

from __future__ import annotations

import base64
import json
import random
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    get_named_type,
    get_nullable_type,
)

from tests.support.operations.pool import Pool

_SIZES = (1, 2, 3, 5, 7, 10, 25)
_WRONG_SIZES = (0, -1, 101, 2**31 - 1)
_UNCODED = (
    [], ["NAME"], ["NAME", None, None], ["NAME", "B", 1], ["NAME", "x" * 300, 1], ["CODE", "x" * 90, 1], ["ID", 2**63],
    ["ID", True], ["LATEST", 9], ["LATEST", "2026-13", 1], ["TIME", "2026-10-01T07:00:00+07:00", 1],
    ["TIME", "2026-10-01T00:00:00+00:00", 1], ["DATE", "2026-02-30", 1], ["CODE", "a\u0000", 1],
)  # fmt: skip


def _coded(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


_FORGED = (
    *("", "x", "é", "%", "RW1wbG95ZWU6MQ=="),
    *(_coded(text) for text in ("Unit:0", "Unit:1:2", "Nothing:1", "Unit:01", "Unit:99999999999999999999")),
    *(_coded(json.dumps(one, separators=(",", ":"))) for one in _UNCODED),
)


class Values:
    """Draws values for arguments. `wild` is how often one is out of range or forged."""

    def __init__(self, pool: Pool, rng: random.Random, wild: float) -> None:
        self.pool, self.rng, self.wild = pool, rng, wild

    def of(
        self,
        kind: GraphQLInputType,
        name: str,
        field: str,
        target: str | None,
        most: int = 100,
        order: str | None = None,
    ) -> Any:
        """A JSON value for an argument `name` of `field`, whose ids are those of `target`; None is null.

        A size is at most `most`, a cursor one of `order`.
        """
        rng = self.rng
        if not isinstance(kind, GraphQLNonNull) and rng.random() < 0.06:
            return None
        inner: Any = get_nullable_type(kind)
        if isinstance(inner, GraphQLList):
            return [self.of(inner.of_type, name, field, target) for _ in range(rng.randint(0, 3))]
        if isinstance(inner, GraphQLEnumType):
            return rng.choice(list(inner.values))
        if isinstance(inner, GraphQLInputObjectType):
            chosen = {key: one for key, one in inner.fields.items() if rng.random() < 0.45}
            return {key: self.of(one.type, key, field, _kind(key)) for key, one in chosen.items()}
        wild = rng.random() < self.wild
        if name == "after":
            return self._cursor(wild, field, order)
        return self._scalar(str(get_named_type(kind)), name, target, most, wild)

    def _scalar(self, kind: str, name: str, target: str | None, most: int, wild: bool) -> Any:
        rng = self.rng
        if kind == "Int":
            return self._size(wild, most)
        if kind == "ID":
            return self._id(wild, target)
        if kind == "String":
            return rng.choice(self.pool.words.get(name, ("a",)))
        if kind == "Boolean":
            return rng.random() < 0.5
        if kind == "YearMonth":
            return rng.choice(("2026-13", "1900-01")) if wild else rng.choice(self.pool.months)
        if kind == "Date":
            return "2026-02-30" if wild else rng.choice(self.pool.days)
        return {"DateTime": "2026-11-01T00:00:00Z", "Decimal": "12.50"}.get(kind, "x")

    def _size(self, wild: bool, most: int) -> int:
        if wild:
            return self.rng.choice(_WRONG_SIZES)
        return self.rng.choice([size for size in (*_SIZES, 100) if size <= most] or [1])

    def _id(self, wild: bool, target: str | None) -> str:
        rng = self.rng
        if not wild:
            return self.pool.id_of(rng, target)
        unknown = base64.urlsafe_b64encode(f"{target or 'Unit'}:{10**9}".encode()).decode().rstrip("=")
        return rng.choice((unknown, self.pool.id_of(rng, None), rng.choice(_FORGED)))

    def _cursor(self, wild: bool, field: str, order: str | None) -> str | None:
        if wild:
            others = [cursor for cursors in self.pool.cursors.values() for cursor in cursors]
            return self.rng.choice([*others, *_FORGED])
        return self.pool.cursor_of(self.rng, field, order)


def _kind(name: str) -> str | None:
    return name[0].upper() + name[1:]


def printed(value: Any, kind: GraphQLInputType) -> str:
    """A JSON value as a literal of the type."""
    inner: Any = get_nullable_type(kind)
    if value is None:
        return "null"
    if isinstance(inner, GraphQLEnumType):
        return str(value)
    if isinstance(inner, GraphQLList):
        return "[" + ", ".join(printed(one, inner.of_type) for one in value) + "]"
    if isinstance(inner, GraphQLInputObjectType):
        inside = (f"{name}: {printed(one, inner.fields[name].type)}" for name, one in value.items())
        return "{" + ", ".join(inside) + "}"
    return json.dumps(value, ensure_ascii=False)
