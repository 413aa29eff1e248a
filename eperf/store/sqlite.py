"""SQLite as a server's database: one writer that never upgrades its lock, and readers that never wait for it.

The ORM's own client has one connection behind one lock, begins deferred, and keeps its lock for ever when a task is
cancelled while it begins. So this engine opens read-only connections for reads outside transactions, begins
IMMEDIATE, gives the lock back however the beginning ends, and interrupts the statement of a cancelled task.
"""

from __future__ import annotations

import asyncio
import base64
import re
import sqlite3
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, cast

import aiosqlite
from tortoise.backends.base.client import (
    ConnectionWrapper,
    NestedTransactionContext,
    TransactionalDBClient,
    TransactionContext,
)
from tortoise.backends.sqlite.client import (
    SqliteClient,
    SqliteTransactionContext,
    SqliteTransactionWrapper,
)
from tortoise.connection import get_connections
from tortoise.exceptions import OperationalError

from eperf.store import sound
from eperf.store.glance import Glance
from eperf.store.interrupt import Broken, Writing, WritingInside
from eperf.store.load import Load
from eperf.store.reading import Reader


def _base64(text: str | int) -> str:
    """Base64url without padding, for the global ids and cursors of compiled reads."""
    return base64.urlsafe_b64encode(str(text).encode()).decode().rstrip("=")


def stored_instant(value: datetime) -> str:
    """An instant as SQLite keeps it: in UTC, so that the order of texts is the order of time."""
    return (value.astimezone(UTC) if value.tzinfo else value).isoformat(" ")


# The ORM's own adapter keeps whatever zone a value came in.
sqlite3.register_adapter(datetime, stored_instant)


class Unfit(Exception):
    """A statement that is larger or deeper than the database takes, whatever its values."""


_UNFIT = re.compile(
    "parser stack overflow|too many arguments|too large|too many|at most 64 tables|tree is too"
)
_READS = ("SELECT", "WITH", "EXPLAIN")
_READERS = 2
"""One long read does not keep all others waiting. More gain nothing: all connections share one allocator."""
_READER_SETTINGS = ("cache_size", "busy_timeout")
"""The settings that a reader needs too."""


class WriterTransaction(SqliteTransactionWrapper):
    """A transaction that takes the write lock at once, so that it waits at its start or not at all."""

    def __init__(self, connection: SqliteClient, broken: Broken | None = None) -> None:
        super().__init__(connection)
        self._broken = broken or Broken()

    def acquire_connection(self) -> ConnectionWrapper[aiosqlite.Connection]:
        """The writer for one statement."""
        return WritingInside(self._lock, self, self._broken)

    def _in_transaction(self) -> TransactionContext:
        return NestedTransactionContext(WriterTransaction(self, self._broken))

    async def begin(self) -> None:
        """Begins IMMEDIATE; a busy database is waited for as long as the connection's time-out."""
        try:
            await self._connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as busy:
            raise OperationalError(busy) from busy

    async def commit(self) -> None:
        """Commits, unless a statement was lost."""
        if self._broken.yes:
            await self.rollback()
        self._broken.check()
        await super().commit()

    async def savepoint_rollback(self) -> None:
        """Back to the savepoint, where the interrupt of a statement has left one."""
        if self._connection.in_transaction:
            await super().savepoint_rollback()


class WriterContext(SqliteTransactionContext):
    """Holds the writer for the time of a transaction, and gives it back however that ends."""

    async def __aenter__(self) -> TransactionalDBClient:
        await self._trxlock.acquire()
        try:
            await self.ensure_connection()
            await self.connection.begin()
        except BaseException:
            await asyncio.shield(self._abandon())
            raise
        self.token = get_connections().set(self.connection_name, self.connection)
        return cast(TransactionalDBClient, self.connection)

    async def _abandon(self) -> None:
        try:
            if self.connection._connection is not None:
                await self.connection._connection.rollback()
        finally:
            self._trxlock.release()


class WalClient(SqliteClient):
    """The engine's client; named by `eperf.store.database` as the `engine` of the default connection."""

    def __init__(self, file_path: str, **pragmas: Any) -> None:
        super().__init__(file_path, **pragmas)
        self._readers: list[Reader] = []
        self._glance: Glance | None = None
        self._opening = asyncio.Lock()

    async def create_connection(self, with_db: bool) -> None:
        """Opens the writer, which may create the file, then the readers."""
        async with self._opening:
            await super().create_connection(with_db)
            if self._connection is not None:  # a new row is read where it is written
                await self._connection.create_function("eperf_base64", 1, _base64, deterministic=True)
            sound.note_opened(Path(self.filename))
            if not self._readers:
                own = {name: value for name, value in self.pragmas.items() if name in _READER_SETTINGS}
                readers = [await Reader.opened(self.filename, own) for _ in range(_READERS)]
                for reader in readers:
                    await reader.function("eperf_base64", 1, _base64)
                self._readers, self._glance = readers, Glance(self.filename, own)
                self._glance.function("eperf_base64", 1, _base64)

    async def close(self) -> None:
        """Closes all connections."""
        if self._glance is not None:
            self._glance.close()
            self._glance = None
        readers, self._readers = self._readers, []
        for reader in readers:
            await reader.close()
        await super().close()
        sound.note_closed(Path(self.filename))

    def acquire_connection(self) -> ConnectionWrapper[aiosqlite.Connection]:
        """The writer for one statement outside transactions."""
        return Writing(self._lock, self)

    def _in_transaction(self) -> TransactionContext:
        return WriterContext(WriterTransaction(self), self._lock)

    async def execute_query(
        self, query: str, values: list[Any] | None = None
    ) -> tuple[int, Sequence[dict[str, Any]]]:
        """Reads by the reader whose line is shortest, everything else by the writer."""
        if not query.lstrip().upper().startswith(_READS):
            return cast(tuple[int, Sequence[dict[str, Any]]], await super().execute_query(query, values))
        rows = await self._read(query, values)
        return len(rows), rows

    async def execute_query_dict(self, query: str, values: list[Any] | None = None) -> list[dict[str, Any]]:
        """As `execute_query`, rows as dicts."""
        if not query.lstrip().upper().startswith(_READS):
            return cast(list[dict[str, Any]], await super().execute_query_dict(query, values))
        return [dict(row) for row in await self._read(query, values)]

    def load(self) -> Load:
        """The writer and the readers, at this moment; each statement in a reader's line has waited or waits."""
        lines = [len(reader) for reader in self._readers]
        busy = sum(line > 0 for line in lines) + self._lock.locked()
        waiting = sum(max(0, line - 1) for line in lines) + len(self._lock._waiters or ())
        return Load(busy, len(lines) + 1 - busy, waiting, 0, 0.0)

    async def text(self, query: str, values: Sequence[Any]) -> str | None:
        """The single value of a statement that only reads."""
        try:
            rows = await self._read(query, values)
        except OperationalError as error:
            if _UNFIT.search(str(error)):
                raise Unfit(str(error)) from error
            raise
        return rows[0][0] if rows else None

    async def csv(
        self, table: str, columns: Sequence[str], employees: Sequence[int], first: date, last: date
    ) -> bytes:
        """Rows of employees between two days, as one text; see `eperf.store.database.csv`."""
        line = " || ',' || ".join(f"ifnull({name}, '')" for name in columns)
        text = (
            f"SELECT group_concat({line}, char(10)) FROM {table}"  # noqa: S608 - our own names
            " WHERE employee_id IN (SELECT value FROM json_each(?1)) AND date >= ?2 AND date <= ?3"
        )
        values = (f"[{','.join(str(int(one)) for one in employees)}]", first.isoformat(), last.isoformat())
        if not self._readers:
            await self.create_connection(with_db=True)
        rows = await min(self._readers, key=len).rows(text, values)
        return (rows[0][0] or "").encode()

    async def _read(self, query: str, values: Sequence[Any] | None) -> list[Any]:
        if not self._readers:
            await self.create_connection(with_db=True)
        found = self._glance.rows(query, values or ()) if self._glance is not None else None
        if found is not None:
            return found
        return await min(self._readers, key=len).rows(query, values or ())


client_class = WalClient
