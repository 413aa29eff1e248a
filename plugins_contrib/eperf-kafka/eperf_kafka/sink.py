"""The sink: each update is a record that all replicas have before the next one of its subject is sent."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Iterable, Mapping, Sequence
from typing import Any

from aiokafka import AIOKafkaProducer

from eperf.plugins.service import Update, by_subject, cloud_event
from eperf_kafka.link import Link
from eperf_kafka.settings import KafkaSettings

_TYPE = b"application/cloudevents+json; charset=utf-8"


class Topic:
    """Produces into one topic. `send` returns when Kafka has all of it, and raises when it has not."""

    name, version = "topic", "1"
    kinds: tuple[str, ...] = ()
    seconds: float = 50

    def __init__(self, link: Link) -> None:
        self._link = link

    async def send(self, updates: Sequence[Update]) -> None:
        """Sends the updates: those of one subject one after the other, different ones at once."""
        settings = self._link.settings
        try:
            producer = await self._link.producer()
            await _all(_produce(producer, one, settings) for one in by_subject(settings.wanted(updates)))
        except BaseException:
            # What is sent again goes by another way, so that nothing of this one can come after it.
            await self._link.close()
            raise


def key(event: Mapping[str, Any]) -> bytes:
    """Records of one key lie in one partition, where order holds: a subject's updates stay in order."""
    return str(event["subject"]).encode()


async def _produce(producer: AIOKafkaProducer, updates: Iterable[Update], settings: KafkaSettings) -> None:
    for update in updates:
        event = cloud_event(update, settings.source)
        body = json.dumps(event, separators=(",", ":"), ensure_ascii=False).encode()
        told = [("content-type", _TYPE), ("id", event["id"].encode())]
        try:
            async with asyncio.timeout(settings.seconds):
                await producer.send_and_wait(settings.topic, body, key(event), headers=told)
        except TimeoutError:
            raise TimeoutError(f"no acknowledgement within {settings.seconds} seconds") from None


async def _all(each: Iterable[Awaitable[None]]) -> None:
    """Waits for all of them to end, also after a failure: what is under way is then acknowledged or not."""
    for one in await asyncio.gather(*each, return_exceptions=True):
        if isinstance(one, BaseException):
            raise one
