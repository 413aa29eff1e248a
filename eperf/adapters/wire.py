"""Bells that ring in every process on one PostgreSQL, by LISTEN and NOTIFY on a connection of their own.

What is told carries nothing but the bells' names, and what is rung within a moment is told in one notice, outside
the callers' transactions: a wake-up makes work sooner, and nothing is lost with one. While the connection is away,
everybody looks again by themselves, as always.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping
from functools import partial
from typing import Any

import asyncpg
import structlog

from eperf.adapters.broker import Bell

_CHANNEL = "eperf_bells"
_BETWEEN = ","
_GATHER_SECONDS = 0.01
"""NOTIFY makes commits queue up behind each other: no more than a hundred a second of them."""
_TRY_AGAIN_SECONDS = 1.0
_SILENT_SECONDS = 10
_ANSWER_SECONDS = 5
_NAMES = ("host", "port", "user", "password", "database")
_log = structlog.get_logger("eperf.wire")


class Wire:
    """Rings the named bells when another process has rung them, and tells others of those rung here."""

    def __init__(self, credentials: Mapping[str, Any], bells: Mapping[str, Bell]) -> None:
        self._credentials = {name: credentials[name] for name in _NAMES}
        self._bells = bells
        self._rung: set[str] = set()
        self._some = asyncio.Event()
        for name, bell in bells.items():
            bell.told = partial(self._tell, name)

    async def run(self) -> None:
        """Holds the wire until cancelled; a lost connection is made anew."""
        while True:
            try:
                await self._hold()
            except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as lost:
                _log.warning("wire.lost", error=str(lost))
            await asyncio.sleep(_TRY_AGAIN_SECONDS)

    async def _hold(self) -> None:
        connection = await asyncpg.connect(**self._credentials, timeout=5)
        gone = asyncio.Event()
        try:
            connection.add_termination_listener(lambda _: self._lost(gone))
            await connection.add_listener(_CHANNEL, self._heard)
            for bell in self._bells.values():
                bell.hear()  # whatever was rung while nobody listened
            while not gone.is_set():
                await self._told(connection)
        finally:
            with contextlib.suppress(Exception):
                await connection.close(timeout=2)

    async def _told(self, connection: asyncpg.Connection) -> None:
        """Tells what has been rung, in one notice; when nothing has been for a while, asks whether anybody is there."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_SILENT_SECONDS):
                await self._some.wait()
                await asyncio.sleep(_GATHER_SECONDS)
        rung, self._rung = _BETWEEN.join(sorted(self._rung)), set()
        self._some.clear()
        if rung:
            await connection.execute("SELECT pg_notify($1, $2)", _CHANNEL, rung, timeout=_ANSWER_SECONDS)
        else:
            await connection.execute("SELECT 1", timeout=_ANSWER_SECONDS)

    def _tell(self, name: str) -> None:
        self._rung.add(name)
        self._some.set()

    def _lost(self, gone: asyncio.Event) -> None:
        gone.set()
        self._some.set()

    def _heard(self, connection: Any, pid: int, channel: str, names: str) -> None:
        if pid == connection.get_server_pid():
            return
        for name in names.split(_BETWEEN):
            if name in self._bells:
                self._bells[name].hear()
