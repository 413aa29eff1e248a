"""Ending a statement of SQLite whose caller has been cancelled.

The statement runs in a thread and knows nothing of tasks: without this a request that has timed out leaves its
statement running, and whoever comes next waits for it. An interrupt hits whatever the connection runs, so it is only
given while the connection is held, and the connection is only given back when its thread has come to rest: the next
statement cannot be hit by it.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable
from typing import Any

import aiosqlite
from tortoise.backends.base.client import ConnectionWrapper
from tortoise.exceptions import OperationalError

_AGAIN_SECONDS = 0.005


async def rested(connection: aiosqlite.Connection) -> None:
    """Interrupts what the connection runs, and returns when it runs nothing; only its holder may call this.

    Calls are done in order, so one more of them, that asks nothing of the database, is done when all before it are.
    It may have to interrupt more than once: a statement that has not begun does not notice.
    """
    rest = asyncio.ensure_future(_turn(connection))
    with contextlib.suppress(ValueError):  # it is closed, and so at rest
        while not rest.done():
            await connection.interrupt()
            await _waited(rest, _AGAIN_SECONDS)


async def _turn(connection: aiosqlite.Connection) -> None:
    with contextlib.suppress(ValueError):
        await connection.cursor()


async def _waited(task: asyncio.Future[Any], seconds: float | None = None) -> None:
    # Whoever waits is cancelled already; once more changes nothing, and leaving now would hit the next statement.
    with contextlib.suppress(asyncio.CancelledError):
        await asyncio.wait({task}, timeout=seconds)


async def _surely(work: Awaitable[Any]) -> None:
    task = asyncio.ensure_future(work)
    while not task.done():
        await _waited(task)


class Writing(ConnectionWrapper[aiosqlite.Connection]):
    """The writer outside a transaction, for one statement; a cancelled one leaves nothing behind."""

    async def __aexit__(self, exc_type: Any, exc_val: Any, exc_tb: Any) -> None:
        """Gives the writer back at rest."""
        try:
            if exc_type is asyncio.CancelledError:
                await rested(self.connection)
                # The ORM begins a transaction of its own for many rows, and forgets it when it is cancelled.
                await _surely(self.connection.rollback())
        finally:
            await super().__aexit__(exc_type, exc_val, exc_tb)


class Broken:
    """Whether a transaction has lost a statement; a transaction and those nested in it share one."""

    def __init__(self) -> None:
        self.yes = False

    def check(self) -> None:
        """Refuses to go on: SQLite rolls the whole transaction back when it interrupts a write."""
        if self.yes:
            raise OperationalError("a statement of this transaction was cancelled")


class WritingInside(ConnectionWrapper[aiosqlite.Connection]):
    """The writer inside a transaction, for one statement; after a cancelled one the transaction can only end."""

    __slots__ = ("_broken",)

    def __init__(self, lock: asyncio.Lock, client: Any, broken: Broken) -> None:
        super().__init__(lock, client)
        self._broken = broken

    async def __aenter__(self) -> aiosqlite.Connection:
        """Waits for the transaction's other statements."""
        connection = await super().__aenter__()
        if self._broken.yes:
            self._lock.release()
            self._broken.check()
        return connection

    async def __aexit__(self, exc_type: Any, exc_val: Any, exc_tb: Any) -> None:
        """Gives the writer back at rest."""
        try:
            if exc_type is asyncio.CancelledError:
                self._broken.yes = True
                await rested(self.connection)
        finally:
            await super().__aexit__(exc_type, exc_val, exc_tb)
