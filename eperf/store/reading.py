"""A connection to SQLite that only reads: statements stand in line in its own thread, and a cancelled one ends soon.

The next statement begins when the one before has ended, without waiting for the loop to come round in between. The
thread alone knows which statement runs, so nothing has to be held to end one without hitting another: SQLite itself
asks every so often whether to go on.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any

import aiosqlite
from tortoise.exceptions import OperationalError

_STEPS = 100_000
"""Of SQLite's machine between two questions, a millisecond or so: nearly every statement ends without one."""


class _Statement:
    """A statement as the thread runs it."""

    __slots__ = ("given_up", "reader", "sql", "values")

    def __init__(self, reader: Reader, sql: str, values: Sequence[Any]) -> None:
        self.reader, self.sql, self.values = reader, sql, values
        self.given_up = False

    def __call__(self) -> list[sqlite3.Row]:
        if self.given_up:
            return []
        self.reader.running = self
        return self.reader.raw.execute(self.sql, self.values).fetchall()


class Reader:
    """An open connection. Its thread sets `running` and reads it."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self.raw: sqlite3.Connection = connection._conn
        self.running: _Statement | None = None

    @classmethod
    async def opened(cls, path: str, settings: Mapping[str, Any]) -> Reader:
        """Opens a file with these pragmas."""
        connection = await aiosqlite.connect(path, isolation_level=None)
        made = cls(connection)
        made.raw.row_factory = sqlite3.Row
        for name, value in settings.items():
            await connection.execute(f"PRAGMA {name}={value}")
        await connection.execute("PRAGMA query_only=ON")
        await connection.set_progress_handler(made._is_given_up, _STEPS)
        return made

    async def function(self, name: str, arguments: int, function: Any) -> None:
        """Makes a deterministic function of ours known to SQL."""
        await self._connection.create_function(name, arguments, function, deterministic=True)

    async def rows(self, sql: str, values: Sequence[Any]) -> list[sqlite3.Row]:
        """The rows of a statement that only reads; raises `OperationalError` for what the database refuses."""
        statement = _Statement(self, sql, values)
        try:
            found: list[sqlite3.Row] = await self._connection._execute(statement)
        except sqlite3.OperationalError as error:
            raise OperationalError(error) from error
        except asyncio.CancelledError:
            statement.given_up = True
            raise
        return found

    async def close(self) -> None:
        """Closes it when what stands in line has run."""
        await self._connection.close()

    def _is_given_up(self) -> bool:
        return self.running is not None and self.running.given_up
