"""Fetching rows for one request: each level of a query is one statement, with the viewer's row scope in it."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Hashable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from inspect import isawaitable
from typing import Any, TypeVar

from strawberry.dataloader import DataLoader
from tortoise import fields
from tortoise.connection import get_connection
from tortoise.expressions import Q, RawSQL
from tortoise.models import Model

from eperf.domain.access import Operation, Scope
from eperf.domain.errors import BadInput
from eperf.planner import cursor
from eperf.planner.budget import Budget
from eperf.planner.mapping import Batch, Expression, Linked, Order, Table, table_of
from eperf.store.condition import as_q, shape, values

MOST = 1_000
DEFAULT = 25
V = TypeVar("V")


@dataclass(frozen=True)
class Slice:
    """A page of a list: at most `first` rows after a cursor, in a named order, that satisfy a condition."""

    order_name: str
    order: Order
    first: int = DEFAULT
    after: str | None = None
    where: Any = None

    @property
    def key(self) -> Hashable:
        """Two slices of one key are the same slice."""
        return (self.order_name, self.first, self.after, shape(self.where), values(self.where))


@dataclass(frozen=True)
class Page:
    """The rows of a page with their cursors, and whether there are more."""

    rows: Sequence[Model]
    cursors: Sequence[str]
    more: bool


class Rows:
    """The rows that one request asks for. `scope_of` gives the viewer's reach for an operation, asked once each."""

    def __init__(self, scope_of: Callable[[Operation], Scope], budget: Budget | None = None) -> None:
        self._scope_of, self._budget = scope_of, budget or Budget()
        self._reach: dict[Table, Q | None] = {}
        self._ones: dict[type, DataLoader[int, Any]] = {}
        self._pages: dict[Hashable, DataLoader[int, Page]] = {}
        self._others: dict[Hashable, DataLoader[Any, Any]] = {}

    def reach(self, table: Table) -> Q | None:
        """The condition under which the viewer may see a row; None: always."""
        if table not in self._reach:
            self._reach[table] = as_q(table.reach(self._scope_of(table.operation)))
        return self._reach[table]

    async def one(self, kind: type, number: int) -> Any:
        """One row as its type, or None; all that are asked for at once are one statement."""
        if kind not in self._ones:
            self._ones[kind] = DataLoader(load_fn=lambda numbers: self._load(kind, numbers))
        return await _kept(self._ones[kind].load(number))

    async def page(self, kind: type, wanted: Slice) -> Page:
        """A page of everything the viewer may see of a type."""
        table = table_of(kind)
        found = await self._query(table, wanted).limit(wanted.first + 1)
        self._budget.spend(len(found))
        return _page(found, wanted)

    async def page_of(self, kind: type, back: str, number: int, wanted: Slice) -> Page:
        """A page of the rows that belong to one row; those of a whole level are one statement."""
        key = (kind, back, wanted.key)
        if key not in self._pages:
            self._pages[key] = DataLoader(
                load_fn=lambda numbers: self._load_pages(kind, back, numbers, wanted)
            )
        return await _kept(self._pages[key].load(number))

    async def filled(self, mapping: Batch, row: Any, context: Any) -> Any:
        """A value of a batch field; those of a level are made at once."""

        async def fill(rows: list[Any]) -> Sequence[Any]:
            plain = [{name: _plain(getattr(one, name)) for name in mapping.columns} for one in rows]
            return await _settled(mapping.fill(plain, context))

        if mapping not in self._others:
            self._others[mapping] = DataLoader(load_fn=fill, cache=False)
        return await _kept(self._others[mapping].load(row))

    async def expressed(self, kind: type, mapping: Expression, number: int) -> Any:
        """A value that the database computes; those of a level are one statement."""
        table = table_of(kind)

        async def compute(numbers: list[int]) -> list[Any]:
            inside = ", ".join(str(int(one)) for one in sorted(set(numbers)))
            text = mapping.sql.format_map(_Quoted())
            statement = (
                f'SELECT "id", {text} AS "value" FROM "{table.row._meta.db_table}" WHERE "id" IN ({inside})'  # noqa: S608
            )
            found = await get_connection("default").execute_query_dict(statement)
            known = {row["id"]: row["value"] for row in found}
            return [known.get(one) for one in numbers]

        if (kind, mapping) not in self._others:
            self._others[kind, mapping] = DataLoader(load_fn=compute)
        return await _kept(self._others[kind, mapping].load(number))

    async def linked(self, mapping: Linked, number: int) -> list[Any]:
        """The rows that a table between links to one row; those of a level are two statements."""

        async def load(numbers: list[int]) -> list[list[Any]]:
            links = await mapping.link.filter(_is(f"{mapping.near}__in", numbers)).order_by("id")
            self._budget.spend(len(links))
            pairs = [(getattr(link, mapping.near), getattr(link, mapping.far)) for link in links]
            wanted = [far for _, far in pairs]
            known = dict(zip(wanted, await self._load(mapping.target, wanted), strict=True)) if wanted else {}
            lists: dict[int, list[Any]] = defaultdict(list)
            for near, far in pairs:
                if known[far] is not None and len(lists[near]) < mapping.most:
                    lists[near].append(known[far])
            return [lists[one] for one in numbers]

        if mapping not in self._others:
            self._others[mapping] = DataLoader(load_fn=load)
        found: list[Any] = await _kept(self._others[mapping].load(number))
        return found

    async def first(self, kind: type, order: Order, where: Any, back: str | None, number: int | None) -> Any:
        """The first of the rows that satisfy a condition, as its type, or None."""
        wanted = Slice("", order, 1, None, where)
        page = await (
            self.page(kind, wanted) if back is None else self.page_of(kind, back, number or 0, wanted)
        )
        return kind(row=page.rows[0]) if page.rows else None

    async def _load(self, kind: type, numbers: list[int]) -> list[Any]:
        table = table_of(kind)
        self._budget.spend(len(numbers))
        found = table.row.filter(id__in=sorted(set(numbers)))
        reach = self.reach(table)
        rows = {row.pk: kind(row=row) for row in await (found.filter(reach) if reach is not None else found)}
        return [rows.get(number) for number in numbers]

    async def _load_pages(self, kind: type, back: str, numbers: list[int], wanted: Slice) -> list[Page]:
        table = table_of(kind)
        if len(numbers) == 1:
            found = await self._query(table, wanted).filter(_is(back, numbers[0])).limit(wanted.first + 1)
            self._budget.spend(len(found))
            return [_page(found, wanted)]
        ids = await self._ranked(table, back, numbers, wanted)
        self._budget.spend(len(ids))
        rows: dict[int, list[Model]] = defaultdict(list)
        for row in await table.row.filter(id__in=ids).order_by(*_ordering(wanted.order)):
            rows[getattr(row, back)].append(row)
        return [_page(rows[number], wanted) for number in numbers]

    async def _ranked(self, table: Table, back: str, numbers: list[int], wanted: Slice) -> list[int]:
        name = table.row._meta.db_table
        columns = ", ".join(f'"{name}"."{column}"{" DESC" if down else ""}' for column, down in wanted.order)
        rank = RawSQL(f'ROW_NUMBER() OVER (PARTITION BY "{name}"."{back}" ORDER BY {columns})')
        inner = self._query(table, wanted, ordered=False).filter(_is(f"{back}__in", sorted(set(numbers))))
        query = inner.annotate(place=rank).values_list("id", "place")
        query._make_query()
        text, values = query.query.get_parameterized_sql()
        outer = f'SELECT "0" FROM ({text}) AS ranked WHERE "1" <= {int(wanted.first) + 1}'  # noqa: S608
        _, found = await get_connection("default").execute_query(outer, values)
        return [int(row[0]) for row in found]

    def _query(self, table: Table, wanted: Slice, *, ordered: bool = True) -> Any:
        query = table.row.all()
        for condition in (self.reach(table), as_q(wanted.where), _beyond(table.row, wanted)):
            if condition is not None:
                query = query.filter(condition)
        return query.order_by(*_ordering(wanted.order)) if ordered else query


class _Quoted(dict[str, str]):
    """Columns by name, for an expression."""

    def __missing__(self, name: str) -> str:
        return f'"{name}"'


def _plain(value: Any) -> Any:
    """A column as a batch field gets it."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"
    return value.isoformat() if isinstance(value, date) else value


async def _kept(loaded: Awaitable[V]) -> V:
    """What several fields may wait for: where one of them is given up, the others still get it."""
    found = asyncio.ensure_future(loaded)
    found.add_done_callback(_seen)
    return await asyncio.shield(found)


def _seen(found: asyncio.Future[Any]) -> None:
    """A failure that nobody waits for any longer is none: left unread, the collector would report it, at any time."""
    if not found.cancelled():
        found.exception()


async def _settled(made: Sequence[Any] | Awaitable[Sequence[Any]]) -> Sequence[Any]:
    return await made if isawaitable(made) else made


def _is(name: str, value: Any) -> Q:
    condition: dict[str, Any] = {name: value}
    return Q(**condition)


def _ordering(order: Order) -> list[str]:
    return [f"{'-' if down else ''}{column}" for column, down in order]


def _beyond(row: type[Model], wanted: Slice) -> Q | None:
    """The rows after the cursor: greater in the first column, or equal there and greater in the next…"""
    if wanted.after is None:
        return None
    values = place_of(row, wanted.order, wanted.order_name, wanted.after)
    if any(value is None for value in values):
        return Q(id__lt=0)
    alternatives: list[Q] = []
    equal: list[Q] = []
    for (column, down), value in zip(wanted.order, values, strict=True):
        alternatives.append(Q(*equal, _is(f"{column}__{'lt' if down else 'gt'}", value)))
        equal.append(_is(column, value))
    return Q(*alternatives, join_type=Q.OR)


def place_of(row: type[Model], order: Order, name: str, after: str) -> tuple[Any, ...]:
    """The values of a cursor of an order; a text that its column cannot hold is none of ours."""
    found = cursor.read(after, name, tuple(_kind(row, column) for column, _ in order))
    for (column, _), value in zip(order, found, strict=True):
        most = getattr(row._meta.fields_map[column], "max_length", None)
        if most is not None and isinstance(value, str) and len(value) > most:
            raise BadInput("after", after, "not a cursor of this list")
    return found


def _kind(row: type[Model], column: str) -> type:
    field = row._meta.fields_map[column]
    if isinstance(field, fields.DatetimeField):
        return datetime
    if isinstance(field, fields.DateField):
        return date
    return str if isinstance(field, fields.CharField | fields.TextField) else int


def _page(found: Sequence[Model], wanted: Slice) -> Page:
    rows = found[: wanted.first]
    cursors = [
        cursor.write(wanted.order_name, tuple(getattr(row, name) for name, _ in wanted.order)) for row in rows
    ]
    return Page(rows, cursors, len(found) > wanted.first)
