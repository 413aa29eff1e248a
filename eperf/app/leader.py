"""What exactly one process does for an installation: number committed events, keep days and scores true, turn the day.

Leadership is a lock of the database (PostgreSQL) or beside it (SQLite), so it passes on when a process dies. Work to do
is rows, so nothing is lost with the leader; a wake-up only makes it sooner.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, cast

import asyncpg
import structlog
from filelock import FileLock, Timeout

from eperf.adapters.broker import Bell
from eperf.adapters.outgoing import Outgoing
from eperf.domain.attendance.pull import Outside
from eperf.services.attendance.check_in import reduce
from eperf.services.attendance.days import close_day, reclassify
from eperf.services.attendance.pull import pull_due
from eperf.services.call import Call
from eperf.services.deadline import enforce
from eperf.services.people import roll_placements
from eperf.services.scoring import mark_provisional, score_dirty
from eperf.store import database, log

_LOCK = 0x65706C64  # the advisory lock's number, "epld"
_TRY_AGAIN = 1.0
_CATCH_UP_DAYS = 7
_LOOK_FOR_DUE = 30.0
logger = structlog.get_logger("eperf.leader")


@dataclass
class Leader:
    """The leader's duties.

    `call` makes a call of the system's own, `work` rings on commits, `grown` when the log grew.
    """

    credentials: dict[str, Any]
    call: Callable[[], Call]
    work: Bell
    grown: Bell
    outside: Outside = field(default_factory=Outgoing)
    pull_every: timedelta = timedelta()
    """How often machines that are asked are asked; zero: not by the leader."""
    coordinate_days: int = 90
    closed: date | None = None

    async def run(self) -> None:
        """Leads whenever the lock can be had, until cancelled. A failing duty is logged and tried again."""
        while True:
            try:
                async with _lock(self.credentials):
                    await self._lead()
            except _NotLeader:
                await asyncio.sleep(_TRY_AGAIN)
            except Exception:
                logger.exception("leader.failed")
                await asyncio.sleep(_TRY_AGAIN)

    async def _lead(self) -> None:
        await mark_provisional(self.call())
        async with asyncio.TaskGroup() as duties:
            duties.create_task(self._repeat(self._number))
            duties.create_task(self._repeat(self._score))
            duties.create_task(self._repeat(self._classify))
            duties.create_task(self._repeat(self._turn_day))
            duties.create_task(self._watch_deadlines())
            if self.pull_every:
                duties.create_task(self._ask_around())

    async def _repeat(self, duty: Callable[[], Awaitable[int]]) -> None:
        while True:
            # The bell is asked for before the look: what commits meanwhile rings it.
            rung = self.work.next()
            try:
                done = await duty()
            except (asyncio.CancelledError, _NotLeader):
                raise
            except Exception:
                # One duty's trouble must not keep the others from theirs.
                logger.exception("leader.duty-failed", duty=duty.__name__)
                await asyncio.sleep(_TRY_AGAIN)
                continue
            if not done:
                await rung()

    async def _ask_around(self) -> None:
        """Asks whatever device is due, and looks again in a while: machines ring no bell here."""
        while True:
            try:
                await pull_due(self.call(), self.outside, self.pull_every)
            except Exception:
                logger.exception("leader.duty-failed", duty="pull")
            await asyncio.sleep(min(_LOOK_FOR_DUE, self.pull_every.total_seconds()))

    async def _watch_deadlines(self) -> None:
        """Does what follows from a superior's silence, and looks again in a while: time rings no bell."""
        while True:
            try:
                await enforce(self.call())
            except Exception:
                logger.exception("leader.duty-failed", duty="deadlines")
            await asyncio.sleep(_LOOK_FOR_DUE)

    async def _number(self) -> int:
        numbered = await log.number() if await log.waiting() else 0
        if numbered:
            self.grown.ring()
        return numbered

    async def _score(self) -> int:
        taken = await score_dirty(self.call())
        if taken:
            self.work.ring()
        return taken

    async def _classify(self) -> int:
        taken = await reclassify(self.call())
        if taken:
            self.work.ring()
        return taken

    async def _turn_day(self) -> int:
        call = self.call()
        if self.closed == call.today:
            return 0
        await roll_placements(call)
        first = self.closed or call.today - timedelta(days=_CATCH_UP_DAYS)
        for offset in range((call.today - first).days):
            await close_day(call, first + timedelta(days=offset))
        await reduce(call, call.today - timedelta(days=self.coordinate_days))
        self.closed = call.today
        return 0


class _NotLeader(Exception):
    """Somebody else leads."""


@asynccontextmanager
async def _lock(credentials: dict[str, Any]) -> AsyncIterator[None]:
    if database.dialect() == "sqlite":
        lock = FileLock(credentials["file_path"] + ".leader.lock", thread_local=False)
        try:
            lock.acquire(timeout=0)
        except Timeout as taken:
            raise _NotLeader from taken
        try:
            yield
        finally:
            lock.release()
        return
    names = ("host", "port", "user", "password", "database")
    holder = await asyncpg.connect(**{name: credentials[name] for name in names}, timeout=5)
    try:
        if not await holder.fetchval("SELECT pg_try_advisory_lock($1)", _LOCK):
            raise _NotLeader
        async with _while_held(holder):
            yield
    finally:
        with contextlib.suppress(Exception):
            await holder.close(timeout=2)


@asynccontextmanager
async def _while_held(holder: asyncpg.Connection) -> AsyncIterator[None]:
    """Ends the leadership when the connection that holds the lock is lost: another process may lead by then."""
    leading = cast(asyncio.Task[None], asyncio.current_task())
    lost = False

    def gone(_: object) -> None:
        nonlocal lost
        lost = True
        leading.cancel()

    holder.add_termination_listener(gone)
    try:
        yield
    except asyncio.CancelledError:
        if lost and not leading.uncancel():
            raise _NotLeader from None
        raise
    finally:
        with contextlib.suppress(Exception):
            holder.remove_termination_listener(gone)
