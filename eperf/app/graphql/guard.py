"""What may end a request while it is worked on: its time is over, or its caller has gone.

Nearly every request is over before anything of this matters, so all share one timer; only a slow one gets a watcher
and a deadline of its own.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from enum import Enum
from itertools import takewhile
from typing import Any

_SLOW_SECONDS = 0.25
_CLOCK_SECONDS = 0.002
"""A loop's clock may stand for so long, so a timer may come that much early."""


class Cause(Enum):
    """Why a guard cancelled its task."""

    BODY = "the body did not come at once"
    TIME = "time is over"
    GONE = "the caller has gone"


class Rounds:
    """Those under way in one loop, the oldest first, and the one timer that comes for whoever becomes slow."""

    def __init__(self) -> None:
        self._since: dict[Guard, float] = {}
        self._timed = False

    def join(self, guard: Guard, loop: asyncio.AbstractEventLoop) -> None:
        """A request begins."""
        self._since[guard] = now = loop.time()
        if not self._timed:
            self._timed = True
            loop.call_at(now + _SLOW_SECONDS, self._look, loop)

    def leave(self, guard: Guard) -> None:
        """A request is over."""
        self._since.pop(guard, None)

    def _look(self, loop: asyncio.AbstractEventLoop) -> None:
        begun = loop.time() - _SLOW_SECONDS + _CLOCK_SECONDS
        slow = list(takewhile(lambda guard: self._since[guard] <= begun, self._since))
        for guard in slow:
            del self._since[guard]
            guard.slow()
        self._timed = bool(self._since)
        if self._timed:
            loop.call_at(next(iter(self._since.values())) + _SLOW_SECONDS, self._look, loop)


class Guard:
    """Guards the current task from now on, first while a body is received, then while it is worked on."""

    __slots__ = (
        "_cause", "_loop", "_receive", "_received", "_rounds", "_seconds", "_task", "_timer", "_watcher", "_watching",
    )  # fmt: skip

    def __init__(
        self, receive: Callable[[], Awaitable[MutableMapping[str, Any]]], seconds: float, rounds: Rounds
    ) -> None:
        self._receive, self._seconds, self._rounds = receive, seconds, rounds
        self._loop = asyncio.get_running_loop()
        self._task = asyncio.current_task(self._loop)
        self._timer: asyncio.TimerHandle | None = None
        self._watcher: asyncio.Task[None] | None = None
        self._received = False
        self._watching = True
        self._cause: Cause | None = None
        rounds.join(self, self._loop)

    def received(self) -> None:
        """The body is there."""
        self._received = True

    def changing(self) -> None:
        """The work changes something: it goes on without its caller, who can ask for the answer by its key."""
        self._watching = False

    def end(self) -> None:
        """The work is done."""
        self._rounds.leave(self)
        if self._timer is not None:
            self._timer.cancel()
        if self._watcher is not None:
            self._watcher.cancel()

    def cause(self) -> Cause | None:
        """Why this guard has cancelled the task; None when somebody else did, and then the task must end."""
        if self._cause is None or (self._task is not None and self._task.uncancel()):
            return None
        return self._cause

    def slow(self) -> None:
        """It has lasted for a while: a body must be there by now, and from here on it is watched."""
        if not self._received:
            self._cut(Cause.BODY)
            return
        self._timer = self._loop.call_later(self._seconds - _SLOW_SECONDS, self._cut, Cause.TIME)
        if self._watching:
            self._watcher = self._loop.create_task(self._watch())

    async def _watch(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass
        self._cut(Cause.GONE)

    def _cut(self, cause: Cause) -> None:
        if self._cause is None and self._task is not None:
            self._cause = cause
            self._task.cancel()
