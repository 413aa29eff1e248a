"""A lean HTTP/1.1 client for load: one keep-alive connection, no retries, so that a test knows what it knows.

Anything but a complete answer is `Unknown`: the request may or may not have been done.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from typing import Any


class Unknown(Exception):
    """The connection ended before a complete answer."""


class Connection:
    """One connection to a loopback server, opened when first used and again after a failure."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def request(
        self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> tuple[int, bytes]:
        """One request and its whole answer: status and body."""
        try:
            reader, writer = await self._open()
            lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", f"Content-Length: {len(body)}"]
            lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
            writer.write("\r\n".join([*lines, "", ""]).encode() + body)
            await writer.drain()
            head = await reader.readuntil(b"\r\n\r\n")
            status, found = _head(head)
            answer = await reader.readexactly(int(found.get("content-length", "0")))
            if found.get("connection") == "close":
                self.close()
            return status, answer
        except (OSError, asyncio.IncompleteReadError) as broken:
            self.close()
            raise Unknown(repr(broken)) from broken

    async def graphql(self, token: str, query: str, variables: Mapping[str, Any]) -> dict[str, Any]:
        """One operation; the whole JSON answer."""
        body = json.dumps({"query": query, "variables": variables}).encode()
        headers = {
            "Authorization": f"Bearer {token}",
            "Content-Type": "application/json",
            "Accept": "application/json",
        }
        status, answer = await self.request("POST", "/graphql", body, headers)
        if status >= 500:
            raise Unknown(f"status {status}: {answer[:200]!r}")
        found: dict[str, Any] = json.loads(answer)
        return found

    def close(self) -> None:
        """Closes the connection, if any."""
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None

    async def _open(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if self._streams is not None and self._streams[0].at_eof():
            self.close()
        if self._streams is None:
            self._streams = await asyncio.open_connection("127.0.0.1", self._port)
        return self._streams


def _head(head: bytes) -> tuple[int, dict[str, str]]:
    first, *rest = head.decode("latin-1").split("\r\n")
    pairs = (line.partition(":") for line in rest if line)
    return int(first.split(" ")[1]), {name.lower(): value.strip() for name, _, value in pairs}
