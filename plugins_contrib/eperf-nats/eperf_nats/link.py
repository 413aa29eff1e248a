"""The connection to NATS: made when it is needed, and made anew after it broke.

The client's own reconnecting is not used. It keeps what was published meanwhile and sends it later, when nobody waits
for the acknowledgement any more; here what is not acknowledged has failed, and eperf sends it again.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

from nats.aio.client import Client
from nats.errors import SecureConnWantedError

from eperf.plugins.service import settings_of_installation
from eperf_nats.settings import NatsSettings

NAME = "nats"
_CLOSE_SECONDS = 2.0


class SureClient(Client):
    """Speaks TLS where it is asked for, also when the server says in plain text that it has none.

    What the server says first can be changed on the way, and the library would then go on without TLS.
    """

    def _connect_command(self) -> bytes:
        begun = self.options["tls_handshake_first"] or self._server_info.get("tls_required")
        if self.options.get("tls") and not begun:
            raise SecureConnWantedError
        return super()._connect_command()


class Link:
    """The one connection of this process; of the plugin's own event loop alone."""

    def __init__(self) -> None:
        self._client: Client | None = None
        self._settings: NatsSettings | None = None

    @property
    def settings(self) -> NatsSettings:
        """What the installation says."""
        if self._settings is None:
            self._settings = settings_of_installation(NAME, NatsSettings)
        return self._settings

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """Lives as long as the service."""
        try:
            yield
        finally:
            await self.close()

    async def client(self) -> Client:
        """A connection that stands, as far as one can know; raises what NATS says when there is none to be had."""
        if self._client is None or not self._client.is_connected:
            await self.close()
            self._client = await _connected(self.settings)
        return self._client

    async def close(self) -> None:
        """Closes the connection; the next one who needs it makes another."""
        client, self._client = self._client, None
        self._settings = None
        if client is not None:
            await _closed(client)


async def _connected(settings: NatsSettings) -> Client:
    who: dict[str, Any] = {}
    if settings.user:
        who = {"user": settings.user, "password": settings.password}
    elif settings.token:
        who = {"token": settings.token}
    tls = settings.tls()
    client = SureClient()
    try:
        async with asyncio.timeout(settings.seconds):
            await client.connect(
                settings.addresses,
                name="eperf",
                allow_reconnect=False,
                error_cb=_unsaid,
                connect_timeout=settings.seconds,
                tls=tls,
                **who,
            )
    except BaseException:
        await _closed(client)
        raise
    return client


async def _closed(client: Client) -> None:
    with suppress(Exception):
        async with asyncio.timeout(_CLOSE_SECONDS):
            await client.close()


async def _unsaid(_: Exception) -> None:
    """What goes wrong is raised to whoever waits for it."""


LINK = Link()
