"""One subscriber on a raw socket, for a process that holds thousands: a note of each message and of the moment it came.

While updates come, a message costs a look at its head and one append; what it says is read when the measuring is over.
"""

from __future__ import annotations

import asyncio
import json
import re
import time
from typing import Any

from bench import frames

CURSOR = re.compile(rb'"cursor":\s*"(\d+)"')
_PING = frames.framed(b'{"type":"ping"}')
_PONG = frames.framed(b'{"type":"pong"}')
_PROTOCOL = "graphql-transport-ws"
_PING_HEAD, _PING_SIZE = b"\x89\x04", 6
"""How the server asks whether a socket lives: a frame with four bytes. No JSON text holds a byte 4."""

Log = list[tuple[int, int, bytes]]
"""Who heard it, when (nanoseconds), and what."""


class Ear(asyncio.Protocol):
    """Subscribes with two messages, and notes what comes in a log that all share.

    `ready` is done when the server has taken the subscription in, or the socket is over; `end` says how it ended.
    """

    def __init__(self, place: int, port: int, messages: tuple[bytes, bytes], log: Log) -> None:
        self.place = place
        self._port, self._log = port, log
        self._init, self._subscribe = messages
        self._reader, self._live = frames.Reader(), False
        self.ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.end: tuple[int, str] | None = None

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        transport.write(frames.opening(f"127.0.0.1:{self._port}", "/graphql", _PROTOCOL))

    def data_received(self, data: bytes) -> None:
        now = time.time_ns()
        # Almost always one whole message of some hundred bytes: nothing is cut, nothing is copied.
        medium = self._live and len(data) > 4 and data[0] == 0x81 and data[1] == 126
        if medium and (data[2] << 8 | data[3]) + 4 == len(data) and self._reader.empty:
            self._log.append((self.place, now, data))
            return
        self._cut(data, now)

    def connection_lost(self, exc: Exception | None) -> None:
        self.over(1006, f"the connection was lost: {exc}")

    def over(self, code: int, reason: str) -> None:
        """It is over; who says so first says why."""
        self.end = self.end or (code, reason)
        self._be_ready()

    def _cut(self, data: bytes, now: int) -> None:
        before = self._reader.opened
        try:
            found = self._reader.feed(data)
        except frames.Refused as refused:
            self.over(0, str(refused))
            return
        if self._reader.opened and not before:
            self.transport.write(frames.framed(self._init))
        for kind, payload in found:
            self._frame(kind, payload, now)

    def _frame(self, kind: int, payload: bytes, now: int) -> None:
        if kind == frames.TEXT and b'"next"' in payload:
            self._log.append((self.place, now, payload))
        elif kind == frames.TEXT:
            self._said(json.loads(payload))
        elif kind == frames.PING:
            self.transport.write(frames.framed(payload, frames.PONG))
        elif kind == frames.CLOSE:
            self.over(*frames.closing(payload))
            self.transport.close()

    def _said(self, message: dict[str, Any]) -> None:
        match message["type"]:
            case "connection_ack":
                # The answer to the ping says that the subscription has been taken in.
                self.transport.write(frames.framed(self._subscribe) + _PING)
                self._live = True
            case "ping":
                self.transport.write(_PONG)
            case "pong":
                self._be_ready()
            case _:
                self.over(0, json.dumps(message)[:500])

    def _be_ready(self) -> None:
        if not self.ready.done():
            self.ready.set_result(None)


class CountingEar(Ear):
    """Subscribes to everything after a cursor, and keeps nothing but the count and the times of the first and the last.

    Every cursor is compared with the one before it; `wrong` are those that were not one more.
    """

    def __init__(self, place: int, port: int, messages: tuple[bytes, bytes], log: Log, after: int) -> None:
        super().__init__(place, port, messages, log)
        self.last, self.wrong, self.bytes = after, 0, 0
        self.began = self.latest = 0
        self._left = b""

    def data_received(self, data: bytes) -> None:
        if not self._live:
            super().data_received(data)
            return
        self.bytes += len(data)
        data = self._left + data if self._left else data
        if _PING_HEAD in data:
            data = self._without_ping(data)
        found = CURSOR.findall(data)
        if not found:
            self._little(data)
            return
        self._be_ready()
        self.latest = time.time_ns()
        self.began = self.began or self.latest
        self._compare([int(one) for one in found])
        self._left = data[data.rindex(b'"' + found[-1] + b'"') + len(found[-1]) + 2 :]

    def _compare(self, numbers: list[int]) -> None:
        if numbers != list(range(self.last + 1, self.last + 1 + len(numbers))):
            steps = zip([self.last, *numbers], numbers, strict=False)
            self.wrong += sum(number != before + 1 for before, number in steps)
        self.last = numbers[-1]

    def _without_ping(self, data: bytes) -> bytes:
        at = data.index(_PING_HEAD)
        if len(data) < at + _PING_SIZE:
            return data
        self.transport.write(frames.framed(data[at + 2 : at + _PING_SIZE], frames.PONG))
        return data[:at] + data[at + _PING_SIZE :]

    def _little(self, data: bytes) -> None:
        """No cursor in it: the answer to our ping, an end, or the first part of a message."""
        if b'"pong"' in data:
            self._be_ready()
        if b'"error"' in data or b'"complete"' in data:
            self.over(0, data[:500].decode(errors="replace"))
        self._left = data
