"""Waking who waits for the log to grow. A wake-up carries nothing: what happened is read from the log.

So a lost or doubled wake-up costs a moment, never an event.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable


class Bell:
    """Rings for everybody who waits at that moment; a waiter also looks again by itself after a while (seconds)."""

    def __init__(self, look_again: float = 1.0) -> None:
        self._look_again = look_again
        self._next = asyncio.Event()
        self.told: Callable[[], None] | None = None
        """Called at each ring of this process: whoever carries it to others."""

    def ring(self) -> None:
        """Wakes all current waiters, here and wherever it is carried. Call it on the event loop's thread."""
        self.hear()
        if self.told is not None:
            self.told()

    def hear(self) -> None:
        """Wakes all current waiters of this process."""
        rung, self._next = self._next, asyncio.Event()
        rung.set()

    def next(self) -> Callable[[], Awaitable[None]]:
        """The ring after this moment: ask for it before looking, await it when there was nothing to see."""
        bell = self._next

        async def wait() -> None:
            # Not `wait_for`: before Python 3.12 it forgets that it was cancelled when the bell rings at that moment.
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._look_again):
                    await bell.wait()

        return wait

    async def wait(self) -> None:
        """Returns at the next ring, or after the look-again time."""
        await self.next()()
