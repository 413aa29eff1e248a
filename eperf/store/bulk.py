"""Many rows at once: COPY on PostgreSQL, one prepared statement on SQLite. No model objects on the way."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

import orjson

from eperf.store import database
from eperf.store.sqlite import stored_instant


async def insert(table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Inserts rows into a table of ours, inside the caller's transaction; dicts and lists become JSON.

    `table` and `columns` are names from our own code, never input.
    """
    connection = database.connection()
    if database.dialect() == "postgres":
        ready = [tuple(_postgres(value) for value in row) for row in rows]
        await connection._connection.copy_records_to_table(table, records=ready, columns=list(columns))
        return
    marks = ",".join("?" * len(columns))
    names = ",".join(f'"{name}"' for name in columns)
    statement = f'INSERT INTO "{table}" ({names}) VALUES ({marks})'  # noqa: S608
    await connection.execute_many(statement, [[_sqlite(value) for value in row] for row in rows])


def _postgres(value: Any) -> Any:
    return orjson.dumps(value).decode() if isinstance(value, dict | list) else value


def _sqlite(value: Any) -> Any:
    if isinstance(value, dict | list):
        return orjson.dumps(value).decode()
    if isinstance(value, datetime):
        return stored_instant(value)
    if isinstance(value, date):
        return value.isoformat()
    return value
