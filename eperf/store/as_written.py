"""Explanations of scores as the bytes that were computed, once, in migration 0021.

PostgreSQL's `jsonb` takes a text apart and writes another; `json` keeps it. They are told from digests, not searched,
and they are dense already: compressing them costs the server more than everything else that it does for a score.
"""

from __future__ import annotations

from typing import Any

_STEPS = (
    "ALTER TABLE score ALTER COLUMN breakdown TYPE json USING breakdown::json",
    "ALTER TABLE score ALTER COLUMN breakdown SET STORAGE EXTERNAL",
)


async def as_written(_apps: object, editor: Any) -> None:
    """Keeps them as they are written; SQLite does already."""
    if editor.client.capabilities.dialect == "postgres":
        for step in _STEPS:
            await editor.client.execute_script(step)
