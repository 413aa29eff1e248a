"""The reader of SQLite: statements in line, a cancelled one ends soon, and nothing of it reaches the next."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from tortoise.exceptions import OperationalError

from eperf.store.reading import Reader

FOR_EVER = "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t) SELECT max(n) FROM t"


@asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[Reader]:
    path = str(folder / "read.db")
    with sqlite3.connect(path) as writer:
        writer.execute("CREATE TABLE IF NOT EXISTS kept (n INT)")
    reader = await Reader.opened(path, {"cache_size": -1234, "busy_timeout": 5000})
    try:
        yield reader
    finally:
        await asyncio.wait_for(reader.close(), 10)


async def test_it_has_the_settings_that_it_was_given_and_writes_nothing(tmp_path: Path) -> None:
    async with opened(tmp_path) as reader:
        assert (await reader.rows("PRAGMA cache_size", ()))[0][0] == -1234
        assert (await reader.rows("PRAGMA busy_timeout", ()))[0][0] == 5000
        with pytest.raises(OperationalError, match="readonly"):
            await reader.rows("INSERT INTO kept VALUES (?)", (1,))


async def test_a_cancelled_statement_ends_and_who_stands_behind_it_is_served(tmp_path: Path) -> None:
    async with opened(tmp_path) as reader:
        running = asyncio.create_task(reader.rows(FOR_EVER, ()))
        behind = asyncio.create_task(reader.rows("SELECT 7", ()))
        await asyncio.sleep(0.05)
        assert not behind.done()
        running.cancel()
        begun = time.monotonic()
        assert (await asyncio.wait_for(behind, 5))[0][0] == 7
        assert time.monotonic() - begun < 5
        assert running.cancelled()


async def test_one_that_is_cancelled_in_line_never_begins(tmp_path: Path) -> None:
    async with opened(tmp_path) as reader:
        first = asyncio.create_task(reader.rows(FOR_EVER, ()))
        in_line = [asyncio.create_task(reader.rows(FOR_EVER, ())) for _ in range(20)]
        await asyncio.sleep(0.05)
        for one in (*in_line, first):
            one.cancel()
        assert (await asyncio.wait_for(reader.rows("SELECT 8", ()), 5))[0][0] == 8


async def test_cancellations_at_any_moment_end_nobody_elses_statement(tmp_path: Path) -> None:
    short = "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t LIMIT 20000) SELECT max(n) FROM t"
    async with opened(tmp_path) as reader:
        for round_ in range(60):
            tasks = [asyncio.create_task(reader.rows(short, ())) for _ in range(6)]
            await asyncio.sleep(0.0005 * (round_ % 7))
            for one in tasks[::2]:
                one.cancel()
            kept = await asyncio.gather(*tasks[1::2])
            assert [rows[0][0] for rows in kept] == [20000] * 3
