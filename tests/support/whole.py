"""The whole of a database in two digests, but for the tables of one plugin: its schema, and what is in it."""

from __future__ import annotations

import hashlib
from typing import Any

from eperf.store import database

HISTORY = frozenset({"event_head", "plugin_seen", "plugin_switch"})
"""The last number given out in the log, which never goes back or a reader would see one twice, and what eperf itself
wrote down about plugins that came and went."""

_OF_OTHERS = {"event": " WHERE kind NOT LIKE 'plugins.%'"}
"""The log tells of plugins that came and went, for ever."""

_OF_POSTGRES = (
    """SELECT table_name AS t, column_name, data_type, is_nullable, column_default
       FROM information_schema.columns WHERE table_schema = 'public'""",
    "SELECT tablename AS t, indexdef FROM pg_indexes WHERE schemaname = 'public'",
    """SELECT conrelid::regclass::text AS t, conname, pg_get_constraintdef(oid)
       FROM pg_constraint WHERE connamespace = 'public'::regnamespace""",
    "SELECT sequencename AS t, data_type::text FROM pg_sequences WHERE schemaname = 'public'",
)


async def _rows(sql: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = await database.connection().execute_query_dict(sql)
    return found


async def schema_of(*, but: str) -> str:
    """The digest of every table, column, default, constraint and index."""
    if database.dialect() == "sqlite":
        asked = ["SELECT type, name, tbl_name AS t, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'"]
    else:
        asked = list(_OF_POSTGRES)
    found = [tuple(row.values()) for sql in asked for row in await _rows(sql) if not row["t"].startswith(but)]
    return _digest(sorted(map(repr, found)))


async def content_of(*, but: str) -> str:
    """The digest of every row of every table."""
    rows = []
    for table in await tables():
        if not table.startswith(but) and table not in HISTORY:
            found = await _rows(f'SELECT * FROM "{table}"{_OF_OTHERS.get(table, "")}')
            rows += sorted(f"{table}: {list(row.values())!r}" for row in found)
    assert rows
    return _digest(rows)


async def tables() -> list[str]:
    """The names of all tables."""
    if database.dialect() == "sqlite":
        sql = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    else:
        sql = "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'"
    return sorted(row["name"] for row in await _rows(sql))


def _digest(lines: list[str]) -> str:
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
