"""Triggers that refuse every change of a closed month's scores: a promise of the database's, not of the program's.

SQLite forgets them when it builds the table `score` anew for another column; a migration that does so has to call
`seal` again, and a test looks for them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

TEXT = "the scores of a closed month do not change"
_CLOSED = "SELECT 1 FROM frozen_month f WHERE f.unit_id = {row}.unit_id AND f.period = {row}.period"
_SEEN = (("insert", "NEW"), ("update", "OLD"), ("update", "NEW"), ("delete", "OLD"))
"""Which rows each kind of change is judged by."""


async def seal(_apps: object, editor: Any) -> None:
    """Makes the triggers, whether or not they are there."""
    client = editor.client
    statements = _sqlite() if client.capabilities.dialect == "sqlite" else _postgres()
    for statement in statements:
        # Not as a script: before one SQLite commits what the migration has done so far.
        await client.execute_query(statement)


def _sqlite() -> Iterator[str]:
    for change, row in _SEEN:
        name = f"score_sealed_{change}_{row.lower()}"
        yield f"DROP TRIGGER IF EXISTS {name}"
        yield (
            f"CREATE TRIGGER {name} BEFORE {change.upper()} ON score WHEN EXISTS ({_CLOSED.format(row=row)}) "
            f"BEGIN SELECT RAISE(ABORT, '{TEXT}'); END"
        )


def _postgres() -> Iterator[str]:
    # One look for a statement, however many rows it changes.
    yield (
        "CREATE OR REPLACE FUNCTION score_sealed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "  # noqa: S608
        f"IF EXISTS (SELECT 1 FROM changed WHERE EXISTS ({_CLOSED.format(row='changed')})) THEN "
        f"RAISE EXCEPTION '{TEXT}' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NULL; END $$"
    )
    for change, row in _SEEN:
        name = f"score_sealed_{change}_{row.lower()}"
        yield f"DROP TRIGGER IF EXISTS {name} ON score"
        yield (
            f"CREATE TRIGGER {name} AFTER {change.upper()} ON score REFERENCING {row} TABLE AS changed "
            "FOR EACH STATEMENT EXECUTE FUNCTION score_sealed()"
        )
