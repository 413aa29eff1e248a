"""The vocabulary in which a type says where its fields live, and the resolvers that follow from it.

A mapped type wraps one row. A leaf is read from the row without a coroutine; a relation and a list are fetched for a
whole level at once, always with the viewer's row scope in the query.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import strawberry
from strawberry.types.field import StrawberryField
from tortoise.expressions import Q
from tortoise.models import Model

from eperf.domain.access import Operation, Scope

MAPPING = "eperf.mapping"
TABLE = "__eperf_table__"
T = TypeVar("T")
Order = tuple[tuple[str, bool], ...]
"""Columns with `True` for descending; the last one is always the primary key, so that no two rows are equal."""


@dataclass(frozen=True)
class Table:
    """Where a type's rows are: the row model, the operation that reading takes, and the row scope as a condition."""

    row: type[Model]
    operation: Operation
    reach: Callable[[Scope], Q | None]


@dataclass(frozen=True)
class Column:
    """A leaf: a column of the row, and how its value is shown (None: as it is)."""

    name: str
    render: Callable[[Any], Any] | None = None


@dataclass(frozen=True)
class Relation:
    """One other row: the column here that holds its id, and the type of that row."""

    column: str
    target: type


@dataclass(frozen=True)
class Computed:
    """A leaf made from several columns of the same row, by a pure function."""

    columns: tuple[str, ...]
    make: Callable[[Any], Any]


@dataclass(frozen=True)
class Many:
    """A list of other rows: their type, the column there that holds this row's id, and the orders it can have."""

    target: type
    back: str
    orders: Mapping[str, Order]
    where: Callable[[Any], Q] | None = None


def mapped(
    row: type[Model], operation: Operation, reach: Callable[[Scope], Q | None]
) -> Callable[[type[T]], type[T]]:
    """Declares where a strawberry type's rows are."""

    def declare(kind: type[T]) -> type[T]:
        setattr(kind, TABLE, Table(row, operation, reach))
        return kind

    return declare


def table_of(kind: type) -> Table:
    """The table of a mapped type."""
    found: Table = getattr(kind, TABLE)
    return found


def column(
    name: str, description: str, *, render: Callable[[Any], Any] | None = None, kind: Any = None
) -> Any:
    """A field that is a column."""

    def resolve(self: Any) -> Any:
        value = getattr(self.row, name)
        return value if render is None or value is None else render(value)

    return _field(resolve, description, Column(name, render), kind)


def computed(
    columns: tuple[str, ...], make: Callable[[Any], Any], description: str, *, kind: Any = None
) -> Any:
    """A field made from several columns of the row."""

    def resolve(self: Any) -> Any:
        return make(self.row)

    return _field(resolve, description, Computed(columns, make), kind)


def relation(name: str, target: type, description: str, *, kind: Any = None) -> Any:
    """A field that is one other row; null when there is none or the viewer may not see it."""

    async def resolve(self: Any, info: strawberry.Info) -> Any:
        number = getattr(self.row, name)
        return None if number is None else await info.context.rows.one(target, number)

    return _field(resolve, description, Relation(name, target), kind if kind is not None else target | None)


def _field(resolve: Any, description: str, mapping: object, kind: Any) -> StrawberryField:
    found: StrawberryField = strawberry.field(
        resolver=resolve, description=description, metadata={MAPPING: mapping}, graphql_type=kind
    )
    return found
