"""A page of rows as SQL: the rows within, sorted and cut, and around them the texts that they make.

What is asked of a page decides its shape: without `pageInfo` the rows are cut at its size; with it one row more is
read, the rows are numbered, and only those of the page are shown.
"""

from __future__ import annotations

from typing import Any

from pypika_tortoise.enums import Order as Direction

from eperf.planner import tree as t
from eperf.planner.conditions import Conditions, Making
from eperf.planner.joins import Source
from eperf.planner.mapping import Order
from eperf.planner.sql import Sql, column, joined
from eperf.planner.stored import form_of, is_null
from eperf.planner.writer import Value
from eperf.store.condition import values

_COUNTED = frozenset({"hasNextPage", "startCursor", "endCursor"})


def ordered(query: Any, alias: str, order: Order) -> Any:
    """A query with its rows in an order."""
    for name, down in order:
        query = query.orderby(column(alias, name), order=Direction.desc if down else Direction.asc)
    return query


class Page:
    """One connection's sub-select."""

    def __init__(self, making: Making, what: t.Pages, parent: str | None) -> None:
        self.making, self.what, self.parent = making, what, parent
        self.writer = making.writer
        self.chosen = making.chosen[id(what.site)]
        self.order = what.mapping.orders[self.chosen.order]
        self.inner, self.outer = making.alias(), Source(making.alias())
        facts = {name for _, part in what.parts if isinstance(part, t.Info) for _, name in part.parts}
        self.counted = any(name in _COUNTED for name in facts if isinstance(name, str))

    def query(self) -> Any:
        """The connection's sub-select: an aggregate, so one row whatever is found."""
        members = [(key, self._part(part)) for key, part in self.what.parts]
        text = self.writer.text(self.writer.object(members))
        if not self.counted and not any(isinstance(part, t.Nodes | t.Edges) for _, part in self.what.parts):
            # Without an aggregate every row would give a text of its own.
            text = Sql("CASE WHEN count(*) >= 0 THEN ", text, " END")
        return self.outer.selected(text, self._numbered())

    def _numbered(self) -> Any:
        rows = self._rows()
        if not self.counted:
            return rows
        # In the order of the rows within, which the database has sorted and cut already.
        within = f'"{self.inner}n"'
        return Sql("(SELECT ", within, '.*, row_number() OVER () AS "n" FROM ', rows, f" {within})")

    def _rows(self) -> Any:
        making, alias = self.making, self.inner
        query = making.rows(self.what.table, alias)
        query = making.narrowed(query, alias, self.what.site, self.what.mapping.back, self.parent)
        if self.chosen.after:
            query = query.where(self._beyond())
        query = self.outer.picked(query, alias)
        return ordered(query, alias, self.order).limit(self.chosen.first + (1 if self.counted else 0))

    def _beyond(self) -> Sql:
        """The rows after the cursor: in a uniform order a comparison of rows, which an index can serve."""
        before = len(values(self.chosen.where))
        places = Conditions(self.making, self.making.sources[id(self.what.site)], before)
        names = [column(self.inner, name) for name, _ in self.order]
        marks = [places.place() for _ in self.order]
        downs = [down for _, down in self.order]
        if len(set(downs)) == 1:
            sign = " < " if downs[0] else " > "
            return Sql("(", joined(names, ","), ")", sign, "(", joined(marks, ","), ")")
        alternatives, equal = [], Sql("1=1")
        for name, mark, down in zip(names, marks, downs, strict=True):
            alternatives.append(Sql("(", equal, " AND ", name, " < " if down else " > ", mark, ")"))
            equal = Sql(equal, " AND ", name, " = ", mark)
        return Sql("(", joined(alternatives, " OR "), ")")

    @property
    def _number(self) -> str:
        return f'"{self.outer.alias}"."n"'

    @property
    def _within(self) -> str:
        return f"{self._number} <= {self.chosen.first}" if self.counted else ""

    def _sorted(self) -> Sql:
        """The order of what is gathered."""
        if self.counted:
            return Sql(self._number)
        keys = [Sql(self.outer.column(name), " DESC" if down else "") for name, down in self.order]
        return joined(keys, ",")

    def _part(self, part: Any) -> Value:
        match part:
            case t.TypeName(name):
                return self.writer.word(name)
            case t.Nodes(level):
                return self._gathered(self.making.object(level, self.outer))
            case t.Edges(parts):
                return self._gathered(self.writer.object([(key, self._edge(one)) for key, one in parts]))
            case t.Info(parts):
                return self.writer.object([(key, self._fact(one)) for key, one in parts])
        raise TypeError(part)

    def _gathered(self, value: Value) -> Value:
        return self.writer.gathered(value, self._sorted(), self._within)

    def _edge(self, part: Any) -> Value:
        if isinstance(part, t.Level):
            return self.making.object(part, self.outer)
        return self.writer.word(part.name) if isinstance(part, t.TypeName) else self._cursor()

    def _cursor(self) -> Value:
        row = self.what.table.row
        named = [(form_of(row, name), self.outer.column(name), is_null(row, name)) for name, _ in self.order]
        return self.writer.cursor(self.chosen.order, named)

    def _fact(self, part: Any) -> Value:
        if isinstance(part, t.TypeName):
            return self.writer.word(part.name)
        if part == "hasPreviousPage":
            return self.writer.truth(self.chosen.after)
        if part == "hasNextPage":
            return self.writer.truth(Sql(f"count(*) > {self.chosen.first}"))
        return self.writer.end(self._cursor(), self._number, self._within, last=part == "endCursor")
