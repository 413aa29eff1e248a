"""Short reads of SQLite in the loop's own thread: handing one over to another thread costs more than it takes.

Nothing waits here. A statement that takes longer than a glance is ended by the progress handler, one that would wait
for a lock fails; both go the reader's way, and a text that took too long once goes there from then on.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from time import thread_time
from typing import Any

_SECONDS = 0.0004
"""Of processor time: for so long nothing else is served."""
_STEPS = 2_000
"""Of SQLite's machine between two looks at the clock, some 20 µs."""
_MOST_TEXTS = 512


class Glance:
    """A connection that reads for a moment at most. Made and used in one thread."""

    def __init__(self, path: str, settings: Mapping[str, Any]) -> None:
        self._raw = sqlite3.connect(path, timeout=0, isolation_level=None, cached_statements=256)
        self._raw.row_factory = sqlite3.Row
        for name, value in settings.items():
            if name != "busy_timeout":
                self._raw.execute(f"PRAGMA {name}={value}")
        self._raw.execute("PRAGMA query_only=ON")
        self._raw.set_progress_handler(self._is_over, _STEPS)
        self._until = float("inf")
        self._long: set[str] = set()

    def function(self, name: str, arguments: int, function: Any) -> None:
        """Makes a deterministic function of ours known to SQL."""
        self._raw.create_function(name, arguments, function, deterministic=True)

    def rows(self, sql: str, values: Sequence[Any]) -> list[sqlite3.Row] | None:
        """The rows of a statement, or None when that takes more than a glance or fails: the reader finds out why."""
        if sql in self._long:
            return None
        self._until = thread_time() + _SECONDS
        try:
            return self._raw.execute(sql, values).fetchall()
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode == sqlite3.SQLITE_INTERRUPT:
                if len(self._long) >= _MOST_TEXTS:
                    self._long.clear()
                self._long.add(sql)
            return None

    def close(self) -> None:
        """Closes it."""
        self._raw.close()

    def _is_over(self) -> bool:
        return thread_time() > self._until
