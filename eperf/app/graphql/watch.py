"""A revoked credential ends its open sockets and event streams within a second.

One task looks at all of them on a front twice a second, or at once when it is woken (by whoever has just revoked a
credential, or heard that another process has). What several share (`same`) is looked at once, and several at a time, so
that neither thousands of sockets nor a check that waits for a database add up. A check that fails
ends nothing: a database that is away must not throw everybody out.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Hashable, Iterator, Sequence
from typing import Any, Protocol

import structlog

from eperf.app.graphql import counts
from eperf.app.graphql.messages import Code

StillValid = Callable[[Any], Awaitable[bool]]

_AT_ONCE = 16
_CHECK_SECONDS = 1.0
_GOING = (Code.GOING_AWAY, "Going away")
_log = structlog.get_logger("eperf.graphql")


class Watched(Protocol):
    """A socket's session, or an event stream."""

    context: Any
    """Who it is open for; None until that is known."""

    async def run(self) -> None:
        """Serve it to its end."""

    async def close(self, code: Code, reason: str) -> None:
        """End it."""


class Watch:
    """The open sessions of one front, and the task that looks after them while there are any."""

    def __init__(
        self, still_valid: StillValid | None, seconds: float, same: Callable[[Any], Hashable] = id
    ) -> None:
        self._still_valid, self._seconds, self._same = still_valid, seconds, same
        self._sessions: set[Watched] = set()
        self._woken = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._going = False

    def __len__(self) -> int:
        return len(self._sessions)

    async def over(self, session: Watched) -> None:
        """Run the session, watched."""
        self._sessions.add(session)
        counts.SOCKETS.inc()
        if self._still_valid is not None and (self._task is None or self._task.done()):
            self._task = asyncio.create_task(self._look_again_and_again(self._still_valid))
        late = asyncio.create_task(session.close(*_GOING)) if self._going else None
        try:
            await session.run()
        finally:
            if late is not None:
                await late
            self._sessions.discard(session)
            counts.SOCKETS.dec()
            if not self._sessions and self._task is not None:
                self._task.cancel()
                self._task = None

    def wake(self) -> None:
        """Look now."""
        self._woken.set()

    async def close(self) -> None:
        """The server is going: tell everybody, and whoever still comes."""
        self._going = True
        if self._sessions:
            await asyncio.gather(*(each.close(*_GOING) for each in tuple(self._sessions)))

    async def _look_again_and_again(self, still_valid: StillValid) -> None:
        while True:
            try:
                async with asyncio.timeout(self._seconds):
                    await self._woken.wait()
            except TimeoutError:
                pass
            self._woken.clear()
            alike = self._alike()
            rest = iter(alike)
            async with asyncio.TaskGroup() as group:
                for _ in range(min(_AT_ONCE, len(alike))):
                    group.create_task(_look(rest, still_valid))

    def _alike(self) -> list[list[Watched]]:
        """The sessions whose contexts are the same to a check."""
        found: defaultdict[Hashable, list[Watched]] = defaultdict(list)
        for session in self._sessions:
            if session.context is not None:
                found[self._same(session.context)].append(session)
        return list(found.values())


async def _look(sessions: Iterator[Sequence[Watched]], still_valid: StillValid) -> None:
    for alike in sessions:
        try:
            async with asyncio.timeout(_CHECK_SECONDS):
                valid = await still_valid(alike[0].context)
            if not valid:
                await asyncio.gather(*(one.close(Code.FORBIDDEN, "UNAUTHENTICATED") for one in alike))
        except Exception as error:
            _log.error("credential_check_failed", exc_info=error)
