"""Connections of the driver's pool, handed from one task to the next without passing through the pool each time.

The pool makes a proxy, a future and a task for every loan, which costs more than a short statement itself. Here a
clean connection goes straight to whoever waits, or is kept until someone comes. One that is not clean (closed, in a
transaction, or with a cancelled statement behind it) takes the pool's own way, which makes it clean or a new one.
"""

from __future__ import annotations

import asyncio
from collections import deque
from time import monotonic
from typing import Any

import asyncpg

from eperf.store.away import GIVE_UP_SECONDS, TURN_SECONDS, is_lost

_IDLE_SECONDS = 300
"""A connection that nobody wanted for so long may have been cut off by a firewall; it is made anew."""

_CLEAN_SECONDS = 0.5


class Leases:
    """A pool's connections, all of them; the pool itself must not be asked beside it."""

    def __init__(self, pool: Any) -> None:
        self._pool, self._most = pool, pool.get_max_size()
        self._lent = 0
        """Connections taken from the pool, those that are kept here included."""
        self._kept: list[tuple[Any, float]] = []
        self._waiting: deque[asyncio.Future[Any]] = deque()
        self._cleaning: set[asyncio.Task[None]] = set()
        self._closing = False
        self.waits, self.wait_seconds = 0, 0.0
        """How often somebody had to wait for a turn, and how long all of them did."""

    @property
    def load(self) -> tuple[int, int, int]:
        """Connections in use and kept, and how many wait for one."""
        return self._lent - len(self._kept), len(self._kept), sum(not turn.done() for turn in self._waiting)

    async def acquire(self) -> Any:
        """A clean connection, the one used last; waits for its turn where all are in use.

        Raises `ConnectionError` when that takes too long.
        """
        while self._kept:
            connection, since = self._kept.pop()
            if not _is_closed(connection) and monotonic() - since < _IDLE_SECONDS:
                return connection
            self._lent -= 1
            await self._given_up(connection)
        try:
            async with asyncio.timeout(TURN_SECONDS):
                return await self._in_turn()
        except TimeoutError as late:
            raise ConnectionError(f"no connection within {TURN_SECONDS} s") from late

    async def _in_turn(self) -> Any:
        if self._lent < self._most:
            self._lent += 1
            return await self._opened()
        turn = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        begun = monotonic()
        try:
            connection = await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self._pass_on(turn.result())
            raise
        finally:
            self.waits += 1
            self.wait_seconds += monotonic() - begun
        return await self._opened() if connection is None else connection

    async def release(self, connection: Any) -> None:
        """Gives a connection back."""
        if not self._closing and _is_clean(connection):
            self._pass_on(connection)
            return
        cleaning = asyncio.create_task(self._cleaned(connection))
        self._cleaning.add(cleaning)
        cleaning.add_done_callback(self._cleaning.discard)
        # Over a dead network it takes long to learn that a statement has ended; its caller does not wait for that.
        await asyncio.wait({cleaning}, timeout=None if self._closing else _CLEAN_SECONDS)

    async def _cleaned(self, connection: Any) -> None:
        try:
            await self._pool.release(connection, timeout=GIVE_UP_SECONDS)
        except Exception as error:
            if not is_lost(error):
                raise
        finally:
            self._pass_on(None)

    async def fetchrow(self, sql: str, *values: Any) -> asyncpg.Record | None:
        """The first row of a statement on a connection of its own."""
        connection = await self.acquire()
        try:
            found = await connection.fetchrow(sql, *values)
        except BaseException:
            await self.release(connection)
            raise
        self._pass_on(connection)  # a statement that ended well leaves its connection clean
        return found

    async def close(self) -> None:
        """Closes all; waits for those that are in use."""
        self._closing = True
        while self._kept:
            await self.release(self._kept.pop()[0])
        if self._cleaning:
            await asyncio.wait(self._cleaning)
        await self._pool.close()

    def terminate(self) -> None:
        """Closes all at once."""
        self._pool.terminate()

    async def expire_connections(self) -> None:
        """Makes all that are not in use anew."""
        while self._kept:
            await self._pool.release(self._kept.pop()[0])
            self._lent -= 1
        await self._pool.expire_connections()

    def _pass_on(self, connection: Any) -> None:
        """To whoever has waited longest; None is leave to take one from the pool."""
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(connection)
                return
        if connection is None:
            self._lent -= 1
        else:
            self._kept.append((connection, monotonic()))

    async def _opened(self) -> Any:
        try:
            return await self._pool.acquire()
        except BaseException:
            self._pass_on(None)
            raise

    async def _given_up(self, connection: Any) -> None:
        if not _is_closed(connection):
            connection.terminate()
        await self._pool.release(connection)


def _is_closed(connection: Any) -> bool:
    try:
        closed: bool = connection.is_closed()
    except asyncpg.InterfaceError:  # the pool has taken it back, because it broke
        return True
    return closed


def _is_clean(connection: Any) -> bool:
    return not _is_closed(connection) and not connection.cut and not connection.is_in_transaction()
