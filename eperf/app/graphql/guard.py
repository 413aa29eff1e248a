"""What may end a request while it is worked on: its time is over, or its caller has gone.

Nearly every request is over before anything of this matters, so it costs one timer; only a slow one gets a watcher
and a deadline.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from enum import Enum
from typing import Any

_SLOW_SECONDS = 0.25


class Cause(Enum):
    """Why a guard cancelled its task."""

    BODY = "the body did not come at once"
    TIME = "time is over"
    GONE = "the caller has gone"


class Guard:
    """Guards the current task from now on, first while a body is received, then while it is worked on."""

    def __init__(self, receive: Callable[[], Awaitable[MutableMapping[str, Any]]], seconds: float) -> None:
        self._receive, self._seconds = receive, seconds
        self._loop = asyncio.get_running_loop()
        self._task = asyncio.current_task(self._loop)
        self._timer = self._loop.call_later(_SLOW_SECONDS, self._slow)
        self._watcher: asyncio.Task[None] | None = None
        self._received = False
        self._watching = True
        self._cause: Cause | None = None

    def received(self) -> None:
        """The body is there."""
        self._received = True

    def changing(self) -> None:
        """The work changes something: it goes on without its caller, who can ask for the answer by its key."""
        self._watching = False

    def end(self) -> None:
        """The work is done."""
        self._timer.cancel()
        if self._watcher is not None:
            self._watcher.cancel()

    def cause(self) -> Cause | None:
        """Why this guard has cancelled the task; None when somebody else did, and then the task must end."""
        if self._cause is None or (self._task is not None and self._task.uncancel()):
            return None
        return self._cause

    def _slow(self) -> None:
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
