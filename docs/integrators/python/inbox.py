"""What webhooks brought: each message once, and the events of one subject in their order.

A message is kept before it is answered, and worked off afterwards; so an answer takes a millisecond whatever the work
takes, and what was answered is never lost. The work and the note that it is done are one transaction.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from pathlib import Path
from time import time
from typing import Any

PATIENCE = 60.0
"""Seconds for which an event waits for the one before it; then it is taken, and the gap is told."""

_TABLES = """
CREATE TABLE IF NOT EXISTS message (
  id TEXT PRIMARY KEY, subject TEXT NOT NULL, sequence TEXT NOT NULL, previous TEXT, body TEXT NOT NULL,
  came REAL NOT NULL, done TEXT);
CREATE INDEX IF NOT EXISTS waiting ON message (subject, sequence) WHERE done IS NULL;
CREATE TABLE IF NOT EXISTS reached (subject TEXT PRIMARY KEY, sequence TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS seen (cursor TEXT, kind TEXT, subject TEXT, late INTEGER);
"""
Handle = Callable[[sqlite3.Connection, dict[str, Any], bool], None]


class Inbox:
    """Messages that came, in one SQLite file."""

    def __init__(self, path: Path | str) -> None:
        self._file = sqlite3.connect(path, isolation_level=None)
        self._file.execute("PRAGMA journal_mode = WAL")
        self._file.execute("PRAGMA synchronous = FULL")  # what is answered survives a power cut
        self._file.executescript(_TABLES)

    def keep(self, message_id: str, event: dict[str, Any], now: float | None = None) -> bool:
        """Keeps a message; False when it has come before."""
        row = (message_id, event["subject"], event["sequence"], event.get("previoussequence"))
        written = self._file.execute(
            "INSERT OR IGNORE INTO message (id, subject, sequence, previous, body, came) VALUES (?, ?, ?, ?, ?, ?)",
            (*row, json.dumps(event), time() if now is None else now),
        )
        return written.rowcount == 1

    def work_off(self, handle: Handle, now: float | None = None) -> int:
        """Hands over what is due, in order; says how many. What `handle` raises leaves its event for the next time."""
        done = 0
        while (found := self._next(time() if now is None else now)) is not None:
            self._file.execute("BEGIN IMMEDIATE")
            try:
                self._take(*found, handle)
            except BaseException:
                self._file.execute("ROLLBACK")
                raise
            self._file.execute("COMMIT")
            done += 1
        return done

    def gaps(self) -> list[str]:
        """Events before which something is missing: ask the API how their subjects stand."""
        found = self._file.execute("SELECT id FROM message WHERE done = 'after a gap' ORDER BY sequence")
        return [row[0] for row in found]

    def _next(self, now: float) -> tuple[str, str, str, str, str] | None:
        """The first event of a subject that waits for nothing, or has waited long enough."""
        found: tuple[str, str, str, str, str] | None = self._file.execute(
            """
            SELECT m.id, m.subject, m.sequence, m.body,
              CASE WHEN m.sequence <= coalesce(r.sequence, '') THEN 'late'
                   WHEN m.previous > coalesce(r.sequence, '') THEN 'after a gap' ELSE 'in order' END
            FROM message AS m LEFT JOIN reached AS r ON r.subject = m.subject
            WHERE m.done IS NULL
              AND NOT EXISTS (SELECT 1 FROM message AS o
                WHERE o.subject = m.subject AND o.done IS NULL AND o.sequence < m.sequence)
              AND (m.previous IS NULL OR m.previous <= coalesce(r.sequence, '') OR m.came <= ?)
            ORDER BY m.sequence LIMIT 1
            """,
            (now - PATIENCE,),
        ).fetchone()
        return found

    def _take(
        self, message_id: str, subject: str, sequence: str, body: str, how: str, handle: Handle
    ) -> None:
        handle(self._file, json.loads(body), how == "late")
        if how != "late":
            self._file.execute("INSERT OR REPLACE INTO reached VALUES (?, ?)", (subject, sequence))
        self._file.execute("UPDATE message SET done = ? WHERE id = ?", (how, message_id))


def see(file: sqlite3.Connection, event: dict[str, Any], late: bool) -> None:
    """The effect of one event, to be replaced by yours: a line for each.

    `late`: a later event of its subject has been taken already, because this one did not come within `PATIENCE`. Who keeps
    how things are passes over it; who counts what happened does not.
    """
    file.execute(
        "INSERT INTO seen VALUES (?, ?, ?, ?)", (event["cursor"], event["type"], event["subject"], late)
    )
