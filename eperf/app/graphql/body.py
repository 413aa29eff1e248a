"""Reading a body that may never end: uvicorn waits for ever and takes ten megabytes, this does neither."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from eperf.app.graphql.connection import Headers
from eperf.app.graphql.limits import Limits
from eperf.app.graphql.refusals import BadRequest, BodyTooLarge, BodyTooSlow

Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]


class Gone(Exception):
    """The caller went away; there is nobody to answer."""


async def read(receive: Receive, headers: Headers, limits: Limits) -> bytes:
    """The whole body; raises `BodyTooLarge`, `BodyTooSlow`, `BadRequest` or `Gone`."""
    _check_length(headers, limits)
    try:
        async with asyncio.timeout(limits.body_seconds):
            return await _joined(receive, limits)
    except TimeoutError:
        raise BodyTooSlow("body") from None


def _check_length(headers: Headers, limits: Limits) -> None:
    """Refuse by the announced length, before a byte is read."""
    for announced in headers.every(b"content-length"):
        if not (announced.isascii() and announced.isdigit() and len(announced) < 20):
            raise BadRequest("content-length", "not a length")
        if int(announced) > limits.body_bytes:
            raise BodyTooLarge("body_bytes", limits.body_bytes, int(announced))


async def _joined(receive: Receive, limits: Limits) -> bytes:
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Gone
        part = message.get("body", b"")
        size += len(part)
        if size > limits.body_bytes:
            raise BodyTooLarge("body_bytes", limits.body_bytes, size)
        parts.append(part)
        if not message.get("more_body", False):
            return b"".join(parts)
