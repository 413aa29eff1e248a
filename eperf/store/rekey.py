"""Punches of devices from the hash of what they are known by to that itself, once, in migration 0014.

A row keeps the meaning of its state and not the number, which is part of the key: the hash tells which number it was.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from eperf.domain.attendance.punch import digest, record_key

_AT_ONCE = 10_000
_SOME = (
    "SELECT p.id, p.pin, p.occurred_at, p.digest, p.device_id, d.serial, "
    "COALESCE(d.first_source, d.source) AS keyed_by "
    "FROM punch p JOIN device d ON d.id = p.device_id WHERE p.id > {} ORDER BY p.id LIMIT {}"
)
_KEYED = {
    "postgres": "UPDATE punch SET digest = keyed.digest FROM unnest($1::bigint[], $2::text[]) AS keyed(id, digest) "
    "WHERE punch.id = keyed.id",
    "sqlite": "UPDATE punch SET digest = ? WHERE id = ?",
}
_BINDING = "SELECT conname FROM pg_constraint WHERE conrelid = 'punch'::regclass AND contype = 'f'"
_STATUSES = (0, 1, None, *range(2, 10_000))


async def rekey(_apps: object, editor: Any) -> None:
    """Writes each key out; a row whose hash tells nothing keeps it."""
    client = editor.client
    last = 0
    while rows := await client.execute_query_dict(_SOME.format(last, _AT_ONCE)):
        last = rows[-1]["id"]
        keyed = list(_keyed(rows))
        if client.capabilities.dialect == "sqlite":
            await client.execute_many(_KEYED["sqlite"], [(key, number) for number, key in keyed])
        else:
            given = [[number for number, _ in keyed], [key for _, key in keyed]]
            await client.execute_query(_KEYED["postgres"], given)


def _keyed(rows: list[dict[str, Any]]) -> Iterator[tuple[int, str]]:
    for row in rows:
        at = row["occurred_at"]
        at = datetime.fromisoformat(at) if isinstance(at, str) else at
        for status in _STATUSES:
            if digest(row["keyed_by"], row["serial"], row["pin"], at, status) == row["digest"]:
                yield row["id"], record_key(row["device_id"], row["pin"], at, status)
                break


async def unbind(_apps: object, editor: Any) -> None:
    """Takes the foreign keys away from PostgreSQL's table; the ORM changes its own picture of them only."""
    client = editor.client
    if client.capabilities.dialect == "postgres":
        for row in await client.execute_query_dict(_BINDING):
            await client.execute_query(f'ALTER TABLE punch DROP CONSTRAINT "{row["conname"]}"')
