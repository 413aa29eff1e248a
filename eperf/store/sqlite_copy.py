"""A copy of SQLite's database while a server writes to it, and a copy put into its place.

The copy is made by SQLite's online backup in one step: it reads as of one commit, like any reader of the write-ahead
log, so no writer waits for it and none makes it begin anew. It runs on connections of its own and needs no open ORM.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from eperf.domain.errors import BackupDamaged, BadInput

NAME = "eperf.db"
"""What the one table-like part of an archive of SQLite is called."""
_BUSY_SECONDS = 60
_OF_ONE = ("", "-wal", "-shm", "-journal")
_NEVER = "9999-12-31 00:00:00+00:00"
_PAUSE = "UPDATE webhook SET state = 'paused', changed_at = ? WHERE state IN ('active', 'paused')"
"""The time of a pause begins anew with the place."""


def copy(path: Path, into: Path) -> tuple[str, ...]:
    """Copies the database to a new file and gives the migrations that the copy has, as `app.name`.

    Refuses a database that is not there, and one whose copy SQLite itself finds damaged.
    """
    if not path.is_file():
        raise BadInput("database_url", str(path), "there is no such file")
    into.unlink(missing_ok=True)
    os.close(os.open(into, os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600))
    try:
        with closing(
            sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", _BUSY_SECONDS, uri=True)
        ) as source:
            source.execute("PRAGMA query_only=ON")
            with closing(sqlite3.connect(into)) as target:
                source.backup(target)
                # So that the file is all there is: read in the other mode, it would have a log beside it.
                target.execute("PRAGMA journal_mode=DELETE")
        return _migrations(into)
    except sqlite3.OperationalError as failed:  # no room, no right, a lock that stays
        raise BadInput("database_url", str(path), f"cannot be copied: {failed}") from failed
    except sqlite3.DatabaseError as broken:
        raise BackupDamaged("database", str(broken)) from broken


def lies_at(path: Path) -> str | None:
    """A database at a place, or what is left of one."""
    return next((f"{path}{suffix}" for suffix in _OF_ONE if Path(f"{path}{suffix}").exists()), None)


def ready(part: Path, ahead: int) -> None:
    """Looks through a file that is to become the database, and makes it fit to go on from.

    Jobs of plugins wait for their next time: the server that was lost may have run those that came due since. Webhooks
    that were active are paused: a copy of a server that lives must not send. `ahead` numbers are left free everywhere.
    """
    try:
        _migrations(part)
        with closing(sqlite3.connect(part)) as target, target:
            if _has(target, "plugin_job"):
                target.execute("UPDATE plugin_job SET due_at = ?", (_NEVER,))
            if _has(target, "webhook"):
                now = datetime.now(UTC).isoformat(" ")
                target.execute(_PAUSE, (now,))
            if ahead:
                target.execute("UPDATE sqlite_sequence SET seq = seq + ?", (ahead,))
                target.execute("UPDATE event_head SET cursor = cursor + ?", (ahead,))
    except sqlite3.DatabaseError as broken:
        raise BackupDamaged(NAME, str(broken)) from broken
    with part.open("rb+") as file:
        os.fsync(file.fileno())


def _migrations(path: Path) -> tuple[str, ...]:
    with closing(sqlite3.connect(path)) as found:
        found.text_factory = lambda text: text.decode(
            errors="replace"
        )  # of damage, what is said may quote it
        found.execute("PRAGMA trusted_schema=OFF")
        wrong = [str(row[0]) for row in found.execute("PRAGMA integrity_check(3)")]
        if wrong != ["ok"]:
            raise sqlite3.DatabaseError("; ".join(wrong)[:300])
        if not _has(found, "tortoise_migrations"):
            raise sqlite3.DatabaseError("it is no database of eperf: run `eperf migrate` first")
        return tuple(
            f"{app}.{name}"
            for app, name in found.execute("SELECT app, name FROM tortoise_migrations ORDER BY id")
        )


def _has(connection: sqlite3.Connection, table: str) -> bool:
    found = connection.execute("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?", (table,))
    return found.fetchone() is not None
