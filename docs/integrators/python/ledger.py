"""What came of the updates, and how far: one SQLite file, so that an effect and its cursor are kept together or not.

Where effects go elsewhere (a queue, another service) there is no such transaction. Then do the effect first and keep
the cursor after it: whoever dies in between does it again, so send the update's cursor along as its idempotency key.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

START = "0"
"""Before the first update: what is still kept comes from its beginning, or a full read is asked for."""

_TABLES = """
CREATE TABLE IF NOT EXISTS place (one INTEGER PRIMARY KEY CHECK (one = 1), cursor TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS score (id TEXT PRIMARY KEY, employee TEXT, period TEXT, score TEXT, state TEXT);
"""


class Ledger:
    """The scores as eperf has them, and the cursor of the last update that went into them."""

    def __init__(self, path: Path | str) -> None:
        self._file = sqlite3.connect(path, isolation_level=None)
        self._file.execute("PRAGMA journal_mode = WAL")
        self._file.execute("PRAGMA synchronous = FULL")  # what is kept survives a power cut
        self._file.executescript(_TABLES)

    @property
    def cursor(self) -> str:
        """The place in the log up to which everything is kept."""
        found = self._file.execute("SELECT cursor FROM place").fetchone()
        return found[0] if found else START

    def keep(
        self, update: dict[str, Any], take: Callable[[sqlite3.Connection, dict[str, Any]], None]
    ) -> bool:
        """Does the effect of one update and moves the cursor; False, and nothing is done, for one that came before."""
        if int(update["cursor"]) <= int(self.cursor):
            return False
        with self._transaction():
            take(self._file, update)
            self._moved(update["cursor"])
        return True

    def replace(self, scores: Iterable[dict[str, Any]], cursor: str) -> None:
        """All that is kept gives way to a full read; goes on from the cursor that was known before the read began."""
        with self._transaction():
            self._file.execute("DELETE FROM score")
            for score in scores:
                put(self._file, score)
            self._moved(cursor)

    def close(self) -> None:
        """Closes the file."""
        self._file.close()

    def _moved(self, cursor: str) -> None:
        self._file.execute("INSERT OR REPLACE INTO place (one, cursor) VALUES (1, ?)", (cursor,))

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._file.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._file.execute("ROLLBACK")
            raise
        self._file.execute("COMMIT")


def put(file: sqlite3.Connection, score: dict[str, Any]) -> None:
    """A score as it is now: doing it twice is doing it once."""
    row = (score["id"], (score["employee"] or {}).get("id"), score["period"], score["score"], score["state"])
    file.execute("INSERT OR REPLACE INTO score VALUES (?, ?, ?, ?, ?)", row)
