"""Putting an archive into an empty place: checked whole first, contents before the database, the database at once.

A mark lies in the data folder from the first change to the last, and nothing but another run of the same restore starts
while it lies there. So a restore that was cut off, at whatever point, is run again and goes on to the same end.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import replace
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import IO, Any

from eperf.adapters.archive import Entry, entries
from eperf.adapters.blobs import Blobs
from eperf.domain.errors import BackupDamaged, BackupNewer, BadInput, PlaceNotEmpty
from eperf.services.backup import form
from eperf.services.backup.form import Contents
from eperf.services.backup.mark import begin, force, marked
from eperf.services.backup.reading import check, file_of, opened
from eperf.store import database, migrate, postgres_copy, sound, sqlite_copy
from eperf.store.database import Apps, dialect_of, sqlite_path

_SECONDS = 3600.0
"""For one content: a slow disk is waited for."""
_PART = ".restoring"


async def restore(url: str, folder: Path, path: Path, apps: Apps, ahead: int = 0) -> Contents:
    """Puts the archive at `path` into the database at `url` and the data `folder`, which have to be empty.

    `apps` are the tables of installed plugins; their migrations are run as far as the archive has them. `ahead` numbers
    (ids and cursors) are left free, for those that were given out after the archive was made. Nothing is changed before
    the whole archive was read and is right, of this dialect, and not newer than the program.
    """
    contents = check(path)
    _require_fit(contents, url, apps)
    left_out: tuple[str, ...] = ()
    with marked(folder, contents.seal) as begun:
        if not await _database_there(url, contents.seal, begun):
            if not begun and (found := _lies_there(folder)):
                raise PlaceNotEmpty("data_dir", found)
            begin(folder, contents.seal)
            await _files(folder, path, contents)
            if contents.head.dialect == "sqlite":
                _sqlite(Path(sqlite_path(url)), path, contents, ahead)
            else:
                left_out = await _postgres(url, path, contents, apps, ahead)
    return replace(contents, left_out=left_out)


def _require_fit(contents: Contents, url: str, apps: Apps) -> None:
    head = contents.head
    if head.dialect != dialect_of(url):
        raise BadInput("database_url", dialect_of(url), f"the backup is of {head.dialect}")
    installed = database.config(url, apps)["apps"]
    known = migrate.known(installed)
    for name in head.migrations:
        label = name.partition(".")[0]
        if name not in known and label in installed:
            raise BackupNewer(f"the migration {name}", f"it was made by eperf {head.eperf} or a newer plugin")
        if label not in installed and head.dialect == "postgres":
            raise BackupNewer(f"tables of {label}", "the plugin that makes them has to be installed first")


async def _database_there(url: str, seal: str, begun: bool) -> bool:
    """Whether all but taking the mark away was done before; refuses a database that is not ours to fill."""
    if dialect_of(url) == "sqlite":
        found = sqlite_copy.lies_at(Path(sqlite_path(url)))
        if found is None:
            return False
        ours = found == sqlite_path(url)
    else:
        table = await postgres_copy.holds_rows(url)
        if table is None:
            return False
        found, ours = f"rows in {table}", await postgres_copy.restored_from(url) == seal
    if begun and ours:
        return True
    raise PlaceNotEmpty("database_url", found)


def _lies_there(folder: Path) -> str | None:
    """What of an installation lies in a data folder."""
    if (folder / form.SECRET).exists():
        return str(folder / form.SECRET)
    return next((str(place) for _, place in Blobs(folder).all()), None)


async def _files(folder: Path, path: Path, contents: Contents) -> None:
    blobs = Blobs(folder)
    with opened(path) as file:
        for entry in entries(file):
            sha256 = file_of(entry)
            if entry.name == form.SECRET:
                _secret(folder, entry.whole(form.MOST_SECRET), contents)
            elif sha256 and not _is_kept(blobs.path(sha256), entry.size):
                async with blobs.receiving(_stream(entry), entry.size, _SECONDS, _SECONDS) as received:
                    if received.sha256 != sha256:
                        raise BackupDamaged(entry.name, "it has changed since it was checked")
                    await blobs.keep(received)


async def _stream(entry: Entry) -> AsyncIterator[bytes]:
    for chunk in entry.chunks():
        yield chunk


def _is_kept(place: Path, size: int) -> bool:
    return place.exists() and place.stat().st_size == size


def _secret(folder: Path, data: bytes, contents: Contents) -> None:
    if form.digest(data) != contents.manifest.secret:
        raise BackupDamaged(form.SECRET, "it has changed since it was checked")
    part, place = folder / f".{form.SECRET}{_PART}", folder / form.SECRET
    part.unlink(missing_ok=True)
    with open(part, "xb", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
        _write(file, data)
    part.rename(place)
    force(folder)


def _sqlite(place: Path, path: Path, contents: Contents, ahead: int) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    part = place.with_name(f"{place.name}{_PART}")
    part.unlink(missing_ok=True)
    with open(part, "xb", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
        file.writelines(data for _, data in _pieces(path, contents))
        _write(file, b"")
    sqlite_copy.ready(part, ahead)
    sound.note_closed(place)  # of a file that lay there before
    part.rename(place)
    force(place.parent)


async def _postgres(url: str, path: Path, contents: Contents, apps: Apps, ahead: int) -> tuple[str, ...]:
    config = await database.connect(url, apps)
    try:
        await migrate.migrate(config, only=contents.head.migrations)
    finally:
        await database.disconnect()
    tables = groupby(_pieces(path, contents), key=itemgetter(0))

    async def rows(table: str) -> AsyncIterator[bytes]:
        for name, pieces in tables:
            if name == table:
                for _, data in pieces:
                    yield data
                return
        raise BackupDamaged(table, "it has changed since it was checked")

    return await postgres_copy.load(url, _facts(contents), rows, contents.manifest.rows, contents.seal, ahead)


def _facts(contents: Contents) -> postgres_copy.Facts:
    head = contents.head
    tables: Mapping[str, tuple[str, ...]] = {table.name: table.columns for table in head.tables}
    last = [(one.table, one.column, one.last) for one in head.sequences]
    return postgres_copy.Facts(head.migrations, tables, last)


def _pieces(path: Path, contents: Contents) -> Iterator[tuple[str, bytes]]:
    """The pieces of the database by table, each as the manifest has it."""
    told: dict[str, Any] = {piece.name: piece for piece in contents.manifest.pieces}
    with opened(path) as file:
        for entry in entries(file):
            piece = told.get(entry.name)
            if piece is None:
                continue
            data = entry.whole(form.PIECE)
            if form.digest(data) != piece.sha256:
                raise BackupDamaged(entry.name, "it has changed since it was checked")
            yield entry.name.split("/")[1], data


def _write(file: IO[bytes], data: bytes) -> None:
    file.write(data)
    file.flush()
    os.fsync(file.fileno())
