"""What a stranger who does not read can take: neither memory for answers to pings, nor a place beyond the limits."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from eperf.app.wire import SocketProtocol
from tests.app.following.served import Place, place

MASK = b"\0\0\0\0"
MOST_BYTES = 1024 * 1024


def frame(kind: int, content: bytes) -> bytes:
    """A whole frame of a client."""
    size = len(content)
    head = bytes([0x80 | kind])
    if size < 126:
        return head + bytes([0x80 | size]) + MASK + content
    if size < 65536:
        return head + b"\xfe" + struct.pack(">H", size) + MASK + content
    return head + b"\xff" + struct.pack(">Q", size) + MASK + content


@asynccontextmanager
async def stranger(served: Place) -> AsyncIterator[asyncio.StreamWriter]:
    """A socket that was let in, says nothing of itself and never reads again."""
    raw = socket.socket()
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    name, port = served.host.split(":")
    raw.connect((name, int(port)))
    raw.setblocking(False)
    reader, writer = await asyncio.open_connection(sock=raw, limit=4096)
    key = "dGhlIHNhbXBsZSBub25jZQ=="
    writer.write(
        f"GET /graphql HTTP/1.1\r\nHost: {served.host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n".encode()
    )
    assert b" 101 " in await reader.readuntil(b"\r\n\r\n")
    try:
        yield writer
    finally:
        writer.transport.abort()


@pytest.fixture
def met(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The server's ends of the sockets."""
    found: list[Any] = []
    inner = SocketProtocol.handle_connect

    def connected(self: Any, event: Any) -> None:
        found.append(self)
        inner(self, event)

    monkeypatch.setattr(SocketProtocol, "handle_connect", connected)
    return found


async def test_pings_that_nobody_reads_the_answers_of_take_no_memory(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, met: list[Any]
) -> None:
    async with place(database, tmp_path, monkeypatch) as served, stranger(served) as writer:
        pings = frame(0x9, os.urandom(125)) * 500
        for _ in range(100):  # six megabytes of answers
            writer.write(pings)
            await writer.drain()
            await asyncio.sleep(0)
        [end] = met
        assert end.transport.get_write_buffer_size() < MOST_BYTES


async def test_a_stranger_who_is_closed_for_what_it_said_holds_no_place(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, met: list[Any]
) -> None:
    async with place(database, tmp_path, monkeypatch) as served, stranger(served) as writer:
        ping = frame(0x1, json.dumps({"type": "ping", "payload": {"x": "y" * 200_000}}).encode())
        for _ in range(8):
            writer.write(ping)
        writer.write(frame(0x1, b"what?"))
        lost = asyncio.Event()
        [end] = met
        inner = end.connection_lost
        end.connection_lost = lambda why: (inner(why), lost.set())
        async with asyncio.timeout(20):
            while not (lost.is_set() or end.transport.is_closing()):
                await asyncio.sleep(0.05)
        assert SocketProtocol.lingering == 0
