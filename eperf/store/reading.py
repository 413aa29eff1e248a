"""A connection to SQLite that only reads: statements stand in line in its own thread, and a cancelled one ends soon.

The next statement begins when the one before has ended, without waiting for the loop to come round in between, and
answers that come close together are handed over together: waking the loop costs more than a short statement. The thread
alone knows which statement runs, so nothing has to be held to end one without hitting another: SQLite itself asks every
so often whether to go on.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections import deque
from collections.abc import Mapping, Sequence
from time import perf_counter
from typing import Any

import aiosqlite
from tortoise.exceptions import OperationalError

_STEPS = 100_000
"""Of SQLite's machine between two questions, a millisecond or so: nearly every statement ends without one."""
_HELD_SECONDS = 0.0005
_HELD = 16
"""How long an answer waits for the next one at most, and how many wait."""


class _Statement:
    """A statement in line, and what came of it."""

    __slots__ = ("answer", "failure", "given_up", "rows", "sql", "values")

    def __init__(self, sql: str, values: Sequence[Any], answer: asyncio.Future[list[sqlite3.Row]]) -> None:
        self.sql, self.values, self.answer = sql, values, answer
        self.given_up = False
        self.rows: list[sqlite3.Row] = []
        self.failure: BaseException | None = None


class Reader:
    """An open connection. Its thread sets `running` and reads it."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self.raw: sqlite3.Connection = connection._conn
        self.running: _Statement | None = None
        self._line: deque[_Statement] = deque()
        self._called = False
        """Whether the thread has been told that somebody stands in line."""

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

    def __len__(self) -> int:
        """How many statements stand in line, the running one included."""
        return len(self._line) + (self.running is not None)

    async def function(self, name: str, arguments: int, function: Any) -> None:
        """Makes a deterministic function of ours known to SQL."""
        await self._connection.create_function(name, arguments, function, deterministic=True)

    async def rows(self, sql: str, values: Sequence[Any]) -> list[sqlite3.Row]:
        """The rows of a statement that only reads; raises `OperationalError` for what the database refuses."""
        loop = asyncio.get_running_loop()
        statement = _Statement(sql, values, loop.create_future())
        self._line.append(statement)
        if not self._called:
            self._called = True
            self._connection._tx.put_nowait((None, lambda: self._serve(loop)))
        try:
            return await statement.answer
        except sqlite3.OperationalError as error:
            raise OperationalError(error) from error
        except asyncio.CancelledError:
            statement.given_up = True
            raise

    async def close(self) -> None:
        """Closes it when what stands in line has run."""
        await self._connection.close()

    def _serve(self, loop: asyncio.AbstractEventLoop) -> None:
        """Runs in the thread, until nobody stands in line."""
        while True:
            done: list[_Statement] = []
            begun = perf_counter()
            while self._line and len(done) < _HELD and (not done or perf_counter() - begun < _HELD_SECONDS):
                done.append(self._run(self._line.popleft()))
            if done:
                loop.call_soon_threadsafe(_answer, done)
            elif self._called:
                # Whoever comes from now on calls again; who has just come and has not is seen by one more look.
                self._called = False
            else:
                return

    def _run(self, statement: _Statement) -> _Statement:
        if not statement.given_up:
            self.running = statement
            try:
                statement.rows = self.raw.execute(statement.sql, statement.values).fetchall()
            except BaseException as failure:
                statement.failure = failure
            self.running = None
        return statement

    def _is_given_up(self) -> bool:
        return self.running is not None and self.running.given_up


def _answer(done: Sequence[_Statement]) -> None:
    """Runs in the loop."""
    for statement in done:
        if statement.answer.done():
            continue
        if statement.failure is None:
            statement.answer.set_result(statement.rows)
        else:
            statement.answer.set_exception(statement.failure)
