"""Rounds of a duty of which one that lasts keeps no other waiting."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any


class Rounds:
    """Runs a duty that takes work for itself, so that several rounds of it may be under way.

    `patience`: seconds after which a round is left to itself and another may begin; `most`: rounds under way.
    """

    def __init__(self, duty: Callable[[], Coroutine[Any, Any, int]], *, patience: float, most: int) -> None:
        self._duty, self._patience, self._most = duty, patience, most
        self._lasting: set[asyncio.Task[int]] = set()

    async def run(self) -> int:
        """A round; gives how much it did, or 1 when it lasts. Raises what a round raised, this one or one before."""
        task = asyncio.create_task(self._duty())
        self._lasting.add(task)
        await asyncio.wait({task}, timeout=self._patience)
        if len(self._lasting) >= self._most:
            await asyncio.wait(self._lasting, return_when=asyncio.FIRST_COMPLETED)
        ended = [one for one in self._lasting if one.done()]
        self._lasting.difference_update(ended)
        failures = [failure for one in ended if (failure := one.exception()) is not None]
        if failures:
            raise failures[0] if len(failures) == 1 else BaseExceptionGroup("rounds failed", failures)
        return sum(one.result() for one in ended) if task in ended else 1

    async def end(self) -> None:
        """Ends what is under way, and waits for it."""
        for task in self._lasting:
            task.cancel()
        if self._lasting:
            await asyncio.wait(self._lasting)
        self._lasting.clear()
