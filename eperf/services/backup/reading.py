"""Reading an archive to its end without changing anything: each part in its place, each digest right.

An archive comes from wherever it was kept, and may be cut, rotten or made by somebody else. What is read is bounded by
what is there: a piece of the database by its agreed size, a list by the head, everything else by the file itself.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import IO

from eperf.adapters.archive import Entry, entries
from eperf.domain.errors import BackupDamaged, BadInput
from eperf.services.backup import form
from eperf.services.backup.form import Contents, Head, Manifest, Piece, Tally
from eperf.store import sqlite_copy

_FILE = re.compile(r"files/([0-9a-f]{2})/([0-9a-f]{2})/(\1\2[0-9a-f]{60})")
_TABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,62}")


def opened(path: Path) -> IO[bytes]:
    """The archive's file; refuses what is no ordinary file."""
    try:
        if not path.is_file():
            raise BadInput("path", str(path), "there is no such file")
        return path.open("rb")
    except OSError as wrong:
        raise BadInput("path", str(path), wrong.strerror or "cannot be read") from wrong


def check(path: Path) -> Contents:
    """Reads an archive to its end; `BACKUP_DAMAGED` names the first part that is not as it was written."""
    with opened(path) as file:
        contents = _Reading(entries(file)).contents()
        return Contents(contents.head, contents.manifest, contents.seal, file.tell())


def file_of(entry: Entry) -> str | None:
    """The hash of the content that an entry is, or None where it is something else."""
    found = _FILE.fullmatch(entry.name)
    return found[3] if found else None


class _Reading:
    """The parts in the one order in which they may come."""

    def __init__(self, parts: Iterator[Entry]) -> None:
        self._parts = parts
        self._now: Entry | None = None
        self._next()

    def contents(self) -> Contents:
        text = self._told(form.HEAD)
        head = form.read(form.HEAD, Head, text)
        _require_tables(head)
        pieces = [piece for table in head.tables for piece in self._pieces(table.name)]
        secret = self._secret()
        files = self._files()
        told = self._told(form.MANIFEST)
        seal = self._told(form.SEAL)
        if self._now is not None:
            raise BackupDamaged(self._now.name, "nothing comes behind the seal")
        if seal != f"{form.seal_of(told)}\n".encode():
            raise BackupDamaged(form.MANIFEST, "it is not the one that was sealed")
        manifest = form.read(form.MANIFEST, Manifest, told)
        _compare(manifest, form.digest(text), pieces, secret, files)
        _require_rows(head, manifest)
        return Contents(head, manifest, form.seal_of(told), 0)

    def _next(self) -> None:
        self._now = next(self._parts, None)

    def _is(self, name: str) -> bool:
        return self._now is not None and self._now.name == name

    def _whole(self, name: str, most: int) -> bytes:
        if self._now is None or self._now.name != name:
            raise BackupDamaged(name, f"in its place is {self._now.name if self._now else 'the end'}")
        data = self._now.whole(most)
        self._next()
        return data

    def _told(self, name: str) -> bytes:
        return self._whole(name, form.MOST_TOLD)

    def _pieces(self, table: str) -> Iterator[Piece]:
        number, size = 1, form.PIECE
        while size == form.PIECE:
            name = form.piece_name(table, number)
            if number > 1 and not self._is(name):
                return  # the last was full
            data = self._whole(name, form.PIECE)
            number, size = number + 1, len(data)
            yield Piece(name=name, size=size, sha256=form.digest(data))

    def _secret(self) -> str | None:
        return form.digest(self._whole(form.SECRET, form.MOST_SECRET)) if self._is(form.SECRET) else None

    def _files(self) -> form.Files:
        tally, before = Tally(), ""
        while self._now is not None and (sha256 := file_of(self._now)):
            if sha256 <= before:
                raise BackupDamaged(self._now.name, "it is not in its place")
            content = hashlib.sha256()
            for chunk in self._now.chunks():
                content.update(chunk)
            if content.hexdigest() != sha256:
                raise BackupDamaged(self._now.name, "its content is not the one of its name")
            tally.add(sha256, self._now.size)
            before = sha256
            self._next()
        return tally.told()


def _require_tables(head: Head) -> None:
    names = [table.name for table in head.tables]
    if head.dialect == "sqlite":
        right = names == [sqlite_copy.NAME]
    else:
        right = all(map(_TABLE.fullmatch, names)) and all(one < two for one, two in pairwise(names))
    if not right:
        raise BackupDamaged(form.HEAD, "its tables are not such as are written")


def _require_rows(head: Head, manifest: Manifest) -> None:
    tables = {table.name for table in head.tables} if head.dialect == "postgres" else set()
    if manifest.rows.keys() != tables:
        raise BackupDamaged(form.MANIFEST, "its rows are of other tables")


def _compare(
    manifest: Manifest, head: str, pieces: list[Piece], secret: str | None, files: form.Files
) -> None:
    if manifest.head != head:
        raise BackupDamaged(form.HEAD, "it is not the one that was written")
    for found, told in zip(pieces, manifest.pieces, strict=False):
        if found != told:
            raise BackupDamaged(found.name, "it is not the one that was written")
    if len(pieces) != len(manifest.pieces):
        raise BackupDamaged(
            form.MANIFEST, f"{len(pieces)} pieces of the database instead of {len(manifest.pieces)}"
        )
    if manifest.secret != secret:
        raise BackupDamaged(form.SECRET, "it is not the one that was written")
    if manifest.files != files:
        raise BackupDamaged(
            "files", f"{files.count} contents instead of {manifest.files.count}, or of other sizes"
        )
