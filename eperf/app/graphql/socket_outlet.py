"""An operation's way to its reader over a socket that others use too."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from starlette.websockets import WebSocketDisconnect

from eperf.app.graphql import messages
from eperf.app.graphql.outlet import NO_PIPE, Parcel, Pipe

_MOMENT_SECONDS = 0.01


class SocketOutlet:
    """The outlet of the operation `id`; `send` sends a text over the socket, `stopped` closes it with a position."""

    __slots__ = ("_id", "_pipe", "_seconds", "_send", "_stopped", "_style", "_wrapped")

    def __init__(
        self,
        id: str,  # noqa: A002
        pipe: Pipe,
        send: Callable[[str], Awaitable[None]],
        stopped: Callable[[str], Awaitable[None]],
        seconds: float,
    ) -> None:
        self._id, self._pipe, self._send = id, pipe, send
        self._stopped, self._seconds = stopped, seconds
        self._style = (pipe.style, id)
        self._wrapped = messages.next_head(id)

    async def send(self, answer: bytes) -> None:
        """Sends one answer."""
        await self._send(messages.next_(self._id, answer))

    @property
    def piped(self) -> bool:
        """Whether the server gave a pipe."""
        return self._pipe is not NO_PIPE

    def free(self) -> bool:
        """Whether the socket is open and its transport holds nothing back."""
        return self._pipe.free()

    def put(self, parcel: Parcel) -> None:
        """Writes frames to the transport."""
        self._pipe.write(parcel.addressed(self._style, self._frame))

    def _frame(self, answer: bytes) -> bytes:
        return self._pipe.message(b"%b%b}" % (self._wrapped, answer))

    async def drained(self, position: str) -> None:
        """Waits for a reader who is slow; one who has stopped is closed."""
        try:
            async with asyncio.timeout(self._seconds):
                await self._pipe.drained()
        except TimeoutError:
            await self._stopped(position)
            raise WebSocketDisconnect from None
        if not self._pipe.free():
            # Room was made, and taken again by another operation of this socket; or the socket is over.
            await asyncio.sleep(_MOMENT_SECONDS)
