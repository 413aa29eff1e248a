"""Fields on existing types that keep a query one statement: made for a whole level at once, or by the database.

A field with a resolver of its own works too, but sends every operation that asks for it to the slow path.
"""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from types import FrameType
from typing import Any, NewType

import strawberry
from strawberry.types.field import StrawberryField
from strawberry.utils.str_converters import to_camel_case

from eperf.domain.errors import BadInput

# Scalars, by which strawberry finds how each is written and read.
Date = NewType("Date", date)
"""A civil day, `YYYY-MM-DD`."""
DateTime = NewType("DateTime", datetime)
"""An instant with its zone."""
Hundredths = NewType("Hundredths", int)
"""A decimal with two places, a whole number of hundredths in the code."""
YearMonth = NewType("YearMonth", str)
"""A month, `YYYY-MM`."""

MAPPING = "eperf.mapping"
"""The key of a field's metadata under which it says where it lives."""

PLACE = "eperf.place"
"""The key under which it says where it was written, as `file:line`."""

_UNFIT = re.compile(r"\bselect\b|;|--|/\*", re.IGNORECASE)


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

    def __post_init__(self) -> None:
        """Refuses what could reach beyond the row: a statement within would not know the viewer's scope."""
        plain = re.sub(r"'(?:[^']|'')*'", "''", self.sql)
        found = _UNFIT.search(plain)
        if found:
            raise BadInput(
                "sql", self.sql, f"{found[0]} does not stand in an expression over columns of the row"
            )


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
    metadata = {MAPPING: mapping, PLACE: _written()}
    found: StrawberryField = strawberry.field(
        resolver=resolve, description=description, metadata=metadata, graphql_type=kind
    )
    return found


def _written() -> str:
    """Where the field is declared: the first frame that is no function of eperf's own."""
    frame = sys._getframe(1)
    while _helps(frame) and frame.f_back is not None:
        frame = frame.f_back
    return f"{frame.f_code.co_filename}:{frame.f_lineno}"


def _helps(frame: FrameType) -> bool:
    """Whether this is a function of eperf that makes fields; modules and bodies of classes are none."""
    inside = str(frame.f_globals.get("__name__", "")).startswith("eperf.")
    return inside and bool(frame.f_code.co_flags & inspect.CO_OPTIMIZED)


def names_of(contribution: Any) -> tuple[str, ...]:
    """What a contribution adds, by the names of GraphQL: `Query.trainings`, `Employee.trainingHours`, `Training`."""
    roots = {
        "Query": contribution.query,
        "Mutation": contribution.mutation,
        "Subscription": contribution.subscription,
    }
    kinds = [getattr(kind, "__strawberry_definition__", None) for kind in contribution.types]
    names = [
        getattr(kind, "name", "") or given.__name__
        for kind, given in zip(kinds, contribution.types, strict=True)
    ]
    owners = {**roots, **contribution.extends}
    return (
        *names,
        *(f"{owner}.{to_camel_case(name)}" for owner, fields in owners.items() for name in fields),
    )
