"""What is known beforehand, written to SQLite in one visit to the writer's thread: nothing of it is left half done."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, cast

from tortoise.backends.base.client import BaseDBAsyncClient, TransactionalDBClient
from tortoise.backends.sqlite.client import SqliteClient
from tortoise.exceptions import IntegrityError, OperationalError


class Written(NamedTuple):
    """The id of a new row, and how it reads, when that was asked for and could be told at once."""

    id: int
    text: str | None


@dataclass(frozen=True, slots=True)
class Reading:
    """A statement with one value that shows a new row. `new` is the place of its id among the values, from 0."""

    text: str
    values: Sequence[Any]
    new: int

    def of(self, number: int) -> list[Any]:
        """The values for one row."""
        return [number if place == self.new else value for place, value in enumerate(self.values)]


@dataclass(frozen=True, slots=True)
class Ask:
    """The question that a visit begins with; without a row for an answer nothing is written. Its column: `unit_id`."""

    text: str
    values: Sequence[Any]


@dataclass(frozen=True, slots=True)
class Step:
    """One insert of a visit: what the visit knows by then (`id`, `unit_id`) comes before what is given.

    The first step makes the new row, and its `id` is given by the database. A `needed` one must change something.
    """

    text: str
    known: Sequence[str]
    given: Sequence[Any]
    needed: bool


class _Visit:
    """A transaction as one function that the writer's thread runs from its beginning to its end."""

    def __init__(self, ask: Ask, steps: Sequence[Step], reading: Reading | None, *, inside: bool) -> None:
        self._ask, self._steps, self._reading, self._inside = ask, steps, reading, inside
        self.given_up = False

    def __call__(self, connection: sqlite3.Connection) -> Written | None:
        if self.given_up:
            return None
        connection.execute("SAVEPOINT visit" if self._inside else "BEGIN IMMEDIATE")
        try:
            written = self._written(connection)
            if written is None or self.given_up:
                self._undo(connection)
            else:
                connection.execute("RELEASE visit" if self._inside else "COMMIT")
        except BaseException:
            self._undo(connection)
            raise
        return written

    def _written(self, connection: sqlite3.Connection) -> Written | None:
        answer = connection.execute(self._ask.text, self._ask.values).fetchone()
        if answer is None:
            return None
        known: dict[str, int | None] = {"id": None, "unit_id": answer["unit_id"]}
        for step in self._steps:
            done = connection.execute(step.text, [*(known[name] for name in step.known), *step.given])
            if step.needed and done.rowcount < 1:
                return None
            known["id"] = known["id"] or done.lastrowid
        new = cast(int, known["id"])
        return Written(new, self._read(connection, new))

    def _read(self, connection: sqlite3.Connection, new: int) -> str | None:
        if self._reading is None:
            return None
        try:
            row = connection.execute(self._reading.text, self._reading.of(new)).fetchone()
        except sqlite3.OperationalError:  # beyond the database's limits: whoever asked asks apart
            return None
        return None if row is None else cast("str | None", row[0])

    def _undo(self, connection: sqlite3.Connection) -> None:
        if self._inside:
            connection.execute("ROLLBACK TO visit")
            connection.execute("RELEASE visit")
        else:
            connection.rollback()


async def together(
    client: BaseDBAsyncClient, ask: Ask, steps: Sequence[Step], reading: Reading | None
) -> Written | None:
    """Writes a row and what hangs on it, at once or not at all; gives None when nothing was to be written.

    A caller who is cancelled before the commit leaves nothing behind; the lock is free again at once, because whoever
    comes next waits in the same thread.
    """
    visit = _Visit(ask, steps, reading, inside=isinstance(client, TransactionalDBClient))
    async with cast(SqliteClient, client).acquire_connection() as connection:
        try:
            return cast("Written | None", await connection._execute(visit, connection._conn))
        except asyncio.CancelledError:
            visit.given_up = True
            raise
        except sqlite3.OperationalError as error:
            raise OperationalError(error) from error
        except sqlite3.IntegrityError as error:
            raise IntegrityError(error) from error
