"""Values that are made outside the database, put into an answer, each field by one call for all rows of its level.

Where the statement left holes (PostgreSQL) only these are read and filled, and the rest of the text stays as it is:
of a page of 50 people with 500 activities that is a tenth of the time. Where it cannot (SQLite) the answer is decoded
once, filled, and encoded once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from inspect import isawaitable
from typing import Any

import orjson

from eperf.planner import tree as t
from eperf.planner.compile import HIDDEN
from eperf.planner.sql import EDGE, INSIDE

Row = dict[str, Any]


async def with_holes(levels: Sequence[t.Level], text: str, context: Any) -> bytes:
    """The root field's JSON with its holes filled; `levels` are those with holes, by number."""
    pieces = text.split(EDGE)
    holes: dict[str, list[int]] = {}
    columns: list[list[str]] = [[] for _ in levels]
    for at in range(1, len(pieces), 2):
        name, _, inside = pieces[at].partition(INSIDE)
        holes.setdefault(name, []).append(at)
        if inside:
            columns[int(name.partition(".")[0])].append(inside)
    for number, level in enumerate(levels):
        rows = orjson.loads(f"[{','.join(columns[number])}]")
        fields = [what for _, what in level.fields if isinstance(what, t.Made)]
        for place, made in enumerate(fields if rows else ()):
            found = await _made(made, rows, context)
            for at, value in zip(holes[f"{number}.{place}"], found, strict=True):
                pieces[at] = orjson.dumps(made.shown(value)).decode()
    return "".join(pieces).encode()


async def _made(made: t.Made, rows: Sequence[Row], context: Any) -> Sequence[Any]:
    wanted = [name for name, _, _ in made.columns]
    values = made.fill([{name: row[name] for name in wanted} for row in rows], context)
    found: Sequence[Any] = await values if isawaitable(values) else values
    return found


async def filled(tree: t.Tree, text: str, context: Any) -> bytes:
    """The root field's JSON with its batch fields made, each by one call for all rows of its level."""
    answer = orjson.loads(text)
    for level, rows in _levels(tree.root, [answer]):
        fields = [(key, what) for key, what in level.fields if isinstance(what, t.Made)]
        if not fields or not rows:
            continue
        columns = [row.pop(HIDDEN) for row in rows]
        for key, made in fields:
            found = await _made(made, columns, context)
            for row, value in zip(rows, found, strict=True):
                row[key] = made.shown(value)
    return orjson.dumps(answer)


def _levels(what: Any, found: list[Any]) -> Iterator[tuple[t.Level, list[Row]]]:
    """Every level with all of its rows in the answer, whatever their parents."""
    there = [one for one in found if one is not None]
    match what:
        case t.Single(_, level) | t.Alone(_, _, level):
            yield from _below(level, there)
        case t.Links(_, _, _, _, level):
            yield from _below(level, [row for rows in there for row in rows])
        case t.Pages():
            yield from _in_page(what, there)


def _in_page(page: t.Pages, found: list[Row]) -> Iterator[tuple[t.Level, list[Row]]]:
    for key, part in page.parts:
        if isinstance(part, t.Nodes):
            yield from _below(part.level, [row for one in found for row in one[key]])
        elif isinstance(part, t.Edges):
            edges = [edge for one in found for edge in one[key]]
            for name, inner in part.parts:
                if isinstance(inner, t.Level):
                    yield from _below(inner, [edge[name] for edge in edges])


def _below(level: t.Level, rows: list[Row]) -> Iterator[tuple[t.Level, list[Row]]]:
    yield level, rows
    for key, what in level.fields:
        yield from _levels(what, [row[key] for row in rows])
