"""From a tree to one SQL statement whose single value is the root field's JSON.

A list is a sub-select: its rows are cut first, then what each refers to is joined to them, then they are written. The
viewer's reach of a table is a condition wherever rows of it are shown. Sizes are literals (they decide the database's
plan), all else is a place.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from pypika_tortoise.context import DEFAULT_SQL_CONTEXT
from pypika_tortoise.queries import Query
from pypika_tortoise.queries import Table as From

from eperf.planner import tree as t
from eperf.planner.conditions import Conditions
from eperf.planner.joins import Source, is_unique
from eperf.planner.mapping import Table
from eperf.planner.pages import Page, ordered
from eperf.planner.sql import Sql, column, joined
from eperf.planner.writer import Value, Writer

HIDDEN = "!"
"""Without holes the key under which a row carries the columns of its batch fields; no GraphQL name is one."""
CONSTANTS = -1
"""The source of the values that a dialect needs beside the caller's."""


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
    levels: tuple[t.Level, ...] = ()
    """The levels with batch fields, by the number that their holes bear, where the dialect leaves holes."""


def compiled(
    writer: Writer, tree: t.Tree, reaches: Sequence[Any], chosen: Sequence[Chosen | None]
) -> Statement:
    """The statement of a tree. `reaches` are conditions for `tree.tables`, `chosen` the shapes of `tree.sites`.

    The sources of values are the reaches, in order, then the sites; a site's own are those of its condition, then of
    its cursor. The source -1 are the dialect's constants.
    """
    making = _Making(writer, tree, reaches, chosen)
    sql = making.root().get_sql(DEFAULT_SQL_CONTEXT)
    return Statement(sql, tuple(making.places), tuple(making.levels))


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
        self.queries: dict[Hashable, tuple[str, Any]] = {}
        self.levels: list[t.Level] = []
        self.aliases = 0
        self.lone = not isinstance(tree.root, t.Pages)
        """Whether what is made stands for one row, not for each row of a list."""

    def root(self) -> Sql:
        """The whole statement."""
        root = self.tree.root
        query = Page(self, root, None).query() if isinstance(root, t.Pages) else self._alone(root, None)
        before = [Sql(f"{name} AS ", one) for name, one in self.queries.values()]
        return Sql("WITH ", joined(before, ","), " SELECT ", query) if before else Sql("SELECT ", query)

    def alias(self) -> str:
        """A fresh name for a table."""
        self.aliases += 1
        return f"t{self.aliases}"

    def place(self, source: int, number: int) -> str:
        """The place of a value of a source; each value has one, however often it is used."""
        wanted = (source, number)
        if wanted not in self.places:
            self.places.append(wanted)
        return self.writer.place(self.places.index(wanted) + 1)

    def named(self, key: Hashable, query: Any) -> str:
        """The name of a query that stands before the statement; one of the same key stands there once."""
        return self.queries.setdefault(key, (f"q{len(self.queries) + 1}", query))[0]

    def rows(self, table: Table, alias: str) -> Any:
        """The rows of a table that the viewer may see."""
        query = Query.from_(From(table.row._meta.db_table).as_(alias))
        seen = self.seen(table, alias)
        return query if seen is None else query.where(seen)

    def seen(self, table: Table, alias: str) -> Sql | None:
        """The viewer's reach on the rows of an alias; None for every row."""
        reach = self.reaches[table]
        return None if reach is None else Conditions(self, self.sources[table]).sql(reach, alias)

    def narrowed(self, query: Any, alias: str, site: t.Site, back: str | None, parent: str | None) -> Any:
        """The rows that belong to a parent and satisfy a site's condition."""
        if back is not None:
            query = query.where(Sql(column(alias, back), " = ", column(parent or "", "id")))
        chosen = self.chosen[id(site)]
        if chosen is not None and chosen.where is not None:
            query = query.where(Conditions(self, self.sources[id(site)]).sql(chosen.where, alias))
        return query

    def object(self, level: t.Level, source: Source) -> Value:
        """A row as an object; what it refers to is joined to its source."""
        hidden = self._hidden(level, source)
        members, holes = [], 0
        for key, what in level.fields:
            if isinstance(what, t.Made) and self.writer.leaves_holes:
                value = self.writer.hole(f"{self._number(level)}.{holes}", None if holes else hidden)
                holes += 1
            else:
                value = self._field(level, source, what)
            members.append((key, value))
        if hidden is not None and not holes:
            members.append((HIDDEN, hidden))
        return self.writer.object(members)

    def _hidden(self, level: t.Level, source: Source) -> Value | None:
        """The columns of a row's batch fields as an object; None where it has none."""
        made = [what for _, what in level.fields if isinstance(what, t.Made)]
        columns = {
            name: self.writer.scalar(form, source.column(name), null=null)
            for what in made
            for name, form, null in what.columns
        }
        return self.writer.object(list(columns.items())) if made else None

    def _number(self, level: t.Level) -> int:
        """The number of a level with holes."""
        if level not in self.levels:
            self.levels.append(level)
        return self.levels.index(level)

    def _field(self, level: t.Level, source: Source, what: Any) -> Value:
        writer = self.writer
        match what:
            case t.TypeName(name):
                return writer.word(name)
            case t.Identity():
                return writer.global_id(
                    level.kind, source.column("id"), lambda number: self.place(CONSTANTS, number)
                )
            case t.Made():
                return writer.null()
            case t.Leaf(sql, form, null, names):
                value = Sql(sql.format_map(_Columns(source)))
                if names:
                    return writer.chosen(value, names, null=null)
                return writer.scalar(form, value, null=null)
        return self._below(source, what)

    def _below(self, source: Source, what: Any) -> Value:
        """What stands under a key that holds other rows."""
        match what:
            case t.Single(name, level):
                alias = self.alias()
                return self._joined(
                    source, level, alias, Sql(column(alias, "id"), " = ", source.column(name))
                )
            case t.Alone(site, mapping, level):
                return self._one(source, what, site, mapping, level)
            case t.Links() | t.Pages():
                lone, self.lone = self.lone, False
                query = self._several(source, what)
                self.lone = lone
                return self.writer.below(query)
        raise TypeError(what)

    def _several(self, source: Source, what: t.Links | t.Pages) -> Any:
        if isinstance(what, t.Links):
            return self._links(what, source)
        source.column("id")
        return Page(self, what, source.alias).query()

    def _one(self, source: Source, what: t.Alone, site: t.Site, mapping: Any, level: t.Level) -> Value:
        chosen = self.chosen[id(site)]
        where = None if chosen is None else chosen.where
        if not is_unique(level.table.row, mapping.back, where):
            source.column("id")
            return self.writer.below(self._alone(what, source.alias))
        alias = self.alias()
        on = Sql(column(alias, mapping.back), " = ", source.column("id"))
        condition = Conditions(self, self.sources[id(site)]).sql(where, alias)
        return self._joined(source, level, alias, Sql(on, " AND ", condition))

    def _joined(self, source: Source, level: t.Level, alias: str, on: Sql) -> Value:
        """At most one other row, joined; null where there is none or the viewer may not see it."""
        seen = self.seen(level.table, alias)
        inner = source.joined(level.table, alias, on if seen is None else Sql(on, " AND ", seen))
        value = self.object(level, inner)
        return self.writer.unless_missing(value, inner.column("id"))

    def _alone(self, what: t.Alone, parent: str | None) -> Any:
        alias, outer = self.alias(), Source(self.alias())
        value = self.writer.text(self.object(what.level, outer))
        query = self.narrowed(self.rows(what.level.table, alias), alias, what.site, what.mapping.back, parent)
        query = ordered(query, alias, what.mapping.order).limit(1)
        return outer.selected(value, outer.picked(query, alias))

    def _links(self, what: t.Links, parent: Source) -> Any:
        alias, link, outer = self.alias(), self.alias(), Source(self.alias())
        order = outer.own("n")
        value = self.writer.gathered(self.object(what.level, outer), order, "")
        inner = self.rows(what.level.table, alias)
        inner = inner.join(From(what.link).as_(link)).on(
            Sql(column(link, what.far), " = ", column(alias, "id"))
        )
        inner = inner.where(Sql(column(link, what.near), " = ", parent.column("id")))
        inner = outer.picked(inner, alias).select(column(link, "id").as_("n"))
        inner = inner.orderby(column(link, "id")).limit(what.most)
        return outer.selected(self.writer.text(value), inner)


class _Columns(dict[str, str]):
    """Columns of a source by name, for an expression."""

    def __init__(self, source: Source) -> None:
        super().__init__()
        self._source = source

    def __missing__(self, name: str) -> str:
        self._source.column(name)
        return f'"{self._source.alias}"."{name}"'
