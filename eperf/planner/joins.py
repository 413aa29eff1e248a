"""The rows that a text is written from: a table cut to its size, with what its rows refer to joined to them."""

from __future__ import annotations

from typing import Any

from tortoise.models import Model

from eperf.planner.mapping import Table
from eperf.planner.sql import Sql, column
from eperf.store.condition import Every, Is


class Source:
    """An alias whose columns are used, and the tables joined to it.

    What is joined to a joined table is joined to the same rows: all of them hang on one `base`.
    """

    def __init__(self, alias: str, base: Source | None = None) -> None:
        self.alias, self._base = alias, base or self
        self._used: dict[str, None] = {}
        self._joins: list[tuple[Table, str, Sql]] = []

    def column(self, name: str) -> Sql:
        """A column of the alias."""
        self._used[name] = None
        return column(self.alias, name)

    def own(self, name: str) -> Sql:
        """A column that the sub-select makes itself."""
        return column(self.alias, name)

    def joined(self, table: Table, alias: str, on: Sql) -> Source:
        """Another table's row for each row."""
        self._base._joins.append((table, alias, on))
        return Source(alias, self._base)

    def picked(self, query: Any, alias: str) -> Any:
        """A query for the columns that are used."""
        for name in self._used:
            query = query.select(column(alias, name).as_(name))
        return query if self._used else query.select(Sql("1").as_("one"))

    def selected(self, value: Sql, rows: Any) -> Any:
        """The value from these rows with everything joined."""
        parts: list[Any] = ["(SELECT ", value, " FROM ", rows, f' "{self.alias}"']
        for table, alias, on in self._joins:
            parts += [f' LEFT JOIN "{table.row._meta.db_table}" "{alias}" ON ', on]
        return Sql(*parts, ")")


def is_unique(row: type[Model], back: str | None, where: Any) -> bool:
    """Whether a parent's rows that satisfy a condition are one at most, by a unique constraint of the table."""
    parts = where.parts if isinstance(where, Every) else (where,)
    if back is None or not all(isinstance(part, Is) and part.by == "=" for part in parts):
        return False
    fixed = {back, *(part.column for part in parts)}
    return any(set(several) <= fixed for several in row._meta.unique_together)
