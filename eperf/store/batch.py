"""Rows that are written together or not at all, in one statement: a new row, what hangs on it, and the key it answers.

On PostgreSQL a batch is one statement with data-modifying parts, and so its own transaction without a beginning and an
end to wait for. On SQLite it is one visit to the writer. The row is only written while its `Guard` holds: what a verb
was decided on is looked at again in the statement that writes. Texts are built once for each shape of a batch.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, cast

from eperf.store import database
from eperf.store.sqlite import Step, together

_LOCK = " FOR KEY SHARE OF held"


@dataclass(frozen=True, eq=False)
class Table:
    """A table to write to: which column takes the new row's id, the types of the others, what to do on a conflict.

    One constant for each use, compared by identity: texts are remembered by it.
    """

    name: str
    own: str | None
    columns: tuple[tuple[str, str], ...]
    conflict: str = ""


@dataclass(frozen=True)
class Rows:
    """Rows for a table, values in the order of its columns; dates as dates, JSON as text."""

    table: Table
    values: Sequence[Sequence[Any]]


@dataclass(frozen=True)
class Guard:
    """What must still be true: `FROM … AS held … WHERE …` giving one row or none, and the values of `$1`, `$2`…

    The table called `held` is the row that others lock before they change what hangs on it, so it is locked first.
    """

    text: str
    values: Sequence[Any]


_Shape = tuple[tuple[Table, int], ...]


async def write(guard: Guard, row: Rows, key: Rows | None, *others: Rows) -> int | None:
    """Writes `row` (one), its key's answer and the rest; gives the new id.

    None when the guard does not hold any more, or when somebody else has taken the key: then nothing is written. Who
    comes second with a key waits here until the first has committed or failed.
    """
    rest = [rows for rows in others if rows.values]
    if database.dialect() == "postgres":
        return await _by_postgres(guard, row, key, rest)
    return await _by_sqlite(guard, row, key, rest)


async def _by_postgres(guard: Guard, row: Rows, key: Rows | None, rest: Sequence[Rows]) -> int | None:
    parts = [row, *rest] if key is None else [key, row, *rest]
    shape = tuple((part.table, len(part.values)) for part in parts)
    text = _statement(guard.text, len(guard.values), shape, key is not None)
    found = await database.connection().execute_query_dict(text, [*guard.values, *_flat(parts)])
    return cast(int, found[0]["id"]) if found else None


def _flat(parts: Iterable[Rows]) -> Iterable[Any]:
    return (value for part in parts for values in part.values for value in values)


@lru_cache(maxsize=512)
def _statement(guard: str, values: int, shape: _Shape, keyed: bool) -> str:
    """The new id is drawn first, so that a key's row can hold its answer from the start."""
    new = next(table for table, _ in shape[1 if keyed else 0 :])
    parts = [f"drawn AS (SELECT nextval('{new.name}_id_seq') AS id {guard}{_LOCK})"]
    source = "drawn"
    for number, (table, rows) in enumerate(shape):
        insert = _insert(table, rows, source, values + 1)
        values += rows * len(table.columns)
        if keyed and number == 0:
            source = "taken"
            parts.append(f"taken AS ({insert} RETURNING {table.own} AS id)")
        else:
            parts.append(f"part{number} AS ({insert})")
    return f"WITH {', '.join(parts)} SELECT id FROM {source}"  # noqa: S608 - our own names


def _insert(table: Table, rows: int, source: str, first: int) -> str:
    width = len(table.columns)
    own = ["id"] if table.own else []
    selects = (
        "SELECT " + ", ".join([*own, *_marks(table, first + row * width)]) + f" FROM {source}"  # noqa: S608
        for row in range(rows)
    )
    return f"INSERT INTO {table.name} ({_names(table)}) {' UNION ALL '.join(selects)}{table.conflict}"


def _marks(table: Table, first: int) -> list[str]:
    return [f"${number}::{kind}" for number, (_, kind) in enumerate(table.columns, first)]


def _names(table: Table) -> str:
    own = [table.own] if table.own else []
    return ", ".join(f'"{name}"' for name in [*own, *(name for name, _ in table.columns)])


async def _by_sqlite(guard: Guard, row: Rows, key: Rows | None, rest: Sequence[Rows]) -> int | None:
    # Nobody else writes meanwhile, so the key may come second: a key that is taken undoes the row.
    new = Step(_guarded(row.table, guard.text, len(guard.values)), [*guard.values, *row.values[0]])
    keyed = [] if key is None else _steps(key, needed=True)
    steps = [*keyed, *(step for rows in rest for step in _steps(rows, needed=False))]
    return await together(database.connection(), new, steps)


def _steps(rows: Rows, *, needed: bool) -> list[Step]:
    text = _plain(rows.table)
    return [Step(text, values, own=rows.table.own is not None, needed=needed) for values in rows.values]


@lru_cache(maxsize=512)
def _guarded(table: Table, guard: str, values: int) -> str:
    names = ", ".join(f'"{name}"' for name, _ in table.columns)
    marks = ", ".join(f"?{number}" for number in range(values + 1, values + 1 + len(table.columns)))
    return f"INSERT INTO {table.name} ({names}) SELECT {marks} {guard.replace('$', '?')}"


@lru_cache(maxsize=512)
def _plain(table: Table) -> str:
    marks = ", ".join("?" * (len(table.columns) + (table.own is not None)))
    return f"INSERT INTO {table.name} ({_names(table)}) VALUES ({marks}){table.conflict}"  # noqa: S608
