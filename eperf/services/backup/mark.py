"""What lies in a data folder to be remembered: that a restore into it is not at its end, and the last backup's time."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from eperf.domain.errors import PlaceNotEmpty

_NAME, _LAST = "restoring", "last-backup"


def is_unfinished(folder: Path) -> bool:
    """Whether a restore into this data folder was begun and is not at its end."""
    place = folder / _NAME
    return place.exists() and place.stat().st_size > 0


def last_made(folder: Path) -> datetime | None:
    """When the last backup of this data folder was made."""
    try:
        return datetime.fromtimestamp((folder / _LAST).stat().st_mtime, UTC)
    except OSError:
        return None


def note_made(folder: Path, now: datetime) -> None:
    """Remembers that a backup was made of what was committed at this instant."""
    place = folder / _LAST
    with contextlib.suppress(OSError):  # who may only read the folder backs it up all the same
        place.touch(0o600)
        os.utime(place, (now.timestamp(), now.timestamp()))


@contextmanager
def marked(folder: Path, seal: str) -> Iterator[bool]:
    """Gives whether a restore of this very archive was begun here; when all went well the mark is gone."""
    folder.mkdir(parents=True, exist_ok=True)
    place = folder / _NAME
    with open(place, "a+b") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as taken:
            raise PlaceNotEmpty("data_dir", f"another restore runs in {folder}") from taken
        file.seek(0)
        found = file.read(256).decode(errors="replace")
        try:
            if not seal.startswith(found):
                raise PlaceNotEmpty("data_dir", f"a restore of another backup was begun in {folder}")
            yield found == seal
        except BaseException:
            if not place.stat().st_size:
                place.unlink()
            raise
        place.unlink()
    force(folder)


def begin(folder: Path, seal: str) -> None:
    """From here on the place is changed."""
    with (folder / _NAME).open("r+b") as file:
        file.write(seal.encode())
        file.flush()
        os.fsync(file.fileno())
    force(folder)


def force(folder: Path) -> None:
    """Makes the names in a folder survive a power cut."""
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
