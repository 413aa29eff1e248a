"""Telling who keeps viewers in memory that rights have changed, as soon as the change is committed."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from eperf.services.call import Call, Work, work

_listeners: list[Callable[[], None]] = []


def on_change(listener: Callable[[], None]) -> Callable[[], None]:
    """Registers what is called after each commit that changed rights here; gives the function that removes it.

    Changes by other processes are not heard of: what is kept must also grow old by itself, within a second.
    """
    _listeners.append(listener)
    return lambda: _listeners.remove(listener)


@asynccontextmanager
async def change(call: Call) -> AsyncIterator[Work]:
    """One transaction that changes rights."""
    async with work(call) as opened:
        yield opened
    for listener in tuple(_listeners):
        listener()
