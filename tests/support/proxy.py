"""A TCP proxy on loopback in front of PostgreSQL: it can go away, fall silent, be slow, and cut a commit off.

It runs in a thread with a loop of its own; its methods are called from any other thread and have taken effect when
they return.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
import threading
from collections.abc import Coroutine
from itertools import count
from typing import Any, Self, TypeVar
from urllib.parse import urlsplit, urlunsplit

from tests.support.server import free_port

T = TypeVar("T")
_READ = 65536
_ENCRYPTION = 80877103  # the question whether the server would speak TLS
_NUMBERS = count(1)
_RESET = struct.pack("ii", 1, 0)  # closing with this linger sends RST


class Proxy:
    """In front of the server that a database's URL names; `url` is the database's through the proxy.

    `delay` are the seconds that every message of a client waits. `cut` says what becomes of the next writes: each one
    is lost on its way (`before`) or its answer is (`behind`), one after another, as long as it is set.
    """

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._host, self._port = parts.hostname or "127.0.0.1", parts.port or 5432
        self.port = free_port()
        credentials = f"{parts.username}:{parts.password}@" if parts.username else ""
        self.url = urlunsplit(parts._replace(netloc=f"{credentials}127.0.0.1:{self.port}"))
        self.delay = 0.0
        self.cut = ""
        self.cuts = 0
        self.every = 1
        """Every how many writes one is cut."""
        self._writes = 0
        self._silent = False
        self._loop = asyncio.new_event_loop()
        self._lines: set[_Line] = set()
        self._listener: asyncio.Server | None = None
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        self.back()
        return self

    def __exit__(self, *_: object) -> None:
        self.away()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def away(self) -> None:
        """Resets every connection, and refuses new ones."""
        self._do(self._close())

    def back(self) -> None:
        """Takes connections again, and passes on what they say."""
        self._do(self._open())

    def silence(self) -> None:
        """From now on nothing passes and nothing is closed: both ends see a peer that says nothing."""
        self._silent = True

    def deaden(self) -> set[int]:
        """From now on nothing passes on the connections of now; new ones are as ever. Gives the dead ones' numbers."""
        for line in tuple(self._lines):
            line.dead = True
        return {line.number for line in self._lines}

    def still(self, numbers: set[int]) -> bool:
        """Whether one of these connections has not been closed."""
        return any(line.number in numbers for line in tuple(self._lines))

    def _do(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(10)

    async def _open(self) -> None:
        if self._silent:
            await self._close()
            self._silent = False
        if self._listener is None:
            self._listener = await asyncio.start_server(self._serve, "127.0.0.1", self.port)

    async def _close(self) -> None:
        if self._listener is not None:
            self._listener.close()
            self._listener = None
        for line in tuple(self._lines):
            line.reset()
        await asyncio.sleep(0)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        line = _Line(self, reader, writer)
        self._lines.add(line)
        try:
            await line.run(self._host, self._port)
        finally:
            self._lines.discard(line)

    def _doomed(self) -> bool:
        """Whether a write that is about to pass is to be cut."""
        if not self.cut:
            return False
        self._writes += 1
        if self._writes % self.every:
            return False
        self.cuts += 1
        return True


class _Line:
    """One client's connection and ours to the server."""

    def __init__(self, proxy: Proxy, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._proxy, self._reader, self._writer = proxy, reader, writer
        self._onward: asyncio.StreamWriter | None = None
        self._statements = _Statements()
        self._doomed = self.dead = False
        self.number = next(_NUMBERS)

    async def run(self, host: str, port: int) -> None:
        """Passes on what both say, until one of them ends."""
        try:
            answers, self._onward = await asyncio.open_connection(host, port)
            ways = [asyncio.create_task(self._out()), asyncio.create_task(self._back(answers))]
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)
        except OSError:
            pass
        finally:
            self.reset()

    def reset(self) -> None:
        """Ends both connections with RST."""
        for writer in (self._writer, self._onward):
            if writer is not None and not writer.transport.is_closing():
                with contextlib.suppress(OSError):
                    line = writer.get_extra_info("socket")
                    line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
                writer.transport.abort()

    async def _out(self) -> None:
        while said := await self._reader.read(_READ):
            if self._proxy._silent or self.dead:
                continue
            if self._proxy.delay:
                await asyncio.sleep(self._proxy.delay)
            if self._statements.writes(said) and self._proxy._doomed():
                if self._proxy.cut == "before":
                    return
                self._doomed = True
            assert self._onward is not None
            self._onward.write(said)
            await self._onward.drain()

    async def _back(self, answers: asyncio.StreamReader) -> None:
        while said := await answers.read(_READ):
            if self._doomed:
                return  # it is done, and nobody is told
            if self._proxy._silent or self.dead:
                continue
            self._writer.write(said)
            await self._writer.drain()


class _Statements:
    """What a client asks, read from its side of the protocol: which prepared statements write."""

    def __init__(self) -> None:
        self._writing: set[bytes] = set()
        self._left = b""
        self._started = False

    def writes(self, said: bytes) -> bool:
        """Whether a commit, or a statement that writes by itself, is in these bytes."""
        found, data = False, self._left + said
        while not self._started and len(data) >= 8:  # the first messages have no letter
            length, code = struct.unpack("!ii", data[:8])
            data, self._started = data[length:], code != _ENCRYPTION
        if not self._started:
            self._left = data
            return False
        while len(data) >= 5 and len(data) > struct.unpack("!i", data[1:5])[0]:
            end = 1 + struct.unpack("!i", data[1:5])[0]
            found |= self._one(data[:1], data[5:end])
            data = data[end:]
        self._left = data
        return found

    def _one(self, letter: bytes, body: bytes) -> bool:
        if letter == b"P":  # Parse: name, text
            name, text, *_ = body.split(b"\0", 2)
            if text.startswith(b"WITH drawn"):
                self._writing.add(name)
        if letter == b"B":  # Bind: portal, statement
            return body.split(b"\0", 2)[1] in self._writing
        return letter == b"Q" and body.startswith(b"COMMIT")
