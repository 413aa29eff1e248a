"""A page of rows as SQL: the rows within, sorted and cut, and around them the texts that they make.

What is asked of a page decides its shape: without `pageInfo` the rows are cut at its size; with it one row more is
read, the rows are numbered, and only those of the page are shown.
"""

from __future__ import annotations

from typing import Any

import orjson
from pypika_tortoise.enums import Order as Direction

from eperf.planner import tree as t
from eperf.planner.conditions import Conditions, Making
from eperf.planner.mapping import Order
from eperf.planner.sql import Sql, column, joined
from eperf.planner.stored import form_of, is_null
from eperf.store.condition import values


def ordered(query: Any, alias: str, order: Order) -> Any:
    """A query with its rows in an order."""
    for name, down in order:
        query = query.orderby(column(alias, name), order=Direction.desc if down else Direction.asc)
    return query


class Page:
    """A connection's statement: the rows of the page within, and around them the texts that they make."""

    def __init__(self, making: Making, what: t.Pages, parent: str | None) -> None:
        self.making, self.what, self.parent = making, what, parent
        self.writer = making.writer
        chosen = making.chosen[id(what.site)]
        if chosen is None:
            raise TypeError("a page without its site")
        self.chosen = chosen
        self.order = what.mapping.orders[chosen.order]
        self.rows, self.page = making.alias(), making.alias()
        self.columns: list[Sql] = []
        infos = {name for _, part in what.parts if isinstance(part, t.Info) for _, name in part.parts}
        self.ends = bool(infos & {"startCursor", "endCursor"})
        self.counted = self.ends or "hasNextPage" in infos

    def sql(self) -> Sql:
        """The connection as one JSON text."""
        pieces: list[Any] = []
        for key, part in self.what.parts:
            pieces += [",", orjson.dumps(key).decode(), ":", *self._part(part)]
        if self.ends:
            self.columns.append(self.writer.text(self._cursor()).as_("c"))
        text = self.writer.text(["{", *pieces[1:], "}"])
        return Sql("(SELECT ", text, " FROM ", self._numbered(), f' "{self.page}")')

    def _numbered(self) -> Any:
        inner = self._selected()
        if not self.counted:
            return inner
        # In the order of the rows within, which the database has sorted and cut already.
        within = f'"{self.rows}n"'
        return Sql("(SELECT ", within, '.*, row_number() OVER () AS "n" FROM ', inner, f" {within})")

    def _selected(self) -> Any:
        making, alias = self.making, self.rows
        query = making.rows(self.what.table, alias)
        query = making.narrowed(query, alias, self.what.site, self.what.mapping.back, self.parent)
        if self.chosen.after:
            query = query.where(self._beyond())
        for one in self.columns or [Sql("1")]:
            query = query.select(one)
        size = self.chosen.first + (1 if self.counted else 0)
        return ordered(query, alias, self.order).limit(size)

    def _beyond(self) -> Sql:
        """The rows after the cursor: in a uniform order a comparison of rows, which an index can serve."""
        site = self.what.site
        before = len(values(self.chosen.where))
        places = Conditions(self.making, self.making.sources[id(site)], before)
        names = [column(self.rows, name) for name, _ in self.order]
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

    def _part(self, part: Any) -> list[Any]:
        match part:
            case t.TypeName(name):
                return [f'"{name}"']
            case t.Nodes(level):
                return self._gathered(self.making.object_pieces(level, self.rows))
            case t.Edges(parts):
                return self._gathered(self._edge(parts))
            case t.Info(parts):
                return self._info(parts)
        raise TypeError(part)

    def _gathered(self, pieces: list[Any]) -> list[Any]:
        name = f"j{len(self.columns)}"
        self.columns.append(self.writer.text(pieces).as_(name))
        within = f'"{self.page}"."n" <= {self.chosen.first}' if self.counted else ""
        return self.writer.listed(self.writer.gathered(f'"{self.page}"."{name}"', within))

    def _edge(self, parts: list[tuple[str, Any]]) -> list[Any]:
        pieces: list[Any] = []
        for key, part in parts:
            pieces += [",", orjson.dumps(key).decode(), ":"]
            if isinstance(part, t.Level):
                pieces += self.making.object_pieces(part, self.rows)
            else:
                pieces += [f'"{part.name}"'] if isinstance(part, t.TypeName) else self._cursor()
        return ["{", *pieces[1:], "}"]

    def _cursor(self) -> list[Any]:
        row = self.what.table.row
        values = [(form_of(row, name), column(self.rows, name), is_null(row, name)) for name, _ in self.order]
        return self.writer.cursor(self.chosen.order, values)

    def _info(self, parts: list[tuple[str, Any]]) -> list[Any]:
        pieces: list[Any] = []
        for key, part in parts:
            pieces += [",", orjson.dumps(key).decode(), ":", *self._fact(part)]
        return ["{", *pieces[1:], "}"]

    def _fact(self, part: Any) -> list[Any]:
        first = self.chosen.first
        if isinstance(part, t.TypeName):
            return [f'"{part.name}"']
        if part == "hasPreviousPage":
            return ["true" if self.chosen.after else "false"]
        if part == "hasNextPage":
            return [Sql(f"CASE WHEN count(*) > {first} THEN 'true' ELSE 'false' END")]
        # The first or the last of the page's cursors: each with its number before it, so that text order is order.
        numbered = f'substr(cast(10000 + "{self.page}"."n" AS text), 2) || "{self.page}"."c"'
        least = "min" if part == "startCursor" else "max"
        found = Sql(f'substr({least}({numbered}) FILTER (WHERE "{self.page}"."n" <= {first}), 5)')
        return [self.writer.or_null(found)]
