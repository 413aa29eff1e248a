"""The producer: started when it is needed, and given up after a failure.

One that has failed is not used again. It may hold records for which nobody waits any more, and a broker that was
restored no longer knows it; what is sent again goes through a new one, which the broker takes for somebody else.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

from aiokafka import AIOKafkaProducer

from eperf.plugins.service import settings_of_installation
from eperf_kafka.settings import KafkaSettings

NAME = "kafka"
_CLOSE_SECONDS = 2.0
# What fails is raised, and told by eperf with the time of the next try; the client would tell it ten times a second.
logging.getLogger("aiokafka").setLevel(logging.CRITICAL)


class Link:
    """The one producer of this process; of the plugin's own event loop alone."""

    def __init__(self) -> None:
        self._producer: AIOKafkaProducer | None = None
        self._settings: KafkaSettings | None = None

    @property
    def settings(self) -> KafkaSettings:
        """What the installation says."""
        if self._settings is None:
            self._settings = settings_of_installation(NAME, KafkaSettings)
        return self._settings

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """Lives as long as the service."""
        try:
            yield
        finally:
            await self.close()

    async def producer(self) -> AIOKafkaProducer:
        """A producer that has started; raises what Kafka says when no broker answers."""
        if self._producer is None:
            self._producer = _made(self.settings)
            async with asyncio.timeout(self.settings.seconds):
                await self._producer.start()
        return self._producer

    async def close(self) -> None:
        """Ends the producer; the next one who needs it starts another."""
        producer, self._producer = self._producer, None
        self._settings = None
        if producer is not None:
            with suppress(Exception):
                async with asyncio.timeout(_CLOSE_SECONDS):
                    await _abandoned(producer)


async def _abandoned(producer: Any) -> None:
    """Ends a producer without what it could not send: that is sent again by the next one.

    An idempotent producer of this client tries for ever, and its own `stop` waits for it. So its sender is ended first,
    and there is nothing left for `stop` to do but to close connections.
    """
    sender = producer._sender.sender_task
    if sender is not None and not sender.done():
        sender.cancel()
        await asyncio.wait([sender])
    producer._closed = True
    await producer.client.close()


def _made(settings: KafkaSettings) -> AIOKafkaProducer:
    who: dict[str, Any] = {}
    if settings.user:
        who = {
            "sasl_mechanism": settings.mechanism.value,
            "sasl_plain_username": settings.user,
            "sasl_plain_password": settings.password,
        }
    return AIOKafkaProducer(
        bootstrap_servers=settings.addresses,
        client_id="eperf",
        acks="all",
        enable_idempotence=True,
        request_timeout_ms=settings.seconds * 1000,
        security_protocol=settings.protocol,
        ssl_context=settings.context(),
        **who,
    )


LINK = Link()
