"""The lead of an installation: a lock that one process has, and that passes on when it dies or stands still.

On PostgreSQL the lock is a session's. Whoever leads says every few seconds that it does, and the server ends a session
that says nothing; so a process that is paused loses the lead within a quarter of a minute, and one that is cut off from
the database gives it up by itself. What a former leader still wants to write is kept out by `eperf.store.fence`.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, cast

import asyncpg
from filelock import FileLock, Timeout

from eperf.store import database, fence
from eperf.store.away import CONNECT_SECONDS, SESSION, keep_alive
from eperf.store.fence import NotLeader

_LOCK = 0x65706C64  # the advisory lock's number, "epld"
_SAY_SECONDS = 4
_SILENT = "15s"
_NAMES = ("host", "port", "user", "password", "database")


@asynccontextmanager
async def lead(credentials: dict[str, Any]) -> AsyncIterator[None]:
    """Within, this process leads; raises `NotLeader` when another does, and cancels its task when the lead is lost."""
    taken = _file(credentials) if database.dialect() == "sqlite" else _session(credentials)
    async with taken:
        yield


@asynccontextmanager
async def _file(credentials: dict[str, Any]) -> AsyncIterator[None]:
    lock = FileLock(credentials["file_path"] + ".leader.lock", thread_local=False)
    try:
        lock.acquire(timeout=0)
    except Timeout as taken:
        raise NotLeader from taken
    try:
        yield
    finally:
        lock.release()


@asynccontextmanager
async def _session(credentials: dict[str, Any]) -> AsyncIterator[None]:
    holder = await asyncpg.connect(
        **{name: credentials[name] for name in _NAMES},
        timeout=CONNECT_SECONDS,
        server_settings={**SESSION, "idle_session_timeout": _SILENT, "application_name": "eperf leader"},
    )
    try:
        await keep_alive(holder)
        if not await holder.fetchval("SELECT pg_try_advisory_lock($1)", _LOCK):
            raise NotLeader
        async with _while_held(holder):
            term = await fence.begin(holder)
            with fence.within(term):
                yield
    finally:
        with contextlib.suppress(Exception):
            await holder.close(timeout=2)


@asynccontextmanager
async def _while_held(holder: asyncpg.Connection) -> AsyncIterator[None]:
    """Cancels its task when the connection that holds the lock is lost: another process may lead by then."""
    leading = cast(asyncio.Task[None], asyncio.current_task())

    def gone(_: object) -> None:
        leading.cancel()

    holder.add_termination_listener(gone)
    saying = asyncio.create_task(_say(holder))
    try:
        yield
    finally:
        saying.cancel()
        with contextlib.suppress(Exception):
            holder.remove_termination_listener(gone)


async def _say(holder: asyncpg.Connection) -> None:
    """Says that we lead; when nobody hears it we do not."""
    while True:
        await asyncio.sleep(_SAY_SECONDS)
        try:
            await holder.execute("SELECT 1", timeout=_SAY_SECONDS)
        except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
            holder.terminate()
            return
