"""The vocabulary in which a type says where its fields live.

Two things follow from one declaration: a resolver (`eperf.planner.rows` fetches a level at once), and a place in the
one statement to which a whole operation is compiled (`eperf.planner.compile`). Nothing here fetches anything.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from inspect import signature
from typing import Any, TypeVar

import strawberry
from tortoise.models import Model

from eperf.domain.access import Operation, Scope
from eperf.plugins.fields import MAPPING, Batch, Expression, batch_field, field, sql_field

__all__ = [
    "MAPPING", "Batch", "Expression", "Linked", "Many", "One", "Relation", "batch_field", "field", "sql_field",
]  # fmt: skip

TABLE = "__eperf_table__"
T = TypeVar("T")
Order = tuple[tuple[str, bool], ...]
"""Columns with `True` for descending; the last one is always the primary key, so that no two rows are equal."""
Narrow = Callable[..., Any]
"""From the context and a field's own arguments to a condition (`eperf.store.condition`), None for every row.

One that calls its context `_` has no use for it: equal arguments are an equal condition, whoever asks.
"""


def is_steady(narrow: Narrow | None) -> bool:
    """Whether a condition follows from the arguments alone."""
    return narrow is None or next(iter(signature(narrow).parameters)) == "_"


@dataclass(frozen=True)
class Table:
    """Where a type's rows are: the row model, the operation that reading takes, and the row scope as a condition."""

    row: type[Model]
    operation: Operation
    reach: Callable[[Scope], Any]


@dataclass(frozen=True)
class Column:
    """A leaf: a column of the row. `render` makes an enum's member of what is stored (None: it is shown as it is)."""

    name: str
    render: Callable[[Any], Any] | None = None


@dataclass(frozen=True)
class Relation:
    """One other row: the column here that holds its id, and the type of that row."""

    column: str
    target: type


@dataclass(frozen=True)
class Polymorphic:
    """One other row of any type with an id: the columns here that hold the name of its type, and its id."""

    kind: str
    column: str


@dataclass(frozen=True)
class Many:
    """A page of other rows: their type, the column there that holds this row's id (None: all rows), their orders.

    `narrow` says which of them, from the field's own arguments.
    """

    target: type
    orders: Mapping[str, Order]
    order: str
    back: str | None = None
    narrow: Narrow | None = None
    size: int | None = None


@dataclass(frozen=True)
class One:
    """A single row: the first, in an order, of those that `narrow` picks; `back` as in `Many`.

    For a root field `narrow` may give False: there is none.
    """

    target: type
    narrow: Narrow
    back: str | None = None
    order: Order = (("id", False),)


@dataclass(frozen=True)
class Anything:
    """A single row of a type that only the arguments tell: `pick` gives that type and its condition, or None."""

    pick: Callable[..., tuple[type, Any] | None]


@dataclass(frozen=True)
class Verb:
    """A change: `run(context, …)` does it and gives the number of the row of `target` that is its answer.

    `refused(failure, context)` is what is answered to an expected failure; None when it is no answer but an error.
    """

    target: type
    run: Callable[..., Awaitable[int]]
    refused: Callable[[Exception, Any], Any]
    shown: Callable[..., Awaitable[tuple[int, str | None]]] | None = None
    """Where a change can show the row by the statement that writes it: `shown(context, sql, values, place, …)`, with
    the place of the row's number among the values. The text is None when the row was there already or cannot be shown.
    """


@dataclass(frozen=True)
class Linked:
    """A few other rows by way of a table between: its columns for this row and for theirs, in the order of its ids."""

    target: type
    link: type[Model]
    near: str
    far: str
    most: int


def mapped(
    row: type[Model], operation: Operation, reach: Callable[[Scope], Any]
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

    return field(resolve, description, Column(name, render), kind)


def relation(name: str, target: type, description: str, *, kind: Any = None) -> Any:
    """A field that is one other row; null when there is none or the viewer may not see it."""

    async def resolve(self: Any, info: strawberry.Info) -> Any:
        number = getattr(self.row, name)
        return None if number is None else await info.context.rows.one(target, number)

    return field(resolve, description, Relation(name, target), kind if kind is not None else target | None)


def computed(
    columns: tuple[str, ...], make: Callable[..., Any], description: str, *, kind: Any = None
) -> Any:
    """A field made from some columns of the row by `make(columns, context)`."""

    def fill(rows: Sequence[Mapping[str, Any]], context: Any) -> list[Any]:
        return [make(row, context) for row in rows]

    def resolve(self: Any, info: strawberry.Info) -> Any:
        return make({name: getattr(self.row, name) for name in columns}, info.context)

    return field(resolve, description, Batch(columns, fill), kind)
