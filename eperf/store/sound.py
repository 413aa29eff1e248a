"""Whether SQLite's file may be opened to write: looked at beforehand, by a connection that cannot.

SQLite notices damage only where it reads, and may have written elsewhere by then. A file that was cut is seen by its
size, pages that do not hold together by SQLite's own check, for as long as a start may take. A log that was taken away
is seen by a note beside the file: it is made when the file is opened, and taken away when the last who had it open has
put the log into it. What no check can see is a value in which a byte was changed: SQLite keeps no sums.
"""

from __future__ import annotations

import os
import sqlite3
import struct
import time
from contextlib import closing
from pathlib import Path

from eperf.domain.errors import DatabaseDamaged

_SECONDS = 3.0
_STEPS = 10_000
_THOROUGH_BYTES = 64 << 20
"""Up to this size indexes are compared with their tables too."""
_MAGIC = b"SQLite format 3\0"
_NOTE, _LOG, _JOURNAL = ".open", "-wal", "-journal"


def require_sound(path: Path) -> None:
    """Refuses a file that is cut, damaged, no database, or whose log was taken away. Writes nothing."""
    log = Path(f"{path}{_LOG}")
    if _is_open(path):
        return  # whoever has it open has looked
    if Path(f"{path}{_JOURNAL}").exists():
        return  # a file that was just being made: opening it undoes what was half done, and only then it can be judged
    if _note(path).exists() and not log.exists():
        raise DatabaseDamaged(
            str(path),
            f"its log {log.name} was taken away, and with it what was committed last; restore a backup, or remove "
            f"{_note(path).name} if another program has put the log into the file",
        )
    if not (
        log.exists() and log.stat().st_size
    ):  # with a log the file may be in the middle of being extended by it
        _require_whole(path)
    _require_checked(path)


def note_opened(path: Path) -> None:
    """The file is open from now on, and has a log."""
    if Path(f"{path}{_LOG}").exists() and not _is_open(path):
        _note(path).write_text(_process(os.getpid()))


def note_closed(path: Path) -> None:
    """Somebody has closed the file; if it was the last, the log is in the file and gone."""
    if not Path(f"{path}{_LOG}").exists():
        _note(path).unlink(missing_ok=True)


def _is_open(path: Path) -> bool:
    """Whether another process that opened the file lives and has not closed it."""
    try:
        told = _note(path).read_text()
    except OSError:
        return False
    number = told.partition(" ")[0]
    return number.isdigit() and int(number) != os.getpid() and bool(told) and _process(int(number)) == told


def _process(number: int) -> str:
    """A process, told from every other that has had or will have its number; empty where that cannot be known."""
    try:
        facts = Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return ""
    return f"{number} {facts[19]}"


def _note(path: Path) -> Path:
    return Path(f"{path}{_NOTE}")


def _require_whole(path: Path) -> None:
    with path.open("rb") as file:
        head = file.read(100)
    if len(head) < 100 or not head.startswith(_MAGIC):
        raise DatabaseDamaged(str(path), "it does not begin as a database")
    (page,) = struct.unpack(">H", head[16:18])
    page = 65536 if page == 1 else page
    changes, pages, valid_for = (struct.unpack(">I", head[at : at + 4])[0] for at in (24, 28, 92))
    size = path.stat().st_size
    if changes == valid_for and size < pages * page:  # more does no harm
        raise DatabaseDamaged(str(path), f"it has {size} bytes instead of {pages * page}")


def _legible(text: bytes) -> str:
    """What SQLite says of damage may quote it."""
    return text.decode(errors="replace")


def _require_checked(path: Path) -> None:
    until = time.monotonic() + _SECONDS
    check = "integrity_check" if path.stat().st_size <= _THOROUGH_BYTES else "quick_check"
    # Who reads a file beside its log leaves an index of the log; where there is none nobody has the file open.
    way = "mode=ro" if Path(f"{path}{_LOG}").exists() else "immutable=1"
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?{way}", uri=True)) as reader:
            reader.set_progress_handler(lambda: time.monotonic() > until, _STEPS)
            reader.text_factory = _legible
            reader.execute("PRAGMA trusted_schema=OFF")
            (said,) = reader.execute(f"PRAGMA {check}(1)").fetchone()
    except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
        if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_INTERRUPT:
            return  # as much as a start has time for
        raise DatabaseDamaged(str(path), str(error)) from error
    if said != "ok":
        raise DatabaseDamaged(str(path), " ".join(said.split())[:200])
