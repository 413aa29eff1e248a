"""An event loop of a plugin's own, in a thread of its own: whatever a guest does there, the server's loop goes on.

What runs here does not meet the database, whose connections belong to the server's loop. A call has a bound of time.
Python cannot end a thread, so a loop that stands still is left behind and another is begun, a few times at most.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from typing import Any, TypeVar

import structlog

from eperf.services.desk import GuestFailed, guarded

T = TypeVar("T")
_MOST_LEFT_BEHIND = 3
_ALIVE_SECONDS = 1.0
logger = structlog.get_logger("eperf.plugins")


class GuestLoop:
    """The loop of one plugin; it begins with the first call. Calls come from the server's loop."""

    def __init__(self, plugin: str) -> None:
        self.plugin = plugin
        self._loop: asyncio.AbstractEventLoop | None = None
        self._left_behind = 0

    async def call(self, function: Callable[..., Awaitable[T]], *given: Any, seconds: float) -> T:
        """What `function(*given)` gives; raises `GuestFailed` when it takes longer or the plugin's loop is gone."""
        task = self.begin(function, *given)
        try:
            async with asyncio.timeout(seconds) as bound:
                return await asyncio.wrap_future(task)
        except TimeoutError as late:
            if not bound.expired():
                raise
            await self._look()
            raise GuestFailed(f"{self.plugin} took longer than {seconds:g} seconds") from late

    def begin(self, function: Callable[..., Awaitable[T]], *given: Any) -> Future[T]:
        """Begins `function(*given)` on the loop and does not wait for it."""
        if self._left_behind > _MOST_LEFT_BEHIND:
            raise GuestFailed(f"{self.plugin} stood still {self._left_behind} times and is called no more")
        if self._loop is None:
            self._loop = self._started()

        async def run() -> T:
            return await guarded(self.plugin, function(*given))

        return asyncio.run_coroutine_threadsafe(run(), self._loop)

    async def close(self) -> None:
        """Ends the loop, if it still moves."""
        loop, self._loop = self._loop, None
        if loop is not None:
            loop.call_soon_threadsafe(loop.stop)

    async def _look(self) -> None:
        """Leaves the loop behind when it does not move."""
        loop = self._loop
        if loop is None:
            return
        moved: Future[None] = Future()
        loop.call_soon_threadsafe(moved.set_result, None)
        try:
            async with asyncio.timeout(_ALIVE_SECONDS):
                await asyncio.wrap_future(moved)
        except TimeoutError:
            self._loop = None
            self._left_behind += 1
            logger.error("plugin.stands-still", plugin=self.plugin, times=self._left_behind)

    def _started(self) -> asyncio.AbstractEventLoop:
        loop = asyncio.SelectorEventLoop()
        # A daemon: a guest that stands still must not keep the process from ending.
        threading.Thread(target=_run, args=(loop,), name=f"plugin {self.plugin}", daemon=True).start()
        return loop


def _run(loop: asyncio.AbstractEventLoop) -> None:
    asyncio.set_event_loop(loop)
    loop.run_forever()
    with contextlib.suppress(Exception):
        left = asyncio.all_tasks(loop)
        for task in left:
            task.cancel()
        if left:
            loop.run_until_complete(asyncio.wait(left, timeout=1))
        loop.close()
