"""The rows of a random town, and how they come into the open database and out again."""

from __future__ import annotations

from typing import Any

from eperf.store import bulk, database

Row = dict[str, Any]
Tables = dict[str, dict[int, Row]]
"""By table, by id; in the order in which they may be inserted."""

TABLES = (
    "unit", "unit_tree", "position", "employee", "placement", "acting", "account", "role_grant", "token", "device",
    "punch", "attendance_day", "catalogue_item", "file", "activity", "evidence", "score", "binding", "event",
    "event_head",
)  # fmt: skip
_LOOPS = {"unit": "parent_id", "employee": "supervisor_id"}


async def write(tables: Tables) -> None:
    """Replaces what the database holds by these rows."""
    async with database.transaction() as connection:
        for table in reversed(TABLES):
            if table in _LOOPS:
                await connection.execute_query(f'UPDATE "{table}" SET {_LOOPS[table]} = NULL')
            await connection.execute_query(f'DELETE FROM "{table}"')
        for table in TABLES:
            rows = list(tables.get(table, {}).values())
            if rows:
                columns = list(rows[0])
                await bulk.insert(table, columns, [[row[name] for name in columns] for row in rows])
