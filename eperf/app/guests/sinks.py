"""The leader's duty for sinks: each has a task of its own, so that a slow one delays no other."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime

import structlog
from prometheus_client import Counter

from eperf.adapters.broker import Bell
from eperf.adapters.spans import span
from eperf.app.guests.life import Guests
from eperf.plugins.chores import EventSink, Update
from eperf.plugins.report import Registered
from eperf.services.delivery import Turn, deliver

_TRY_AGAIN = 1.0
_SENT = Counter("eperf_sink_updates", "Updates that sinks have taken from this process.", ["sink"])
logger = structlog.get_logger("eperf.plugins")


async def send_all(guests: Guests, grown: Bell, now: Callable[[], datetime]) -> None:
    """Sends the log to every sink, until cancelled."""
    async with asyncio.TaskGroup() as sinks:
        for found in guests.registry.sinks.values():
            sinks.create_task(_send(guests, found, grown, now))


async def _send(
    guests: Guests, found: Registered[EventSink], grown: Bell, now: Callable[[], datetime]
) -> None:
    sink, loop = found.part, guests.loop(found.plugin)

    async def send(updates: Sequence[Update]) -> None:
        await loop.call(sink.send, tuple(updates), seconds=sink.seconds)

    while True:
        rung = grown.next()
        try:
            with span("deliver", sink=found.key):
                turn = await deliver(found.key, sink.kinds, send, now)
        except Exception:
            logger.exception("plugin.sink-not-asked", sink=found.key)
            await asyncio.sleep(_TRY_AGAIN)
            continue
        if turn.sent:
            _SENT.labels(found.key).inc(turn.sent)
            logger.debug(
                "plugin.sink-sent", sink=found.key, updates=turn.sent, first=turn.first, last=turn.last
            )
        await _rest(turn, found.key, rung, now)


async def _rest(turn: Turn, name: str, rung: Callable[[], object], now: Callable[[], datetime]) -> None:
    if turn.retry_at is not None:
        if turn.cause:
            logger.warning(
                "plugin.sink-failed",
                sink=name,
                cause=turn.cause,
                retry_at=turn.retry_at.isoformat(),
                first=turn.first,
                last=turn.last,
            )
        await asyncio.sleep(max(0.05, (turn.retry_at - now()).total_seconds()))
    elif not turn.sent:
        await rung()  # type: ignore[misc]
