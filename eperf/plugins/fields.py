"""Fields on existing types that keep a query one statement: made for a whole level at once, or by the database.

A field with a resolver of its own works too, but sends every operation that asks for it to the slow path.
"""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NewType

import strawberry
from strawberry.types.field import StrawberryField

Date = NewType("Date", date)
DateTime = NewType("DateTime", datetime)
Hundredths = NewType("Hundredths", int)
YearMonth = NewType("YearMonth", str)
"""Scalars, by which strawberry finds how each is written and read."""

MAPPING = "eperf.mapping"
"""The key of a field's metadata under which it says where it lives."""


@dataclass(frozen=True)
class Batch:
    """A value made outside the database, for all rows of a level at once.

    `fill(rows, context)` gets the named columns of each row as a mapping (texts, numbers, booleans and JSON values;
    dates and instants as ISO texts) and gives one value for each row, in order; it may be a coroutine function.
    """

    columns: tuple[str, ...]
    fill: Callable[[Sequence[Mapping[str, Any]], Any], Sequence[Any] | Awaitable[Sequence[Any]]]


@dataclass(frozen=True)
class Expression:
    """A leaf computed by the database: SQL with `{column}` for columns of the row."""

    sql: str


def batch_field(
    columns: tuple[str, ...], fill: Callable[..., Any], description: str, *, kind: Any = None
) -> Any:
    """A field that is made for all rows of a level at once; see `Batch`."""
    mapping = Batch(columns, _kept(fill))

    async def resolve(self: Any, info: strawberry.Info) -> Any:
        return await info.context.rows.filled(mapping, self.row, info.context)

    return field(resolve, description, mapping, kind)


def _kept(fill: Callable[..., Any]) -> Callable[..., Any]:
    """The same function, whose `SystemExit` ends an operation and not the server."""
    if inspect.iscoroutinefunction(fill):

        async def filled(rows: Any, context: Any) -> Any:
            try:
                return await fill(rows, context)
            except SystemExit as end:
                raise RuntimeError(f"{fill.__qualname__} raised SystemExit") from end

        return filled

    def made(rows: Any, context: Any) -> Any:
        try:
            return fill(rows, context)
        except SystemExit as end:
            raise RuntimeError(f"{fill.__qualname__} raised SystemExit") from end

    return made


def sql_field(sql: str, description: str, *, kind: Any) -> Any:
    """A field that the database computes; `{column}` stands for a column of the row."""
    mapping = Expression(sql)

    async def resolve(self: Any, info: strawberry.Info) -> Any:
        return await info.context.rows.expressed(type(self), mapping, self.row.id)

    return field(resolve, description, mapping, kind)


def field(resolve: Any, description: str, mapping: object, kind: Any) -> StrawberryField:
    """A strawberry field that knows its mapping."""
    found: StrawberryField = strawberry.field(
        resolver=resolve, description=description, metadata={MAPPING: mapping}, graphql_type=kind
    )
    return found
