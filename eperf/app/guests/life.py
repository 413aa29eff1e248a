"""The lifespans of plugins, in one lifespan: entered in the plan's order, left in reverse, each within its bound.

A plugin that fails, or is late, is logged and left out; the start goes on without it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import Future
from contextlib import asynccontextmanager
from dataclasses import dataclass

import structlog

from eperf.app.guests.loop import GuestLoop
from eperf.plugins.chores import Lifespan
from eperf.plugins.registry import Registry
from eperf.plugins.report import Registered
from eperf.services.delivery import said
from eperf.services.desk import GuestFailed

logger = structlog.get_logger("eperf.plugins")


class Guests:
    """The loops of the plugins that have one, by name."""

    def __init__(self, registry: Registry) -> None:
        self.registry = registry
        self._loops: dict[str, GuestLoop] = {}

    def loop(self, plugin: str) -> GuestLoop:
        """The loop of a plugin."""
        return self._loops.setdefault(plugin, GuestLoop(plugin))

    async def close(self) -> None:
        """Ends the loops."""
        for loop in self._loops.values():
            await loop.close()


@asynccontextmanager
async def living(registry: Registry) -> AsyncIterator[Guests]:
    """Enters every lifespan, and leaves those that were entered, the last first."""
    guests = Guests(registry)
    entered: list[_Entered] = []
    try:
        for found in registry.lifespans.values():
            one = await _enter(guests, found)
            if one is not None:
                entered.append(one)
        yield guests
    finally:
        for one in reversed(entered):
            await one.leave()
        await guests.close()


@dataclass
class _Entered:
    """A lifespan that was entered: entering and leaving are one task on the plugin's loop."""

    key: str
    loop: GuestLoop
    seconds: float
    stop: asyncio.Event
    task: Future[None]

    async def leave(self) -> None:
        """Lets it end within its bound."""
        try:
            async with asyncio.timeout(self.seconds):
                await self.loop.call(_set, self.stop, seconds=self.seconds)
                await asyncio.wrap_future(self.task)
        except asyncio.CancelledError:
            raise
        except Exception as failure:
            logger.error("plugin.lifespan-not-left", lifespan=self.key, cause=said(failure))


async def _set(stop: asyncio.Event) -> None:
    stop.set()


async def _enter(guests: Guests, found: Registered[Lifespan]) -> _Entered | None:
    part, loop, stop = found.part, guests.loop(found.plugin), asyncio.Event()
    inside: Future[None] = Future()

    async def hold() -> None:
        async with part.opened():
            if not inside.set_running_or_notify_cancel():
                return  # too late: nobody waits any more
            inside.set_result(None)
            await stop.wait()

    try:
        task = loop.begin(hold)
        task.add_done_callback(lambda done: _tell(done, inside))
        async with asyncio.timeout(part.seconds) as bound:
            await asyncio.wrap_future(inside)
    except asyncio.CancelledError:
        raise
    except Exception as failure:
        late = isinstance(failure, TimeoutError) and bound.expired()
        cause = f"not there after {part.seconds:g} seconds" if late else said(failure)
        if late:
            task.cancel()
        logger.error("plugin.lifespan-failed", lifespan=found.key, cause=cause)
        return None
    return _Entered(found.key, loop, part.seconds, stop, task)


def _tell(done: Future[None], inside: Future[None]) -> None:
    """A task that ends before it has entered failed to enter."""
    if not inside.done():
        failure = None if done.cancelled() else done.exception()
        inside.set_exception(failure or GuestFailed("it ended before it was entered"))
