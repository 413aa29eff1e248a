"""Answers in one piece: uvicorn writes an answer's head and its body apart, two calls of the kernel and two packets.

Here a piece waits for the next one, no longer than until the loop comes round; so a stream's head goes out at once too.
"""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

_LARGE = 64 * 1024
"""A piece from this size on is not copied to stand behind another."""


class Whole:
    """A transport that writes small pieces together."""

    __slots__ = ("_held", "_loop", "_transport")

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport, self._loop = transport, loop
        self._held = b""

    def write(self, data: bytes) -> None:
        """Writes a piece, with the one that waits, or lets it wait."""
        if self._held:
            held, self._held = self._held, b""
            if len(data) < _LARGE:
                self._transport.write(held + data)
            else:
                self._transport.write(held)
                self._transport.write(data)
        elif data:
            self._held = data
            self._loop.call_soon(self._come_round)

    def close(self) -> None:
        """Closes when all is written."""
        self._come_round()
        self._transport.close()

    def is_closing(self) -> bool:
        """Whether it is closed or about to be."""
        return self._transport.is_closing()

    def _come_round(self) -> None:
        if self._held:
            held, self._held = self._held, b""
            self._transport.write(held)


class WholeProtocol(HttpToolsProtocol):
    """uvicorn's protocol with such a transport for its answers."""

    def _start_asgi_task(self, cycle: Any, app: Any) -> None:
        cycle.transport = Whole(cycle.transport, self.loop)
        super()._start_asgi_task(cycle, app)
