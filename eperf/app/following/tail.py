"""The end of the log, read once for all groups of this process.

A batch is one statement, and two more find out where its units and people stand at that moment. An event goes to the
groups that hear of it, and to no other.
"""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Sequence
from datetime import UTC, datetime

import structlog

from eperf.app.following import counts
from eperf.app.following.execution import Moment, answering
from eperf.app.following.group import Group
from eperf.app.following.pages import AT_A_TIME
from eperf.services.event import Audiences, Entry, Rings, Told, latest, told

_BATCH = 500
_AGAIN_SECONDS = 0.5
_log = structlog.get_logger("eperf.subscriptions")


class Tail:
    """Follows the log while there is a group; `grown` rings when the log has grown."""

    def __init__(self, grown: Rings) -> None:
        self._grown = grown
        self._groups: Audiences[Group] = Audiences()
        self._late: list[Group] = []
        self._running: asyncio.Task[None] | None = None
        self._ready = asyncio.Event()
        self._moved = asyncio.Event()
        self.turns = asyncio.Semaphore(AT_A_TIME)
        """Whose turn it is to read a page."""
        self.at = 0
        """The cursor up to which the log has been handed to the groups."""

    def add(self, group: Group) -> None:
        """A group listens from now on."""
        self._groups.add(group, group.audience)
        self._late.append(group)
        counts.GROUPS.inc()
        if self._running is None:
            # Nobody's: the first who comes lends it neither its name in the log nor its span.
            self._running = asyncio.create_task(self._run(), context=contextvars.Context())

    def remove(self, group: Group) -> None:
        """A group listens no more; without any the log is not read."""
        self._groups.remove(group)
        counts.GROUPS.dec()
        if not len(self._groups) and self._running is not None:
            self._running.cancel()
            self._running = None
            self._ready.clear()

    async def ready(self) -> None:
        """Waits until the log is being followed."""
        await self._ready.wait()

    async def beyond(self, cursor: int) -> None:
        """Waits until the log has been handed on beyond a cursor."""
        while self.at <= cursor:
            await self._moved.wait()

    async def _run(self) -> None:
        # What was handed on before, while there were groups, may stand behind what is there now, never before.
        self.at = max(self.at, await answering())
        self._ready.set()
        while True:
            # The ring is asked for before the look: what is numbered meanwhile rings it.
            rung = self._grown.next()
            try:
                batch = await self._read()
            except Exception as error:
                counts.FAILURES.inc()
                _log.warning("subscriptions.log-away", error=repr(error)[:200])
                await asyncio.sleep(_AGAIN_SECONDS)
                continue
            if batch:
                await self._hand(batch)
            else:
                await rung()

    async def _read(self) -> list[Told]:
        entries = await latest(self.at, _BATCH)
        return await told(entries) if entries else []

    async def _hand(self, batch: Sequence[Told]) -> None:
        """To each group what it hears of; the loop is given back in between, since a group may be large."""
        upto = batch[-1].entry.cursor
        self._late.clear()
        heard: dict[Group, list[Entry]] = {}
        for one in batch:
            for group in self._groups.hearing(one):
                heard.setdefault(group, []).append(one.entry)
        moment = Moment(sum(map(len, heard.values())))
        for group, entries in heard.items():
            _give(group, entries, upto, moment)
            if group.plain:
                await asyncio.sleep(0)
        # All others begin now, in one turn of the loop, so that they fetch their rows together.
        await asyncio.sleep(0)
        # Groups that came meanwhile stand where this batch begins.
        for group in self._late:
            _give(group, [one.entry for one in batch if group.audience.hears(one)], upto, moment)
        self._late.clear()
        self.at = upto
        moved, self._moved = self._moved, asyncio.Event()
        moved.set()
        counts.LAG.set((datetime.now(UTC) - batch[-1].entry.occurred_at).total_seconds())


def _give(group: Group, entries: Sequence[Entry], upto: int, moment: Moment) -> None:
    try:
        group.take(entries, upto, moment)
    except Exception as error:
        # One group's trouble is not the others'.
        _log.error("subscriptions.group-failed", exc_info=error)
        group.fail()
