"""From a tree to one SQL statement whose single value is the root field's JSON.

Each level is a correlated sub-select that writes its rows as text; the viewer's reach of a table is a condition in
every sub-select that shows rows of it. Sizes are literals (they decide the database's plan), all else is a place.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import orjson
from pypika_tortoise.context import DEFAULT_SQL_CONTEXT
from pypika_tortoise.queries import Query
from pypika_tortoise.queries import Table as From

from eperf.planner import tree as t
from eperf.planner.conditions import Conditions
from eperf.planner.mapping import Table
from eperf.planner.pages import Page, ordered
from eperf.planner.sql import Form, Sql, Writer, column

HIDDEN = "!"
"""The key under which a row carries the columns of its batch fields; no GraphQL name begins so."""


class Chosen(NamedTuple):
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

    def alias(self) -> str:
        """A fresh name for a table."""
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
        alias = self.alias()
        query = self.rows(level.table, alias).select(self._object(level, alias))
        query = query.where(Sql(column(alias, "id"), " = ", column(parent, name)))
        return self.writer.or_null(Sql(query))

    def _alone(self, what: t.Alone, parent: str | None) -> Sql:
        alias = self.alias()
        query = self.rows(what.level.table, alias).select(self._object(what.level, alias))
        query = self.narrowed(query, alias, what.site, what.mapping.back, parent)
        query = ordered(query, alias, what.mapping.order).limit(1)
        return self.writer.or_null(Sql(query))

    def _links(self, what: t.Links, parent: str) -> Sql:
        alias, link, gathered = self.alias(), self.alias(), self.alias()
        inner = self.rows(what.level.table, alias)
        inner = inner.join(From(what.link).as_(link)).on(
            Sql(column(link, what.far), " = ", column(alias, "id"))
        )
        inner = inner.where(Sql(column(link, what.near), " = ", column(parent, "id")))
        inner = inner.select(self._object(what.level, alias).as_("j"))
        inner = inner.orderby(column(link, "id")).limit(what.most)
        pieces = self.writer.listed(self.writer.gathered(f'"{gathered}"."j"'))
        return Sql("(SELECT ", self.writer.text(pieces), " FROM ", inner, f' "{gathered}")')

    def _pages(self, what: t.Pages, parent: str | None) -> Sql:
        return Page(self, what, parent).sql()

    def rows(self, table: Table, alias: str) -> Any:
        """The rows of a table that the viewer may see."""
        query = Query.from_(From(table.row._meta.db_table).as_(alias))
        reach = self.reaches[table]
        return query if reach is None else query.where(self._condition(reach, alias, self.sources[table]))

    def narrowed(self, query: Any, alias: str, site: t.Site, back: str | None, parent: str | None) -> Any:
        """The rows that belong to a parent and satisfy a site's condition."""
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


class _Aliased(dict[str, str]):
    """Columns of an alias by name, for an expression."""

    def __init__(self, alias: str) -> None:
        super().__init__()
        self._of = alias

    def __missing__(self, name: str) -> str:
        return f'"{self._of}"."{name}"'
