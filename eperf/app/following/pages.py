"""Pages of the log for members who are behind: those who stand at one place share a page for a moment.

After a restart thousands come back with the same cursor. A page is kept for a quarter of a second, so rights are never
older than that in it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog

from eperf.app.following import counts
from eperf.app.following.execution import Execution, answering
from eperf.app.graphql.outlet import Parcel
from eperf.domain.errors import Refused, Unavailable
from eperf.services.event import Entry, read

if TYPE_CHECKING:
    from eperf.app.following.group import Group

_PLAIN, _EXECUTED = 1_000, 50
"""Events of a page: of those that need no executor, and of others."""
_PIECE_BYTES = 48 * 1024
"""Written at once; a transport holds 64 KiB before it says that it is full."""
_KEPT_SECONDS = 0.25
_MOST_KEPT = 8
_AGAIN_SECONDS = 0.5
_log = structlog.get_logger("eperf.subscriptions")


@dataclass(frozen=True, slots=True)
class Piece:
    """Answers that are sent at once, and the cursor at which the reader stands then."""

    parcel: Parcel
    upto: int


class Pages:
    """The pages of one group."""

    def __init__(self, group: Group, execution: Execution) -> None:
        self._group, self._execution = group, execution
        self._kept: dict[int, asyncio.Task[list[Piece]]] = {}

    async def after(self, at: int) -> list[Piece]:
        """What comes after a cursor, to where the group stands at most; raises `CursorTooOld`."""
        task = self._kept.get(at)
        if task is None:
            task = asyncio.create_task(self._read(at))
            if len(self._kept) < _MOST_KEPT:
                self._kept[at] = task
                asyncio.get_running_loop().call_later(_KEPT_SECONDS, self._kept.pop, at, None)
        return await asyncio.shield(task)

    async def _read(self, at: int) -> list[Piece]:
        most = _PLAIN if self._execution.plain is not None else _EXECUTED
        while True:
            upto = self._group.at
            try:
                entries = await read(at, upto, self._group.audience.condition, most)
                answers = await self._execution.answers(entries)
            except Exception as error:
                if isinstance(error, Refused) and not isinstance(error, Unavailable):
                    raise
                counts.FAILURES.inc()
                _log.warning("subscriptions.page-failed", error=repr(error)[:200])
                await asyncio.sleep(_AGAIN_SECONDS)
                await answering()
                continue
            return list(_pieces(entries, answers, upto if len(entries) < most else entries[-1].cursor))


def _pieces(entries: Sequence[Entry], answers: Sequence[bytes], upto: int) -> Iterator[Piece]:
    begun = size = 0
    for place, answer in enumerate(answers):
        size += len(answer)
        if size >= _PIECE_BYTES:
            yield Piece(Parcel(answers[begun : place + 1]), entries[place].cursor)
            begun, size = place + 1, 0
    yield Piece(Parcel(answers[begun:]), upto)
