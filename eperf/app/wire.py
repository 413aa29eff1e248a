"""What uvicorn's protocols lack: answers in one piece, pipes for what many wait for, a word to who stopped reading.

uvicorn writes an answer's head and its body apart, two calls of the kernel and two packets. Here a piece waits for the
next one, no longer than until the loop comes round; so a stream's head goes out at once too.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import weakref
from typing import Any, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.exceptions import InvalidState
from websockets.protocol import State

from eperf.app.graphql import counts
from eperf.app.graphql.messages import TOO_SLOW, Code
from eperf.app.graphql.outlet import PIPE

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


class StreamPipe:
    """The pipe of an answer that goes on: its transport, while the head is out and the end is not."""

    __slots__ = ("_of",)

    def __init__(self, cycle: RequestResponseCycle) -> None:
        # The cycle holds the pipe, and lives as long as anybody answers.
        self._of = weakref.ref(cycle)

    @property
    def _cycle(self) -> RequestResponseCycle:
        found = self._of()
        if found is None:
            raise ConnectionResetError("the answer is over")
        return found

    @property
    def style(self) -> str:
        """Chunks, or bytes as they are where the caller's HTTP has none."""
        return "chunk" if self._cycle.chunked_encoding else "bytes"

    def free(self) -> bool:
        """Whether it is open and holds nothing back."""
        cycle = self._of()
        return cycle is not None and not (
            cycle.flow.write_paused or cycle.disconnected or cycle.response_complete
        )

    def message(self, data: bytes) -> bytes:
        """A chunk, where the answer goes in chunks."""
        return b"%x\r\n%b\r\n" % (len(data), data) if self._cycle.chunked_encoding else data

    def write(self, messages: bytes) -> None:
        """Hands chunks to the transport."""
        self._cycle.transport.write(messages)

    async def drained(self) -> None:
        """Waits until the transport takes more; it does so when the connection is lost, too."""
        await self._cycle.flow.drain()

    def part(self, _code: int, _reason: str, stay: bool) -> bool:
        """An event stream has no closing message."""
        return False


_ON_ITS_WAY_SECONDS = 0.25
"""How long a server that goes still takes a request on a connection that was idle: it is answered, and then closed."""


class WholeProtocol(HttpToolsProtocol):
    """uvicorn's protocol with such a transport for its answers, and a pipe for those that go on."""

    _going = False

    def shutdown(self) -> None:
        """The server goes: a request may be on its way on an idle connection, so that is closed a moment later."""
        self._going = True
        if self.cycle is None or self.cycle.response_complete:
            self.loop.call_later(_ON_ITS_WAY_SECONDS, self._close_idle)
        else:
            self.cycle.keep_alive = False

    def _close_idle(self) -> None:
        if self.cycle is None or self.cycle.response_complete:
            self.transport.close()

    def _start_asgi_task(self, cycle: Any, app: Any) -> None:
        if self._going:
            cycle.keep_alive = False
        cycle.transport = Whole(cycle.transport, self.loop)
        cycle.scope["extensions"] = {PIPE: StreamPipe(cycle)}
        super()._start_asgi_task(cycle, app)


_HELD_BYTES = 128 * 1024
"""The system's buffer of a socket (Linux takes twice as much): it grows to megabytes where it is not told."""
_LINGER_SECONDS = 90
"""How long a closed connection may leave what it was sent unread: who stopped for a minute is to read why."""
_MOST_LINGERING = 200
"""Closed connections that are held so; they count for no other limit any more."""
_LEAVE_SECONDS = 1.0
"""How long others may."""


class SocketProtocol(WebSocketsSansIOProtocol):
    """uvicorn's protocol for sockets, and the pipe of each.

    uvicorn waits with the closing message until the reader takes what was sent before, so one who has stopped would
    never hear why it was closed. Here the message goes behind what is held back, and the system keeps trying for a
    while.
    """

    style = "frame"
    lingering = 0
    """Closed connections of this process that are held."""
    _lingers = False

    def handle_connect(self, event: Any) -> None:
        """A connection opens."""
        super().handle_connect(event)
        if not self.close_sent:
            self._bound()
            cast(dict[str, Any], self.scope["extensions"])[PIPE] = self

    async def send(self, message: Any) -> None:
        """What the application says; what the handshake was is forgotten with it."""
        await super().send(message)
        if message["type"] == "websocket.accept":
            # Kilobytes of headers, which nobody reads again and thousands of connections would hold.
            del self.request, self.response

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is over."""
        super().connection_lost(exc)
        if self._lingers:
            SocketProtocol.lingering -= 1
        if hasattr(self, "scope"):
            cast(dict[str, Any], self.scope["extensions"]).pop(PIPE, None)

    def free(self) -> bool:
        """Whether it is open and holds nothing back."""
        return self.writable.is_set() and not (
            self.disconnected or self.close_sent or self.conn.state is not State.OPEN
        )

    def message(self, data: bytes) -> bytes:
        """A text frame: of a server, so unmasked, and nothing is compressed here."""
        size = len(data)
        if size < 126:
            return b"\x81%c%b" % (size, data)
        if size < 65536:
            return b"\x81\x7e%b%b" % (size.to_bytes(2, "big"), data)
        return b"\x81\x7f%b%b" % (size.to_bytes(8, "big"), data)

    def write(self, messages: bytes) -> None:
        """Hands frames to the transport."""
        self.transport.write(messages)

    async def drained(self) -> None:
        """Waits until the transport takes more, or the connection is lost."""
        await self.writable.wait()

    def handle_ping(self) -> None:
        """Answers a ping, unless the answer would only lie in our memory: who does not read gets none."""
        answer = b"".join(self.conn.data_to_send())
        if self.writable.is_set() and not self.close_sent:
            self.transport.write(answer)

    def part(self, code: int, reason: str, stay: bool) -> bool:
        """Sends the closing message behind whatever is held back; to `stay` is to wait long for it to be read."""
        if self.close_sent or self.disconnected or self.transport.is_closing():
            return True
        self.stop_keepalive()
        self.queue.put_nowait({"type": "websocket.disconnect", "code": code, "reason": reason})
        with contextlib.suppress(InvalidState):
            self.conn.send_close(code, reason)
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.close_sent = True
        if self.read_paused:
            self.read_paused = False
            self.transport.resume_reading()
        self._lingers = stay and SocketProtocol.lingering < _MOST_LINGERING
        SocketProtocol.lingering += self._lingers
        seconds = _LINGER_SECONDS if self._lingers else _LEAVE_SECONDS
        self.close_timer = self.loop.call_later(seconds, self.transport.abort)
        return True

    def keepalive_timeout(self) -> None:
        """A reader that answers no ping has stopped: it is told so as one that takes nothing is."""
        self.pong_timer = None
        self.pending_ping_payload = None
        counts.closed(Code.TRY_AGAIN)
        self.part(Code.TRY_AGAIN, TOO_SLOW, stay=True)

    def _bound(self) -> None:
        """Bounds what the system holds of what is not read, and lets it hold that until the reader was told why."""
        own = self.transport.get_extra_info("socket")
        if own is None:
            return
        with contextlib.suppress(OSError), socket.socket(fileno=os.dup(own.fileno())) as same:
            same.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _HELD_BYTES)
            if hasattr(socket, "TCP_USER_TIMEOUT"):
                same.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, _LINGER_SECONDS * 1000)
