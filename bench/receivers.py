"""Receivers of webhooks in one process of their own, each on a loopback address of its own, so each is another host.

A good one answers at once; one that hangs takes every request and answers none, but for the question whether it wants any.
"""

from __future__ import annotations

import asyncio
import json
import time
from typing import Any

import uvloop

from bench.ear import Log
from bench.ears import Ears, Hearing, serve

_MANY = 240


def address(place: int) -> str:
    """Where a receiver listens."""
    assert place < _MANY, "an address has no more"
    return f"127.0.1.{place + 1}"


class Receivers(Ears):
    """The process, from outside; it speaks like one of subscribers."""

    def __init__(self) -> None:
        super().__init__("bench.receivers")

    def listen(self, count: int, hanging: int) -> list[str]:
        """Opens so many good ones and then so many that hang; gives the address of each."""
        found: list[str] = self.ask("listen", count=count, hanging=hanging)["urls"]
        return found


class _Receiver(asyncio.Protocol):
    """One connection of one receiver."""

    def __init__(self, place: int, log: Log, *, hangs: bool) -> None:
        self._place, self._log, self._hangs = place, log, hangs
        self._left = b""

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._left += data
        while (end := self._left.find(b"\r\n\r\n")) >= 0:
            head = self._left[:end].lower()
            size = int(head.partition(b"content-length:")[2].split(b"\r\n", 1)[0] or 0)
            if len(self._left) < end + 4 + size:
                return
            body, self._left = self._left[end + 4 : end + 4 + size], self._left[end + 4 + size :]
            self._request(body)

    def _request(self, body: bytes) -> None:
        if b'"challenge"' in body:
            challenge = json.loads(body)["data"]["challenge"].encode()
            self._transport.write(
                b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(challenge), challenge)
            )
            return
        self._log.append((self._place, time.time_ns(), body))
        if not self._hangs:
            self._transport.write(b"HTTP/1.1 204 No Content\r\n\r\n")


class _Listening(Hearing):
    """Of receivers."""

    def __init__(self) -> None:
        super().__init__()
        self._servers: list[asyncio.Server] = []

    async def _listen(self, count: int, hanging: int) -> dict[str, Any]:
        loop = asyncio.get_running_loop()
        for place in range(count + hanging):

            def made(place: int = place) -> _Receiver:
                return _Receiver(place, self._log, hangs=place >= count)

            self._servers.append(await loop.create_server(made, address(place), 0))
        ports = [server.sockets[0].getsockname() for server in self._servers]
        return {"urls": [f"http://{host}:{port}/hook" for host, port in ports]}


def main() -> None:
    """Receives until its input ends."""
    asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())
    asyncio.run(serve(_Listening))


if __name__ == "__main__":
    main()
