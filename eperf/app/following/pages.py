"""Pages of the log for members who are behind: those who stand at one place share a page for a moment.

After a restart thousands come back with the same cursor. A page is kept for a quarter of a second, so rights are never
older than that in it. What nobody waits for any more is not read to its end, and few pages are read at once: a replay
takes neither the database nor its connections from those who work.
"""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Coroutine, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import structlog

from eperf.app.following import counts
from eperf.app.following.execution import Execution, answering
from eperf.app.graphql.outlet import Parcel
from eperf.domain.errors import Refused, Unavailable
from eperf.services.event import STRIDE, Entry, read

if TYPE_CHECKING:
    from eperf.app.following.group import Group

_PLAIN, _EXECUTED = 1_000, 50
"""Events of a page: of those that need no executor, and of others."""
_PIECE_BYTES = 48 * 1024
"""Written at once; a transport holds 64 KiB before it says that it is full."""
_KEPT_SECONDS = 0.25
_MOST_KEPT = 8
_AGAIN_SECONDS = 0.5
_TRIES = 8
"""Failures of one page, each while the database answers; what does not answer is waited for."""
AT_A_TIME = 3
"""Pages that one process reads at a time."""
_log = structlog.get_logger("eperf.subscriptions")


@dataclass(frozen=True, slots=True)
class Piece:
    """Answers that are sent at once, and the cursor at which the reader stands then."""

    parcel: Parcel
    upto: int


class Page:
    """A page that is being read for as long as somebody waits for it, or that was read."""

    def __init__(self, reading: Coroutine[Any, Any, list[Piece]]) -> None:
        # It belongs to nobody: the first who asks lends it neither its name in the log nor its span.
        self._task = asyncio.create_task(reading, context=contextvars.Context())
        self._waiting = 0
        self.given_up = False

    async def pieces(self) -> list[Piece]:
        """Waits for it."""
        self._waiting += 1
        try:
            return await asyncio.shield(self._task)
        finally:
            self._waiting -= 1
            if not self._waiting and not self._task.done():
                self.given_up = True
                self._task.cancel()


class Pages:
    """The pages of one group; `turns` are those of all groups."""

    def __init__(self, group: Group, execution: Execution, turns: asyncio.Semaphore) -> None:
        self._group, self._execution, self._turns = group, execution, turns
        self._kept: dict[int, Page] = {}

    async def after(self, at: int) -> list[Piece]:
        """What comes after a cursor, to where the group stands at most; raises `CursorTooOld` or `Unavailable`."""
        page = self._kept.get(at)
        if page is None or page.given_up:
            page = Page(self._read(at))
            if len(self._kept) < _MOST_KEPT:
                self._kept[at] = page
                asyncio.get_running_loop().call_later(_KEPT_SECONDS, self._forget, at, page)
        return await page.pieces()

    def _forget(self, at: int, page: Page) -> None:
        if self._kept.get(at) is page:
            del self._kept[at]

    async def _read(self, at: int) -> list[Piece]:
        for tried in range(_TRIES):
            try:
                return await self._once(at)
            except Exception as error:
                if isinstance(error, Refused) and not isinstance(error, Unavailable):
                    raise
                counts.FAILURES.inc()
                _log.warning("subscriptions.page-failed", error=repr(error)[:200])
                await asyncio.sleep(_AGAIN_SECONDS * (tried + 1))
                await answering()
        raise Unavailable("after", str(at))

    async def _once(self, at: int) -> list[Piece]:
        most = _PLAIN if self._execution.plain is not None else _EXECUTED
        async with self._turns:
            upto = min(self._group.at, at + STRIDE)
            entries = await read(at, upto, self._group.audience.condition, most)
        answers = await self._execution.answers(entries)
        return list(_pieces(entries, answers, upto if len(entries) < most else entries[-1].cursor))


def _pieces(entries: Sequence[Entry], answers: Sequence[bytes], upto: int) -> Iterator[Piece]:
    begun = size = 0
    for place, answer in enumerate(answers):
        size += len(answer)
        if size >= _PIECE_BYTES:
            yield Piece(Parcel(answers[begun : place + 1]), entries[place].cursor)
            begun, size = place + 1, 0
    yield Piece(Parcel(answers[begun:]), upto)
