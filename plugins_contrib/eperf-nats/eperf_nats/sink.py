"""The sink: each update is a message that the stream has acknowledged before the next one of its subject is sent."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Iterable, Mapping, Sequence
from typing import Any

from nats.js.client import JetStreamContext

from eperf.plugins.service import Update, by_subject, cloud_event
from eperf_nats.link import Link
from eperf_nats.settings import NatsSettings

_NOBODY = {"id": "-"}


class JetStream:
    """Publishes to JetStream. `send` returns when the stream has all of it, and raises when it has not."""

    name, version = "jetstream", "1"
    kinds: tuple[str, ...] = ()
    seconds: float = 50

    def __init__(self, link: Link) -> None:
        self._link = link

    async def send(self, updates: Sequence[Update]) -> None:
        """Sends the updates: those of one subject one after the other, different ones at once."""
        settings = self._link.settings
        try:
            stream = (await self._link.client()).jetstream(timeout=settings.seconds)
            await _all(_publish(stream, one, settings) for one in by_subject(settings.wanted(updates)))
        except BaseException:
            # What is sent again goes by another way, so that nothing of this one can come after it.
            await self._link.close()
            raise


def subject(event: Mapping[str, Any], settings: NatsSettings) -> str:
    """`SUBJECTS.UNIT.EMPLOYEE.KIND`: a consumer filters by any of them."""
    unit, employee = ((event["data"][name] or _NOBODY)["id"] for name in ("unit", "employee"))
    return f"{settings.subjects}.{unit}.{employee}.{event['type']}"


def headers(event: Mapping[str, Any], settings: NatsSettings) -> dict[str, str]:
    """JetStream forgets a message whose id it has seen within the stream's window; later ones are told by it."""
    said = {
        "Nats-Msg-Id": event["id"],
        "Content-Type": "application/cloudevents+json; charset=utf-8",
    }
    return said | ({"Nats-Expected-Stream": settings.stream} if settings.stream else {})


async def _publish(stream: JetStreamContext, updates: Iterable[Update], settings: NatsSettings) -> None:
    for update in updates:
        event = cloud_event(update, settings.source)
        body = json.dumps(event, separators=(",", ":"), ensure_ascii=False).encode()
        await stream.publish(subject(event, settings), body, headers=headers(event, settings))


async def _all(each: Iterable[Awaitable[None]]) -> None:
    """Waits for all of them to end, also after a failure: what is under way is then acknowledged or not."""
    for one in await asyncio.gather(*each, return_exceptions=True):
        if isinstance(one, BaseException):
            raise one
