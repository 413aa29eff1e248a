"""A condition as SQL: its values are places, its columns those of an alias."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any, Protocol

from pypika_tortoise.queries import Query
from pypika_tortoise.queries import Table as From

from eperf.planner.joins import Source
from eperf.planner.mapping import Table
from eperf.planner.sql import Sql, column, joined
from eperf.planner.tree import Level, Site
from eperf.planner.writer import Value, Writer
from eperf.store.condition import shape

_KEY = "id"


class Making(Protocol):
    """The compilation that a part of a statement belongs to."""

    writer: Writer
    chosen: dict[int, Any]
    sources: dict[Hashable, int]
    lone: bool

    def alias(self) -> str:
        """A fresh name for a table."""
        ...

    def place(self, source: int, number: int) -> str:
        """The place of a value of a source."""
        ...

    def named(self, key: Hashable, query: Any) -> str:
        """The name of a query that stands before the statement; one of the same key stands there once."""
        ...

    def rows(self, table: Table, alias: str) -> Any:
        """The rows of a table that the viewer may see."""
        ...

    def narrowed(self, query: Any, alias: str, site: Site, back: str | None, parent: str | None) -> Any:
        """The rows that belong to a parent and satisfy a site's condition."""
        ...

    def object(self, level: Level, source: Source) -> Value:
        """A row as an object; what it refers to is joined to its source."""
        ...


class Conditions:
    """A condition's SQL, its values as places of one source in the order of `eperf.store.condition.values`."""

    def __init__(self, making: Making, source: int, start: int = 0) -> None:
        self._making, self._source, self._next = making, source, start

    def place(self) -> str:
        """The place of the next value."""
        number, self._next = self._next, self._next + 1
        return self._making.place(self._source, number)

    def sql(self, condition: Any, alias: str) -> Sql:
        """The condition on the rows of an alias."""
        kind = type(condition).__name__
        found: Sql = getattr(self, f"_{kind.lower()}")(condition, alias)
        return found

    def _is(self, condition: Any, alias: str) -> Sql:
        return Sql(column(alias, condition.column), f" {condition.by} ", self.place())

    def _among(self, condition: Any, alias: str) -> Sql:
        return self._making.writer.among(column(alias, condition.column), self.place())

    def _within(self, condition: Any, alias: str) -> Sql:
        inner, start = self._making.alias(), self._next
        query = Query.from_(From(condition.row._meta.db_table).as_(inner))
        if condition.where is not None:
            query = query.where(self.sql(condition.where, inner))
        what, picked = column(alias, condition.column), column(inner, condition.pick)
        if self._making.lone:
            # For one row, a look at the index; the set of a whole city's units would be made for nothing.
            return Sql("EXISTS ", query.select(Sql("1")).where(Sql(picked, " = ", what)))
        if self._making.writer.shallow:
            query = query.select(picked)
            return Sql(what, " IN ", self._making.named((self._source, start, shape(condition)), query))
        # Tests, not joins, so that they change nothing about how the rows are found. A row that is known by its key
        # is looked at; of others the database keeps a set, whose making it counts for each of its scans.
        if condition.pick == _KEY:
            return Sql("EXISTS ", query.select(Sql("1")).where(Sql(picked, " = ", what)), " IS TRUE")
        return Sql("(", what, " IN ", query.select(picked), ") IS TRUE")

    def _holds(self, condition: Any, alias: str) -> Sql:
        return self._making.writer.holds(column(alias, condition.column), self.place())

    def _missing(self, condition: Any, alias: str) -> Sql:
        return Sql(column(alias, condition.column), " IS NULL" if condition.missing else " IS NOT NULL")

    def _not(self, condition: Any, alias: str) -> Sql:
        return Sql("NOT (", self.sql(condition.part, alias), ")")

    def _every(self, condition: Any, alias: str) -> Sql:
        return self._joined(condition.parts, alias, " AND ", "1=1")

    def _either(self, condition: Any, alias: str) -> Sql:
        return self._joined(condition.parts, alias, " OR ", "1=0")

    def _joined(self, parts: Sequence[Any], alias: str, between: str, none: str) -> Sql:
        if not parts:
            return Sql(none)
        return Sql("(", joined([self.sql(part, alias) for part in parts], between), ")")
