"""A tar archive in one form: plain files, named and as large as their header says, and nothing else.

A header holds a name and a size; every other byte of it follows from those. Reading builds the header again and
compares, so links, devices, sparse files, long names and all else that makes a tar reader write where it should not
cannot be said, and what is in the archive can be seen by anybody with `tar`. Nothing is compressed, so nothing grows
while it is read.
"""

from __future__ import annotations

import re
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO

from eperf.domain.errors import BackupDamaged

_BLOCK = 512
_ZERO = bytes(_BLOCK)
_CHUNK = 1 << 20
_NAME = re.compile(rb"[A-Za-z0-9_][A-Za-z0-9_.]*(?:/[A-Za-z0-9_][A-Za-z0-9_.]*)*\Z")
_SIZE = re.compile(rb"[0-7]{11}\0\Z")


class Writer:
    """Writes an archive, one part after the other."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def add(self, name: str, data: bytes) -> None:
        """A part that is at hand."""
        self._file.write(_header(name, len(data)))
        self._file.write(data)
        self._file.write(_padding(len(data)))

    def copy(self, name: str, source: IO[bytes], size: int) -> None:
        """A part of `size` bytes from a file; raises `OSError` when the file has become shorter meanwhile."""
        self._file.write(_header(name, size))
        left = size
        while left:
            chunk = source.read(min(left, _CHUNK))
            if not chunk:
                raise OSError(f"{name} has become shorter")
            self._file.write(chunk)
            left -= len(chunk)
        self._file.write(_padding(size))

    def end(self) -> None:
        """What every archive ends with."""
        self._file.write(_ZERO + _ZERO)


@dataclass
class Entry:
    """A part while it is read: what is not asked for is skipped."""

    name: str
    size: int
    _file: IO[bytes] = field(repr=False)
    _left: int = field(default=-1, repr=False)

    def __post_init__(self) -> None:
        self._left = self.size

    def chunks(self) -> Iterator[bytes]:
        """Its content, in pieces of at most a megabyte."""
        while self._left:
            chunk = _exactly(self._file, min(self._left, _CHUNK), self.name)
            self._left -= len(chunk)
            yield chunk

    def whole(self, most: int) -> bytes:
        """Its content; refuses more than `most` bytes before reading any."""
        if self.size > most:
            raise BackupDamaged(self.name, f"{self.size} bytes, more than {most}")
        return b"".join(self.chunks())

    def finish(self) -> None:
        """Goes on to the next part."""
        self._file.seek(self._left, 1)
        padding = _padding(self.size)
        if _exactly(self._file, len(padding), self.name) != padding:
            raise BackupDamaged(self.name, "something lies behind it")


def entries(file: IO[bytes]) -> Iterator[Entry]:
    """The parts of an archive in order, to its very end; refuses whatever `Writer` would not have written."""
    while True:
        at = file.tell()
        block = _exactly(file, _BLOCK, f"header at byte {at}")
        if block == _ZERO:
            break
        entry = Entry(*_read_header(block, at), file)
        yield entry
        entry.finish()
    if file.read(_BLOCK + 1) != _ZERO:
        raise BackupDamaged("end", "it is not the end that was written")


def _header(name: str, size: int) -> bytes:
    told = tarfile.TarInfo(name)
    told.size, told.mode = size, 0o600
    return told.tobuf(tarfile.USTAR_FORMAT, "ascii", "strict")


def _read_header(block: bytes, at: int) -> tuple[str, int]:
    name, size = block[:100].rstrip(b"\0"), block[124:136]
    if _NAME.match(name) and _SIZE.match(size):
        found = name.decode(), int(size[:-1], 8)
        if _header(*found) == block:
            return found
    raise BackupDamaged(f"header at byte {at}", "not one that is written here")


def _padding(size: int) -> bytes:
    return bytes(-size % _BLOCK)


def _exactly(file: IO[bytes], size: int, part: str) -> bytes:
    data = file.read(size)
    if len(data) != size:
        raise BackupDamaged(part, "the archive ends within it")
    return data
