"""Rows that are written together or not at all, in one statement: a new row, what hangs on it, and the key it answers.

On PostgreSQL a batch is one statement with data-modifying parts, and so its own transaction without a beginning and an
end to wait for. On SQLite it is one visit to the writer. Nothing is written unless the batch's `Guard` holds: what a
verb depends on is asked in the statement that writes. Texts are built once for each shape of a batch.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import asyncpg

from eperf.store import database
from eperf.store.visit import Ask, Reading, Step, Written, together

_Shape = tuple[tuple["Table", int], ...]


@dataclass(frozen=True, eq=False)
class Table:
    """A table to write to: columns that the batch knows (`id`, `unit_id`), columns that are given, with their types.

    One constant for each use, compared by identity: texts are remembered by it.
    """

    name: str
    known: Mapping[str, str]
    given: Mapping[str, str]
    conflict: str = ""

    @property
    def names(self) -> str:
        """All its columns, the known ones first."""
        return ", ".join(f'"{name}"' for name in (*self.known, *self.given))


@dataclass(frozen=True)
class Rows:
    """Rows for a table: values for its given columns, in their order; dates as dates, JSON as text."""

    table: Table
    values: Sequence[Sequence[Any]]


@dataclass(frozen=True)
class Guard:
    """What must be true: `FROM … AS held … WHERE …` that finds one row or none, by the values of `$1`, `$2`…

    `unit` is the expression for the unit in which it happens. The table called `held` is the one on whose rows others
    wait before they change what hangs on them, so its row is locked first.
    """

    unit: str
    text: str
    values: Sequence[Any]


async def write(
    guard: Guard, row: Rows, key: Rows | None, *others: Rows, reading: Reading | None = None
) -> Written | None:
    """Writes `row` (one), what its key answers and the rest; gives the new id, and the row by `reading` if it can.

    None when the guard does not hold, or when the key has been taken: then nothing is written. Who comes second with a
    key waits here until the first has committed or failed.
    """
    rest = [rows for rows in others if rows.values]
    if database.dialect() == "postgres":
        return await _by_postgres(guard, row, key, rest, reading)
    return await _by_sqlite(guard, row, key, rest, reading)


async def _by_postgres(
    guard: Guard, row: Rows, key: Rows | None, rest: Sequence[Rows], reading: Reading | None
) -> Written | None:
    parts = [row, *rest] if key is None else [key, row, *rest]
    shape = tuple((part.table, len(part.values)) for part in parts)
    shown = None if reading is None else _shown(reading.text, reading.new, tuple(table for table, _ in shape))
    read = [] if reading is None or shown is None else reading.values
    values = [
        *guard.values,
        *(value for part in parts for given in part.values for value in given),
        *(value for place, value in enumerate(read) if reading is None or place != reading.new),
    ]
    text = _statement(guard.unit, guard.text, len(guard.values), shape, key is not None, shown)
    try:
        found = await database.row(text, values, keyed=key is not None)
    except asyncpg.ProgramLimitExceededError:
        if shown is None:
            raise
        return await _by_postgres(guard, row, key, rest, None)  # the reading is larger than the server takes
    return None if found is None or found["id"] is None else Written(found["id"], found["text"])


@lru_cache(maxsize=128)
def _shown(text: str, new: int, tables: tuple[Table, ...]) -> str | None:
    """A reading as part of the statement: `{new}` for the id, `{0}`, `{1}`… for the places of its other values.

    In one statement nothing sees what another part writes. So the part that writes the new row bears its table's name,
    and a reading that looks there finds that row alone. One that looks twice, or into the other tables, is not taken.
    """
    names = re.findall(r"\w+", text)
    own = next(table for table in tables if "id" in table.known)
    if names.count(own.name) != 1 or any(table.name in names for table in tables if table is not own):
        return None
    braced = text.replace("{", "{{").replace("}", "}}")

    def place(found: re.Match[str]) -> str:
        number = int(found[1]) - 1
        return "{new}" if number == new else f"{{{number - (number > new)}}}"

    return re.sub(r"\$(\d+)", place, braced)


@lru_cache(maxsize=512)
def _statement(unit: str, guard: str, values: int, shape: _Shape, keyed: bool, shown: str | None) -> str:
    """The new id is drawn first, so that the key's row holds its answer from the start."""
    new = shape[1 if keyed else 0][0].name
    parts = [
        f"drawn AS (SELECT nextval('{new}_id_seq') AS id, {unit} AS unit_id {guard} FOR KEY SHARE OF held)"
    ]
    source = "drawn"
    for number, (table, rows) in enumerate(shape):
        insert = _insert(table, rows, source, values + 1)
        values += rows * len(table.given)
        if keyed and number == 0:
            source = "drawn, taken"
            parts.append(f"taken AS ({insert} RETURNING 1)")
        elif table.name == new:
            parts.append(f"{new} AS ({insert}{' RETURNING *' if shown else ''})")
        else:
            parts.append(f"part{number} AS ({insert})")
    places = (f"${number}" for number in range(values + 1, values + 1 + 256))
    text = "NULL" if shown is None else f"({shown.format(*places, new='drawn.id')})"
    found = f"(SELECT drawn.id, {text} AS text FROM {source})"  # noqa: S608 - our own names
    # One row in any case, so that a series of statements tells whose answer is whose.
    last = f"SELECT found.id, found.text FROM (SELECT) one LEFT JOIN {found} found ON true"  # noqa: S608 - the same
    return f"WITH {', '.join(parts)} {last}"


def _insert(table: Table, rows: int, source: str, first: int) -> str:
    known = [f"drawn.{name}" for name in table.known.values()]
    selects = []
    for start in range(first, first + rows * len(table.given), len(table.given)):
        marks = [f"${number}::{kind}" for number, kind in enumerate(table.given.values(), start)]
        selects.append(f"SELECT {', '.join(known + marks)} FROM {source}")  # noqa: S608 - our own names
    return f"INSERT INTO {table.name} ({table.names}) {' UNION ALL '.join(selects)}{table.conflict}"


async def _by_sqlite(
    guard: Guard, row: Rows, key: Rows | None, rest: Sequence[Rows], reading: Reading | None
) -> Written | None:
    # Nobody else writes meanwhile, so the key may come second: a key that is taken undoes the row.
    steps = [step for rows in (row, *((key,) if key else ()), *rest) for step in _steps(rows, rows is key)]
    ask = Ask(_question(guard.unit, guard.text), guard.values)
    return await together(database.connection(), ask, steps, reading)


@lru_cache(maxsize=64)
def _question(unit: str, guard: str) -> str:
    return f"SELECT {unit} AS unit_id {guard}".replace("$", "?")


def _steps(rows: Rows, needed: bool) -> list[Step]:
    text, known = _plain(rows.table), tuple(rows.table.known.values())
    return [Step(text, known, values, needed) for values in rows.values]


@lru_cache(maxsize=512)
def _plain(table: Table) -> str:
    marks = ", ".join("?" * (len(table.known) + len(table.given)))
    return f"INSERT INTO {table.name} ({table.names}) VALUES ({marks}){table.conflict}"  # noqa: S608
