"""Contents kept by their hash in a folder: `files/ab/cd/abcd…`.

A content is first written beside its place, then forced to the disk, then moved there in one step. So a name always
holds the whole content, whenever the machine stops; what was half received lies in `incoming` and is removed.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import os
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from eperf.domain.errors import BadInput, TooMany, TooSlow, Unavailable

_WRITE_AT = 1 << 18
_ABANDONED_SECONDS = 24 * 3600
_OWN_SECONDS = 300.0
_HEXADECIMAL = frozenset("0123456789abcdef")


@dataclass(frozen=True)
class Received:
    """A content that has arrived whole and has no place yet; it is gone when its block ends."""

    path: Path
    sha256: str
    size: int


class Blobs:
    """The contents of one installation, in `folder`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "files"
        self._incoming = folder / "incoming"
        for each in (self._folder, self._incoming):
            each.mkdir(parents=True, exist_ok=True)
        self._tidy()

    @asynccontextmanager
    async def receiving(
        self, chunks: AsyncIterator[bytes], most: int, idle: float, total: float
    ) -> AsyncIterator[Received]:
        """Writes a stream to the disk while it comes; when the block ends, what was not kept is gone.

        Refuses more than `most` bytes, none at all, a pause of more than `idle` seconds, and more than `total` seconds.
        """
        try:
            file = await asyncio.to_thread(self._temporary)
        except OSError as full:
            raise Unavailable("file") from full
        path = Path(file.name)
        try:
            try:
                with file:
                    sha256, size = await _written(file, chunks, most, idle, total)
            except OSError as full:
                raise Unavailable("file") from full
            yield Received(path, sha256, size)
        finally:
            _forget(path)

    async def keep(self, received: Received) -> None:
        """Moves a received content to its place, for good. Keeping the same content again changes nothing."""
        try:
            await asyncio.to_thread(self._keep, received)
        except OSError as full:
            raise Unavailable("file") from full

    async def put(self, content: bytes) -> str:
        """Keeps a content of our own for good and gives its hash."""

        async def whole() -> AsyncIterator[bytes]:
            yield content

        async with self.receiving(whole(), len(content), _OWN_SECONDS, _OWN_SECONDS) as received:
            await self.keep(received)
            return received.sha256

    def read(self, sha256: str) -> bytes:
        """A content that was kept; `UNAVAILABLE` when it is not there."""
        try:
            return self.path(sha256).read_bytes()
        except OSError as missing:
            raise Unavailable("file") from missing

    def all(self) -> Iterator[tuple[str, Path]]:
        """Every content by its hash, in the order of the hashes. What is kept meanwhile may come or not."""
        for outer in _sorted(self._folder, 2):
            for inner in _sorted(outer, 2):
                for place in _sorted(inner, 64):
                    yield place.name, place

    def path(self, sha256: str) -> Path:
        """Where a content lies, whether or not it is there."""
        return self._folder / sha256[:2] / sha256[2:4] / sha256

    def _temporary(self) -> IO[bytes]:
        return tempfile.NamedTemporaryFile(dir=self._incoming, delete=False)

    def _keep(self, received: Received) -> None:
        place = self.path(received.sha256)
        place.parent.mkdir(parents=True, exist_ok=True)
        received.path.replace(place)
        for folder in (place.parent, place.parent.parent, self._folder):
            _force(folder)

    def _tidy(self) -> None:
        """Removes what a killed process had begun; a day old, so that nobody writes it any more."""
        for left in self._incoming.iterdir():
            with contextlib.suppress(OSError):
                if time.time() - left.stat().st_mtime > _ABANDONED_SECONDS:
                    left.unlink()


async def _written(
    file: IO[bytes], chunks: AsyncIterator[bytes], most: int, idle: float, total: float
) -> tuple[str, int]:
    """The hash and the size of what came; everything is on the disk when this returns."""
    hashed, size, waiting = hashlib.sha256(), 0, bytearray()
    async for chunk in _paced(chunks, idle, total):
        size += len(chunk)
        if size > most:
            raise TooMany("file bytes", most, size)
        waiting += chunk
        if len(waiting) >= _WRITE_AT:
            await asyncio.to_thread(_write, file, hashed, bytes(waiting))
            waiting.clear()
    if not size:
        raise BadInput("body", "", "an empty file")
    await asyncio.to_thread(_write, file, hashed, bytes(waiting))
    await asyncio.to_thread(_finish, file)
    return hashed.hexdigest(), size


async def _paced(chunks: AsyncIterator[bytes], idle: float, total: float) -> AsyncIterator[bytes]:
    """The chunks, as long as they keep coming."""
    deadline = asyncio.get_running_loop().time() + total
    while True:
        left = min(idle, deadline - asyncio.get_running_loop().time())
        try:
            async with asyncio.timeout(max(left, 0)):
                chunk = await anext(chunks)
        except StopAsyncIteration:
            return
        except TimeoutError as slow:
            raise TooSlow("body", f"nothing for {idle:g} s, or not all in {total:g} s") from slow
        yield chunk


def _write(file: IO[bytes], hashed: hashlib._Hash, content: bytes) -> None:
    hashed.update(content)
    file.write(content)


def _finish(file: IO[bytes]) -> None:
    file.flush()
    os.fsync(file.fileno())


def _forget(path: Path) -> None:
    with contextlib.suppress(OSError):
        path.unlink(missing_ok=True)


def _sorted(folder: Path, length: int) -> list[Path]:
    """What lies in a folder under names of our own form."""
    found = (one for one in folder.iterdir() if len(one.name) == length and set(one.name) <= _HEXADECIMAL)
    return sorted(found)


def _force(folder: Path) -> None:
    """Makes the names in a folder survive a power cut."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
