"""Punches by the hundred thousand: what is there already, writing those that are not, counting those that came again.

Columns in, no objects on the way: COPY on PostgreSQL, one prepared statement on SQLite. Callers hold the device's row,
so nobody else writes records of that device meanwhile.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import asyncpg
import polars as pl

from eperf.store import database
from eperf.store.sqlite import stored_instant

_COLUMNS = (
    "source", "device_id", "pin", "occurred_at", "date", "kind", "verify", "line", "digest", "received_at",
    "employee_id", "outcome", "reason", "copies", "device_at", "clock_error_id",
)  # fmt: skip
_INSERT = f"INSERT INTO punch ({', '.join(_COLUMNS)}) VALUES ({', '.join('?' * len(_COLUMNS))})"  # noqa: S608 - our own names
_KNOWN = {
    "postgres": "SELECT digest FROM punch WHERE digest = ANY($1::text[])",
    "sqlite": "SELECT digest FROM punch WHERE digest IN (SELECT value FROM json_each(?))",
}
_AGAIN = {
    "postgres": "UPDATE punch SET copies = copies + again.times FROM unnest($1::text[], $2::bigint[]) "
    "AS again(digest, times) WHERE punch.digest = again.digest",
    "sqlite": "UPDATE punch SET copies = copies + ? WHERE digest = ?",
}
_WAITING = "SELECT id, line FROM unread_record WHERE device_id = {} AND outcome = 'unexplained'"


async def known(digests: pl.Series) -> pl.Series:
    """Those of the digests under which a punch is kept."""
    given: Any = digests.to_list()
    if database.dialect() == "sqlite":
        given = "[" + ",".join(f'"{one}"' for one in _escaped(given)) + "]"
    rows = await database.connection().execute_query_dict(_KNOWN[database.dialect()], [given])
    return pl.Series("digest", [row["digest"] for row in rows], dtype=pl.String)


def _escaped(texts: Iterable[str]) -> Iterable[str]:
    return (text.replace("\\", "\\\\").replace('"', '\\"') for text in texts)


@dataclass(frozen=True, eq=False)
class Ready:
    """Punches as the database takes them."""

    digests: pl.Series
    values: io.BytesIO | list[list[Any]]
    """What COPY reads on PostgreSQL, rows on SQLite."""


def ready(rows: pl.DataFrame, constants: Mapping[str, Any]) -> Ready:
    """Makes punches ready to be written; takes a while, and may do so in another thread.

    `rows` has the columns that differ (`pin`, `occurred_at`, `date`, `kind`, `verify`, `line`, `digest`, `employee_id`,
    `outcome`, `reason`, `copies`, `device_at`, `clock_error_id`), `constants` the others.
    """
    texts = _texts(rows, constants)
    if database.dialect() == "sqlite":
        return Ready(rows["digest"], [list(row) for row in texts.iter_rows()])
    return Ready(rows["digest"], _copied(texts))


async def write(given: Ready) -> bool:
    """Writes punches, in order; False, and none is written, when one of them is there already."""
    connection = database.connection()
    if isinstance(given.values, list):
        if len(await known(given.digests)):
            return False
        await connection.execute_many(_INSERT, given.values)
        return True
    raw = connection._connection
    await raw.execute("SAVEPOINT some_punches")
    try:
        await raw.copy_to_table("punch", source=given.values, columns=list(_COLUMNS), format="text")
    except asyncpg.UniqueViolationError:
        await raw.execute("ROLLBACK TO SAVEPOINT some_punches")
        return False
    await raw.execute("RELEASE SAVEPOINT some_punches")
    return True


def _texts(rows: pl.DataFrame, constants: Mapping[str, Any]) -> pl.DataFrame:
    """Values as both databases take them: instants as `stored_instant` writes them, days as ISO texts."""
    same = {
        name: pl.lit(stored_instant(value) if isinstance(value, datetime) else value)
        for name, value in constants.items()
    }
    return rows.with_columns(
        occurred_at=_instant("occurred_at"),
        device_at=_instant("device_at"),
        date=pl.col("date").dt.to_string("%Y-%m-%d"),
        **same,
    ).select(_COLUMNS)


def _instant(name: str) -> pl.Expr:
    at = pl.col(name)
    whole = at.dt.microsecond() == 0
    return (
        pl.when(whole)
        .then(at.dt.to_string("%Y-%m-%d %H:%M:%S+00:00"))
        .otherwise(at.dt.to_string("%Y-%m-%d %H:%M:%S%.6f+00:00"))
    )


def _copied(rows: pl.DataFrame) -> io.BytesIO:
    """Rows as COPY reads them: tabs part columns, so those within a text are written `\\t`, and backslashes twice."""
    texts = [
        pl.col(name).str.replace_all("\\", "\\\\", literal=True).str.replace_all("\t", "\\t", literal=True)
        for name in ("pin", "line", "digest")
    ]
    out = io.BytesIO()
    rows.with_columns(texts).write_csv(
        out, include_header=False, separator="\t", null_value="\\N", quote_style="never"
    )
    out.seek(0)
    return out


async def count_again(again: pl.DataFrame) -> None:
    """Adds to the copies of kept punches: `digest`, and how many `times` each came again."""
    if again.is_empty():
        return
    connection, text = database.connection(), _AGAIN[database.dialect()]
    if database.dialect() == "sqlite":
        await connection.execute_many(
            text, [list(row) for row in again.select("times", "digest").iter_rows()]
        )
    else:
        await connection.execute_query(text, [again["digest"].to_list(), again["times"].to_list()])


async def waiting(device_id: int) -> pl.DataFrame:
    """The lines of a device that could not be read and wait for being explained: `id`, `line`."""
    rows = await database.connection().execute_query_dict(_WAITING.format(int(device_id)))
    return pl.DataFrame(
        [(row["id"], row["line"]) for row in rows], {"id": pl.Int64, "line": pl.String}, orient="row"
    )


async def explain(said: Sequence[tuple[int, str]]) -> None:
    """Makes lines that could not be read duplicates of the punches that they say: (line's id, punch's digest)."""
    text = (
        "UPDATE unread_record SET outcome = 'duplicate', reason = NULL, "
        "punch_id = (SELECT id FROM punch WHERE digest = {}) WHERE id = {}"
    )
    marks = ("$1", "$2") if database.dialect() == "postgres" else ("?", "?")
    await database.connection().execute_many(text.format(*marks), [[digest, line] for line, digest in said])
