"""Statements that take for ever, and whether any is still running."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from typing import Any

import asyncpg

from eperf.store import database as store
from tests.support import database as support

COUNTING = {
    "sqlite": "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < {}) SELECT max(n) AS n FROM c",
    "postgres": "SELECT max(a.n + b.n) AS n FROM generate_series(1, {}) a(n), generate_series(1, 1) b(n)",
}[support.KIND]
FOR_EVER = COUNTING.format(2_000_000_000)
SOON = COUNTING.format(1000)


async def active(url: str) -> list[str]:
    """The statements that the server works on for this database, but for this one; of PostgreSQL."""
    connection = await asyncpg.connect(url)
    try:
        rows = await connection.fetch(
            "SELECT query FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() "
            "AND state <> 'idle' AND backend_type IN ('client backend', 'parallel worker')"
        )
    finally:
        await connection.close()
    return [row["query"] for row in rows]


def reading() -> list[int]:
    """How many statements each busy reader of SQLite has in line."""
    client: Any = store.connection()
    return [len(reader) for reader in client._readers if len(reader)]


async def nothing_runs(url: str, seconds: float = 3) -> None:
    """Fails unless the database comes to rest: PostgreSQL says so itself, SQLite by its readers and the writer's answer."""
    begun = time.monotonic()
    while found := await active(url) if support.KIND == "postgres" else reading():
        assert time.monotonic() - begun < seconds, found
        await asyncio.sleep(0.01)
    async with asyncio.timeout(seconds):
        found_rows = await store.connection().execute_query_dict(SOON)
        assert found_rows[0]["n"] in (1000, 1001)
        async with store.transaction() as connection:
            await connection.execute_query_dict(SOON)


async def cut_off(work: object, seconds: float) -> None:
    """Runs an awaitable for so long and cancels it."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await work  # type: ignore[misc]
