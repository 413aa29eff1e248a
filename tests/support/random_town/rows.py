"""The rows of a random town, and how they come into the open database and out again."""

from __future__ import annotations

from typing import Any

from eperf.store import bulk, database

Row = dict[str, Any]
Tables = dict[str, dict[int, Row]]
"""By table, by id; in the order in which they may be inserted."""

TABLES = (
    "unit", "unit_tree", "position", "employee", "placement", "acting", "account", "role_grant", "token", "device",
    "clock_error", "device_command", "punch", "unread_record", "attendance_day", "catalogue_item", "file", "activity",
    "activity_change", "deadline_rule",
    "evidence", "leave", "leave_file", "duty_order", "duty_file", "day_correction", "correction_file", "calendar_entry",
    "roster_day", "geofence", "check_in", "check_in_file", "work_plan", "work_target", "realisation",
    "realisation_file", "appraisal_deadline", "dimension_list", "rating_round", "rating", "behaviour", "predikat",
    "score", "closing", "frozen_month", "appeal", "appeal_file",
    "appeal_answer_file", "adjustment", "what_if", "what_if_move", "binding", "webhook", "webhook_delivery", "webhook_attempt",
    "event", "event_head",
)  # fmt: skip
_LOOPS = {
    "unit": "parent_id", "employee": "supervisor_id", "work_plan": "revises_id", "work_target": "parent_id",
}  # fmt: skip


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
                later = _LOOPS.get(table)
                columns = [name for name in rows[0] if name != later]
                await bulk.insert(table, columns, [[row[name] for name in columns] for row in rows])
                await _loop(connection, table, later, rows)


async def _loop(connection: Any, table: str, name: str | None, rows: list[Row]) -> None:
    """What points at rows of the same table, when all of them are there."""
    pairs = [[row[name], row["id"]] for row in rows if row[name] is not None] if name else []
    if pairs:
        marks = ("$1", "$2") if database.dialect() == "postgres" else ("?", "?")
        await connection.execute_many(
            f'UPDATE "{table}" SET {name} = {marks[0]} WHERE id = {marks[1]}', pairs
        )
