"""PostgreSQL as the ORM's client serves it, but for two things: a transaction whose beginning is cancelled, and a
database that is away, which is an expected failure of ours (`eperf.store.away`).

The ORM takes a connection from the pool and begins; a task that is cancelled meanwhile never gives the connection
back, and ten such requests leave the pool empty for ever. The driver itself ends the statement of a cancelled task.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence
from datetime import date
from typing import Any, cast

import asyncpg
from asyncpg import connect_utils
from tortoise.backends.asyncpg.client import AsyncpgDBClient, TransactionWrapper
from tortoise.backends.base.client import TransactionalDBClient, TransactionContext, TransactionContextPooled
from tortoise.backends.base_postgres.client import translate_exceptions
from tortoise.connection import get_connections

from eperf.domain.errors import Unavailable
from eperf.store import away, fence
from eperf.store.leases import Leases
from eperf.store.load import Load
from eperf.store.together import Together

_AGAIN_SECONDS = 0.1
_ASKING_SECONDS = 5
_FEW = 100
_ROOM = "SET LOCAL work_mem = '64MB'"
"""For the map of the rows of many people: with less the server remembers pages only, and reads each of them whole."""


class Connection(asyncpg.Connection):  # type: ignore[misc]
    """A connection that knows whether one of its statements has been cancelled since it was last reset."""

    cut = False

    def _cancel_current_command(self, *waiters: Any) -> None:
        self.cut = True
        super()._cancel_current_command(*waiters)

    async def _cancel(self, waiter: Any, cancel_waiter: Any = None) -> None:
        """Asks the server to end a statement until it has ended.

        A request that comes before the statement begins is lost, and the driver asks once. `waiter` is done when no
        request is under way any more; the driver sends nothing before, so that no later statement is hit.
        """
        if cancel_waiter is None:
            await super()._cancel(waiter)
            return
        again = self._loop.create_task(self._ask_again(cancel_waiter))
        # The driver would wait as long as for a statement, and whoever gives the connection back with it.
        given_up = self._loop.call_later(away.GIVE_UP_SECONDS, self.terminate)
        try:
            await super()._cancel(self._loop.create_future(), cancel_waiter)
        finally:
            given_up.cancel()
            if not cancel_waiter.done():
                again.cancel()
            await asyncio.wait({again})
            if not waiter.done():
                waiter.set_result(None)

    async def _ask_again(self, ended: asyncio.Future[None]) -> None:
        while not ended.done():
            await asyncio.wait({ended}, timeout=_AGAIN_SECONDS)
            if not ended.done():
                with contextlib.suppress(OSError, TimeoutError):
                    async with asyncio.timeout(_ASKING_SECONDS):
                        await connect_utils._cancel(
                            loop=self._loop, addr=self._addr, params=self._params,
                            backend_pid=self._protocol.backend_pid, backend_secret=self._protocol.backend_secret,
                        )  # fmt: skip

    async def _do_execute(self, *given: Any, **named: Any) -> Any:
        try:
            return await super()._do_execute(*given, **named)
        except asyncio.CancelledError:
            # Between preparing and executing there is nothing for the driver to cancel, but the server waits for the
            # rest, in a transaction that holds its locks.
            self.cut = True
            raise
        except asyncpg.InternalClientError:
            self.terminate()  # see `away`: whoever comes next must not get it
            raise


async def given_back(connection: Connection) -> None:
    """What the pool does to a connection that is given back: nothing that asks the server, unless one was cancelled.

    The driver's own way is a round trip after every statement, against settings, locks and cursors that a session
    keeps. Ours end with their transaction, and an open transaction is rolled back by the pool all the same. But a
    cancellation travels by a way of its own and may arrive late: the reset takes it, and not the next statement.
    """
    if connection.cut:
        await connection.execute(connection.get_reset_query())
        connection.cut = False


class PooledContext(TransactionContextPooled):
    """Holds a connection for the time of a transaction, and gives it back however that ends."""

    async def __aenter__(self) -> TransactionalDBClient:
        with away.told():
            await self.ensure_connection()
            pool = self.client._parent._pool
            self.client._connection = await pool.acquire()
        try:
            await self.client.begin()
            await self._led()
        except BaseException:
            await pool.release(self.client._connection)
            raise
        self.token = get_connections().set(self.connection_name, self.client)
        return self.client

    async def _led(self) -> None:
        try:
            with away.told():
                await fence.require(self.client._connection)
        except BaseException:
            with contextlib.suppress(Unavailable):
                await self.client.rollback()
            raise

    async def __aexit__(self, exc_type: Any, exc_val: Any, exc_tb: Any) -> None:
        try:
            await super().__aexit__(exc_type, exc_val, exc_tb)
        except Unavailable:
            # What cannot be rolled back has been already, and what went wrong first is the reason.
            if exc_type is None:
                raise


class Wrapper(TransactionWrapper):
    """A transaction's statements, beginning and end."""

    async def _translate_exceptions(self, func: Any, *args: Any, **kwargs: Any) -> Any:
        with away.told():
            return await super()._translate_exceptions(func, *args, **kwargs)

    async def commit(self) -> None:
        """Commits; a connection that is lost meanwhile leaves unknown whether it did."""
        with away.told():
            await super().commit()

    async def rollback(self) -> None:
        """Rolls back."""
        with away.told():
            await super().rollback()


class PostgresClient(AsyncpgDBClient):
    """The engine's client; named by `eperf.store.database` as the `engine` of the default connection."""

    connection_class = Connection

    _together: Together | None = None

    async def create_pool(self, **given: Any) -> Leases:
        """The pool, as the ORM and the lean statements use it."""
        self._together = None
        return Leases(await super().create_pool(**given, init=away.keep_alive))

    async def _translate_exceptions(self, func: Any, *args: Any, **kwargs: Any) -> Any:
        with away.told():
            return await super()._translate_exceptions(func, *args, **kwargs)

    async def leases(self) -> Leases:
        """The open pool."""
        if self._pool is None:
            async with self._pool_init_lock:
                if self._pool is None:
                    await self.create_connection(with_db=True)
        return cast(Leases, self._pool)

    def load(self) -> Load:
        """The pool, at this moment."""
        pool = self._pool
        if not isinstance(pool, Leases):
            return Load(0, 0, 0, 0, 0.0)
        return Load(*pool.load, pool.waits, pool.wait_seconds)

    @translate_exceptions
    async def row(
        self, sql: str, values: Sequence[Any], *, writes: bool = False, keyed: bool = False
    ) -> asyncpg.Record | None:
        """The row of a statement that is its own transaction and always gives one; one that `writes` goes alone unless
        it is `keyed`, so that sending it again changes nothing.
        """
        if writes and not keyed:
            return await (await self.leases()).fetchrow(sql, *values)
        return await (self._together or await self._company()).row(sql, values, writes=writes)

    async def text(self, sql: str, values: Sequence[Any]) -> str | None:
        """The single value of a statement that only reads; raises what the driver does, but for `Unavailable`."""
        with away.told():
            row = await (self._together or await self._company()).row(sql, values)
        return None if row is None else row[0]

    async def _company(self) -> Together:
        self._together = Together(await self.leases())
        return self._together

    @translate_exceptions
    async def csv(
        self, table: str, columns: Sequence[str], employees: Sequence[int], first: date, last: date
    ) -> bytes:
        """Rows of employees between two days, by COPY; `date` in days from `first`. See `eperf.store.database.csv`."""
        # COPY takes no parameters; these are integers and days.
        people = ",".join(str(int(one)) for one in employees)
        day = f"date - DATE '{first.isoformat()}'"  # a number is written, sent and read in half the time of a day
        wanted = ", ".join(day if name == "date" else name for name in columns)
        text = (
            f"SELECT {wanted} FROM {table}"  # noqa: S608 - our own names
            f" WHERE employee_id = ANY('{{{people}}}'::bigint[])"
            f" AND date >= '{first.isoformat()}' AND date <= '{last.isoformat()}'"
        )
        leases = await self.leases()
        pieces: list[bytes] = []

        async def keep(piece: bytes) -> None:
            pieces.append(piece)

        connection = await leases.acquire()
        try:
            if len(employees) > _FEW:
                async with connection.transaction(readonly=True):
                    await connection.execute(_ROOM)
                    await connection.copy_from_query(text, output=keep, format="csv")
            else:
                await connection.copy_from_query(text, output=keep, format="csv")
        finally:
            await leases.release(connection)
        return b"".join(pieces)

    def _in_transaction(self) -> TransactionContext:
        return PooledContext(Wrapper(self), self._pool_init_lock)


client_class = PostgresClient
