"""Making ready while the database works: the next piece is made in another thread while this one is written."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterable
from typing import TypeVar

P = TypeVar("P")
R = TypeVar("R")


async def ahead(make: Callable[[P], R], pieces: Iterable[P]) -> AsyncGenerator[R, None]:
    """What is made of each piece, in order; one is made while its predecessor is used."""
    coming: asyncio.Task[R] | None = None
    try:
        for piece in pieces:
            made, coming = coming, asyncio.create_task(asyncio.to_thread(make, piece))
            if made is not None:
                yield await made
        if coming is not None:
            yield await coming
    finally:
        if coming is not None and not coming.done():
            await asyncio.wait({coming})
