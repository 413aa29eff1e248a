"""From a tree to one SQL statement whose single value is the root field's JSON.

Each level is a correlated sub-select that writes its rows as text; the viewer's reach of a table is a condition in
every sub-select that shows rows of it. Sizes are literals (they decide the database's plan), all else is a place.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from pypika_tortoise.context import DEFAULT_SQL_CONTEXT
from pypika_tortoise.enums import Order as Direction
from pypika_tortoise.queries import Query
from pypika_tortoise.queries import Table as From

from eperf.planner import tree as t
from eperf.planner.mapping import Order, Table
from eperf.planner.sql import Form, Sql, Writer, column, joined
from eperf.planner.stored import form_of, is_null
from eperf.store.condition import values

HIDDEN = "!"
"""The key under which a row carries the columns of its batch fields; no GraphQL name begins so."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """The shape of a site in one request: its order, its size, whether it goes on after a cursor, its condition."""

    order: str
    first: int
    after: bool
    where: Any


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement, and where the values for its places come from: the number of a source and of a value in it."""

    sql: str
    places: tuple[tuple[int, int], ...]


def compiled(
    writer: Writer, tree: t.Tree, reaches: Sequence[Any], chosen: Sequence[Chosen | None]
) -> Statement:
    """The statement of a tree. `reaches` are conditions for `tree.tables`, `chosen` the shapes of `tree.sites`.

    The sources of values are the reaches, in order, then the sites; a site's own are those of its condition, then of
    its cursor.
    """
    making = _Making(writer, tree, reaches, chosen)
    sql = making.root().get_sql(DEFAULT_SQL_CONTEXT)
    return Statement(sql, tuple(making.places))


class _Making:
    """One compilation."""

    def __init__(
        self, writer: Writer, tree: t.Tree, reaches: Sequence[Any], chosen: Sequence[Chosen | None]
    ) -> None:
        self.writer, self.tree = writer, tree
        self.reaches = dict(zip(tree.tables, reaches, strict=True))
        self.chosen = {id(site): one for site, one in zip(tree.sites, chosen, strict=True)}
        self.sources: dict[Hashable, int] = {table: n for n, table in enumerate(tree.tables)}
        self.sources |= {id(site): len(tree.tables) + n for n, site in enumerate(tree.sites)}
        self.places: list[tuple[int, int]] = []
        self.aliases = 0

    def root(self) -> Sql:
        """The whole statement."""
        found = self._below(self.tree.root, None)
        return Sql("SELECT ", found)

    def _alias(self) -> str:
        self.aliases += 1
        return f"t{self.aliases}"

    def _below(self, what: Any, parent: str | None) -> Sql:
        """What stands under a key that holds other rows, as one JSON text."""
        match what:
            case t.Single(name, level):
                return self._single(level, name, parent or "")
            case t.Alone():
                return self._alone(what, parent)
            case t.Links():
                return self._links(what, parent or "")
            case t.Pages():
                return self._pages(what, parent)
        raise TypeError(what)

    def _single(self, level: t.Level, name: str, parent: str) -> Sql:
        alias = self._alias()
        query = self._rows(level.table, alias).select(self._object(level, alias))
        query = query.where(Sql(column(alias, "id"), " = ", column(parent, name)))
        return self.writer.or_null(Sql("(", query, ")"))

    def _alone(self, what: t.Alone, parent: str | None) -> Sql:
        alias = self._alias()
        query = self._rows(what.level.table, alias).select(self._object(what.level, alias))
        query = self._narrowed(query, alias, what.site, what.mapping.back, parent)
        query = _ordered(query, alias, what.mapping.order).limit(1)
        return self.writer.or_null(Sql("(", query, ")"))

    def _links(self, what: t.Links, parent: str) -> Sql:
        alias, link, gathered = self._alias(), self._alias(), self._alias()
        inner = self._rows(what.level.table, alias)
        inner = inner.join(From(what.link).as_(link)).on(
            Sql(column(link, what.far), " = ", column(alias, "id"))
        )
        inner = inner.where(Sql(column(link, what.near), " = ", column(parent, "id")))
        inner = inner.select(self._object(what.level, alias).as_("j"))
        inner = inner.orderby(column(link, "id")).limit(what.most)
        pieces = self.writer.listed(self.writer.gathered(f'"{gathered}"."j"'))
        return Sql("(SELECT ", self.writer.text(pieces), " FROM (", inner, f') "{gathered}")')

    def _pages(self, what: t.Pages, parent: str | None) -> Sql:
        return _Page(self, what, parent).sql()

    def _rows(self, table: Table, alias: str) -> Any:
        """The rows of a table that the viewer may see."""
        query = Query.from_(From(table.row._meta.db_table).as_(alias))
        reach = self.reaches[table]
        return query if reach is None else query.where(self._condition(reach, alias, self.sources[table]))

    def _narrowed(self, query: Any, alias: str, site: t.Site, back: str | None, parent: str | None) -> Any:
        chosen = self.chosen[id(site)]
        if back is not None:
            query = query.where(Sql(column(alias, back), " = ", column(parent or "", "id")))
        if chosen is not None and chosen.where is not None:
            query = query.where(self._condition(chosen.where, alias, self.sources[id(site)]))
        return query

    def _condition(self, condition: Any, alias: str, source: int) -> Sql:
        return Conditions(self, source).sql(condition, alias)

    def place(self, source: int, number: int) -> str:
        """The place of a value of a source; each value has one, however often it is used."""
        wanted = (source, number)
        if wanted not in self.places:
            self.places.append(wanted)
        return self.writer.place(self.places.index(wanted) + 1)

    def _object(self, level: t.Level, alias: str) -> Sql:
        return self.writer.text(self.object_pieces(level, alias))

    def object_pieces(self, level: t.Level, alias: str) -> list[Any]:
        """A row as a JSON object's pieces."""
        pieces: list[Any] = []
        hidden: dict[str, tuple[Form, bool]] = {}
        for key, what in level.fields:
            pieces += [",", orjson.dumps(key).decode(), ":", *self._field(level, alias, what)]
            if isinstance(what, t.Made):
                hidden |= {name: (form, null) for name, form, null in what.columns}
        if any(isinstance(what, t.Made) for _, what in level.fields):
            pieces += [f',"{HIDDEN}":', *self._hidden(alias, hidden)]
        return ["{", *pieces[1:], "}"]

    def _hidden(self, alias: str, columns: dict[str, tuple[Form, bool]]) -> list[Any]:
        pieces: list[Any] = []
        for name, (form, null) in columns.items():
            pieces += [f',"{name}":', *self.writer.scalar(form, column(alias, name), null=null)]
        return ["{", *pieces_without_comma(pieces), "}"]

    def _field(self, level: t.Level, alias: str, what: Any) -> list[Any]:
        match what:
            case t.TypeName(name):
                return [f'"{name}"']
            case t.Identity():
                return self.writer.global_id(level.kind, column(alias, "id"))
            case t.Made():
                return ["null"]
            case t.Leaf(sql, form, null, names):
                value = Sql(sql.format_map(_Aliased(alias)))
                if names:
                    return self.writer.chosen(value, names, null=null)
                return self.writer.scalar(form, value, null=null)
        return [self._below(what, alias)]


def pieces_without_comma(pieces: list[Any]) -> list[Any]:
    """Pieces of members, without the comma before the first."""
    return [pieces[0][1:], *pieces[1:]] if pieces else []


class Conditions:
    """A condition's SQL, its values as places of one source in the order of `eperf.store.condition.values`."""

    def __init__(self, making: _Making, source: int, start: int = 0) -> None:
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
        inner = self._making._alias()
        query = Query.from_(From(condition.row._meta.db_table).as_(inner)).select(
            column(inner, condition.pick)
        )
        if condition.where is not None:
            query = query.where(self.sql(condition.where, inner))
        return Sql(column(alias, condition.column), " IN (", query, ")")

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


class _Aliased(dict[str, str]):
    """Columns of an alias by name, for an expression."""

    def __init__(self, alias: str) -> None:
        super().__init__()
        self._of = alias

    def __missing__(self, name: str) -> str:
        return f'"{self._of}"."{name}"'


def _ordered(query: Any, alias: str, order: Order) -> Any:
    for name, down in order:
        query = query.orderby(column(alias, name), order=Direction.desc if down else Direction.asc)
    return query


class _Page:
    """A connection's statement: the rows of the page within, and around them the texts that they make."""

    def __init__(self, making: _Making, what: t.Pages, parent: str | None) -> None:
        self.making, self.what, self.parent = making, what, parent
        self.writer = making.writer
        chosen = making.chosen[id(what.site)]
        if chosen is None:
            raise TypeError("a page without its site")
        self.chosen = chosen
        self.order = what.mapping.orders[chosen.order]
        self.rows, self.page = making._alias(), making._alias()
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
        return Sql("(SELECT ", text, " FROM (", self._numbered(), f') "{self.page}")')

    def _numbered(self) -> Any:
        inner = self._selected()
        if not self.counted:
            return inner
        # In the order of the rows within, which the database has sorted and cut already.
        within = f'"{self.rows}n"'
        return Sql("SELECT ", within, '.*, row_number() OVER () AS "n" FROM (', inner, f") {within}")

    def _selected(self) -> Any:
        making, alias = self.making, self.rows
        query = making._rows(self.what.table, alias)
        query = making._narrowed(query, alias, self.what.site, self.what.mapping.back, self.parent)
        if self.chosen.after:
            query = query.where(self._beyond())
        for one in self.columns or [Sql("1")]:
            query = query.select(one)
        size = self.chosen.first + (1 if self.counted else 0)
        return _ordered(query, alias, self.order).limit(size)

    def _beyond(self) -> Sql:
        """The rows after the cursor: in a uniform order a comparison of rows, which an index can serve."""
        site = self.what.site
        before = len(list(values(self.chosen.where)))
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
