"""Making an archive: the database as of one instant first, the contents after it.

A content is on the disk before the row that names it, and none is changed or removed, so what the earlier copy of the
database names is among the later ones. Written under another name, forced to the disk, then renamed: what bears the
archive's name is whole.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO

from eperf import __version__
from eperf.adapters.archive import Writer
from eperf.adapters.blobs import Blobs
from eperf.domain.errors import BadInput, RestoreUnfinished
from eperf.services.backup import form
from eperf.services.backup.form import FORM, PIECE, Head, Manifest, Piece, Table, Tally
from eperf.services.backup.mark import force, is_unfinished, note_made
from eperf.store import postgres_copy, sqlite_copy
from eperf.store.database import dialect_of, sqlite_path

_PART = ".part"


@dataclass(frozen=True)
class Made:
    """An archive that was made; `damaged` are contents that are not what their names say, and are not in it."""

    head: Head
    manifest: Manifest
    seal: str
    bytes: int
    damaged: tuple[str, ...]


async def backup(url: str, folder: Path, path: Path, now: datetime) -> Made:
    """Copies the database at `url` and the data `folder` to a new archive, while others serve and write.

    Everything that was committed when it began is in it. Refuses a path that is taken, and a database that is damaged.
    """
    if is_unfinished(folder):
        raise RestoreUnfinished("data_dir", str(folder))
    _require_free(path)
    with _part(path) as file:
        made = await _written(url, folder, path, file, now)
        _force(file)
        _require_free(path)
        _beside(path, _PART).rename(path)
    force(path.parent)
    note_made(folder, now)
    return made


async def _written(url: str, folder: Path, path: Path, file: IO[bytes], now: datetime) -> Made:
    archive = Writer(file)
    if dialect_of(url) == "sqlite":
        head, pieces, rows = _sqlite(url, path, archive, now)
    else:
        head, pieces, rows = await _postgres(url, archive, now)
    secret = _secret(folder, archive)
    files, damaged = _files(folder, archive)
    manifest = Manifest(
        head=form.digest(form.written(head)), pieces=tuple(pieces), rows=rows, secret=secret, files=files
    )
    told = form.written(manifest)
    archive.add(form.MANIFEST, told)
    archive.add(form.SEAL, f"{form.seal_of(told)}\n".encode())
    archive.end()
    return Made(head, manifest, form.seal_of(told), file.tell(), damaged)


_Copied = tuple[Head, list[Piece], dict[str, int]]


def _sqlite(url: str, path: Path, archive: Writer, now: datetime) -> _Copied:
    copy = _beside(path, ".database")
    try:
        migrations = sqlite_copy.copy(Path(sqlite_path(url)), copy)
        head = _head("sqlite", now, migrations, (Table(name=sqlite_copy.NAME),), ())
        archive.add(form.HEAD, form.written(head))
        pieces = Pieces(archive, sqlite_copy.NAME)
        with copy.open("rb") as source:
            while chunk := source.read(PIECE):
                pieces.take(chunk)
        pieces.end()
        return head, pieces.made, {}
    finally:
        copy.unlink(missing_ok=True)


async def _postgres(url: str, archive: Writer, now: datetime) -> _Copied:
    async with postgres_copy.snapshot(url) as snapshot:
        facts = snapshot.facts
        tables = tuple(Table(name=name, columns=columns) for name, columns in facts.tables.items())
        last = tuple(
            form.Sequence(table=table, column=column, last=n) for table, column, n in facts.sequences
        )
        head = _head("postgres", now, facts.migrations, tables, last)
        archive.add(form.HEAD, form.written(head))
        made: list[Piece] = []
        rows: dict[str, int] = {}
        for table in facts.tables:
            pieces = Pieces(archive, table)
            rows[table] = await snapshot.rows(table, pieces.taken)
            pieces.end()
            made += pieces.made
        return head, made, rows


class Pieces:
    """Cuts what comes of a table into pieces of one size, of which one is held at a time."""

    def __init__(self, archive: Writer, table: str) -> None:
        self._archive, self._table, self._held = archive, table, bytearray()
        self.made: list[Piece] = []

    def take(self, chunk: bytes) -> None:
        """More of the table."""
        self._held += chunk
        while len(self._held) >= PIECE:
            self._add(bytes(self._held[:PIECE]))
            del self._held[:PIECE]

    async def taken(self, chunk: bytes) -> None:
        """As `take`, for a driver that waits for it."""
        self.take(chunk)

    def end(self) -> None:
        """The table is over. An empty one has an empty piece."""
        if self._held or not self.made:
            self._add(bytes(self._held))

    def _add(self, data: bytes) -> None:
        name = form.piece_name(self._table, len(self.made) + 1)
        self._archive.add(name, data)
        self.made.append(Piece(name=name, size=len(data), sha256=form.digest(data)))


def _head(
    dialect: str,
    now: datetime,
    migrations: tuple[str, ...],
    tables: tuple[Table, ...],
    last: tuple[form.Sequence, ...],
) -> Head:
    return Head.model_validate(
        {
            "form": FORM,
            "eperf": __version__,
            "dialect": dialect,
            "made_at": now.isoformat(),
            "migrations": migrations,
            "tables": tables,
            "sequences": last,
        }
    )


def _secret(folder: Path, archive: Writer) -> str | None:
    place = folder / form.SECRET
    if not place.exists():
        return None
    data = place.read_bytes()
    if len(data) > form.MOST_SECRET:
        raise BadInput("data_dir", str(place), f"the secret has {len(data)} bytes")
    archive.add(form.SECRET, data)
    return form.digest(data)


def _files(folder: Path, archive: Writer) -> tuple[form.Files, tuple[str, ...]]:
    tally, damaged = Tally(), []
    for sha256, place in Blobs(folder).all():
        with place.open("rb") as source:
            if hashlib.file_digest(source, "sha256").hexdigest() != sha256:
                damaged.append(sha256)
                continue
            size = source.tell()
            source.seek(0)
            archive.copy(form.file_name(sha256), source, size)
            tally.add(sha256, size)
    return tally.told(), tuple(damaged)


@contextmanager
def _part(path: Path) -> Iterator[IO[bytes]]:
    """The file that is to become the archive, for this process alone; gone when it does not."""
    place = _beside(path, _PART)
    try:
        number = os.open(place, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    except OSError as wrong:
        raise BadInput("path", str(path), wrong.strerror or "cannot be written") from wrong
    with open(number, "r+b") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as taken:
            raise BadInput("path", str(path), "another backup is being written there") from taken
        os.fchmod(file.fileno(), 0o600)
        file.truncate()
        try:
            yield file
        except BaseException as failure:
            place.unlink(missing_ok=True)
            if isinstance(failure, OSError):
                raise BadInput("path", str(path), failure.strerror or str(failure)) from failure
            raise


def _beside(path: Path, suffix: str) -> Path:
    return path.with_name(f".{path.name}{suffix}")


def _require_free(path: Path) -> None:
    if path.exists() or path.is_symlink():
        raise BadInput("path", str(path), "it is there already")


def _force(file: IO[bytes]) -> None:
    file.flush()
    os.fsync(file.fileno())
