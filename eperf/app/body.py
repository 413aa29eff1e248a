"""Reading a request's body within bounds of size and time: the server itself waits for ever and takes everything."""

from __future__ import annotations

import asyncio

from starlette.requests import ClientDisconnect, Request

from eperf.domain.errors import BadInput, TooMany


async def read_body(request: Request, most: int, seconds: float) -> bytes:
    """The whole body, at most `most` bytes, arriving within `seconds`; refuses what is larger, slower or cut off."""
    declared = request.headers.get("content-length", "0")
    if declared.isascii() and declared.isdigit() and len(declared) < 16 and int(declared) > most:
        raise TooMany("body bytes", most, declared)
    chunks: list[bytes] = []
    size = 0
    try:
        async with asyncio.timeout(seconds):
            async for chunk in request.stream():
                size += len(chunk)
                if size > most:
                    raise TooMany("body bytes", most, size)
                chunks.append(chunk)
    except TimeoutError as slow:
        raise BadInput("body", size, f"did not arrive within {seconds:g} seconds") from slow
    except ClientDisconnect as gone:
        raise BadInput("body", size, "the sender left before the end") from gone
    return b"".join(chunks)
