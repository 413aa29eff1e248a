"""Statements sent together: each has its own answer and its own trouble, and each is done once."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, cast

import asyncpg
import pytest

from eperf.store import database
from eperf.store.leases import Leases
from eperf.store.postgres import Connection, PostgresClient, given_back
from eperf.store.together import Together
from tests.support import database as support

pytestmark = [
    pytest.mark.database,
    pytest.mark.skipif(support.KIND != "postgres", reason="SQLite has no pool"),
]
_ADD = "INSERT INTO kept (n) VALUES ($1) RETURNING n, txid_current()"
_COUNT = "UPDATE kept SET times = times + 1 WHERE n = $1 RETURNING n, times"


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[tuple[Together, asyncpg.Connection]]:
    pool = await asyncpg.create_pool(
        url, min_size=1, max_size=3, connection_class=Connection, reset=given_back
    )
    leases, beside = Leases(pool), await asyncpg.connect(url)
    await beside.execute("CREATE TABLE kept (n int PRIMARY KEY, times int NOT NULL DEFAULT 0)")
    try:
        yield Together(leases), beside
    finally:
        await beside.close()
        await asyncio.wait_for(leases.close(), 10)


async def test_each_has_its_own_answer_and_many_share_a_transaction(empty_database_url: str) -> None:
    async with opened(empty_database_url) as (together, beside):
        found = await asyncio.gather(*(together.row(_ADD, [n], writes=True) for n in range(300)))
        assert [row[0] for row in found] == list(range(300))
        assert len({row[1] for row in found}) < 100
        assert await beside.fetchval("SELECT count(*) FROM kept") == 300


async def test_short_reads_are_sent_together_once_they_are_known_and_long_ones_never(
    empty_database_url: str,
) -> None:
    whose = "pg_backend_pid(), now()"  # two servers' processes may begin within one microsecond
    short, long = f"SELECT $1::int, 0, {whose}", f"SELECT $1::int, pg_sleep(0.02), {whose}"
    async with opened(empty_database_url) as (together, _):
        for _ in range(20):
            await together.row(short, [0])
        for text, fewer in ((short, True), (long, False)):
            found = await asyncio.gather(*(together.row(text, [n]) for n in range(40)))
            assert [row[0] for row in found] == list(range(40))
            assert (len({(row[2], row[3]) for row in found}) < 40) == fewer


async def test_one_that_is_refused_is_refused_alone(empty_database_url: str) -> None:
    async with opened(empty_database_url) as (together, beside):
        given = [*range(30), 7, "not a number", *range(30, 40)]
        found = await asyncio.gather(
            *(together.row(_ADD, [n], writes=True) for n in given), return_exceptions=True
        )
        assert isinstance(found[31], asyncpg.DataError)
        doubles = [found[7], found[30]]
        assert sum(isinstance(one, asyncpg.UniqueViolationError) for one in doubles) == 1
        rest = [one for place, one in enumerate(found) if place not in (7, 30, 31)]
        assert [row[0] for row in rest] == [n for n in range(40) if n != 7]
        assert await beside.fetchval("SELECT count(*) FROM kept") == 40


async def test_one_that_waits_for_a_lock_holds_up_the_others_for_a_moment_and_nothing_is_done_twice(
    empty_database_url: str,
) -> None:
    async with opened(empty_database_url) as (together, beside):
        await beside.executemany("INSERT INTO kept (n) VALUES ($1)", [(n,) for n in range(40)])
        holding = beside.transaction()
        await holding.start()
        await beside.execute("SELECT FROM kept WHERE n = 25 FOR UPDATE")
        tasks = [asyncio.create_task(together.row(_COUNT, [n], writes=True)) for n in range(40)]
        free = [task for n, task in enumerate(tasks) if n != 25]
        found = await asyncio.wait_for(asyncio.gather(*free), 20)
        assert all(row[1] == 1 for row in found)
        assert not tasks[25].done()
        await holding.rollback()
        assert (await asyncio.wait_for(tasks[25], 20))[1] == 1
        assert await beside.fetchval("SELECT sum(times) FROM kept") == 40


async def test_who_goes_away_takes_nobody_along(empty_database_url: str) -> None:
    chance = random.Random(5)
    async with opened(empty_database_url) as (together, beside):
        tasks = [asyncio.create_task(together.row(_ADD, [n], writes=True)) for n in range(400)]
        gone = set(chance.sample(range(400), 150))
        for n in sorted(gone):
            if chance.random() < 0.1:
                await asyncio.sleep(0.001)
            tasks[n].cancel()
        found = await asyncio.gather(*tasks, return_exceptions=True)
        stayed = [found[n] for n in range(400) if n not in gone]
        assert [row[0] for row in stayed] == [n for n in range(400) if n not in gone]
        kept = await beside.fetch("SELECT n FROM kept")
        assert {row["n"] for row in kept} >= set(range(400)) - gone
        assert (await asyncio.wait_for(together.row(_ADD, [1000], writes=True), 5))[0] == 1000


async def test_a_lost_connection_is_told_and_what_was_written_is_not_written_again(
    empty_database_url: str,
) -> None:
    async with opened(empty_database_url) as (together, beside):
        text = "WITH slow AS (SELECT pg_sleep(0.05)) INSERT INTO kept (n) SELECT $1 FROM slow RETURNING n"
        tasks = [asyncio.create_task(together.row(text, [n], writes=True)) for n in range(12)]
        await asyncio.sleep(0.03)
        await beside.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        found = await asyncio.wait_for(asyncio.gather(*tasks, return_exceptions=True), 20)
        told = [one for one in found if isinstance(one, Exception)]
        kept = await beside.fetchval("SELECT count(*) FROM kept")
        assert told
        assert kept == 12 - len(told)


async def test_what_has_no_key_never_shares_a_transaction(empty_database_url: str) -> None:
    """It could be done twice: a series that is cut off may have been committed just then."""
    await database.connect(empty_database_url)
    try:
        client = cast(PostgresClient, database.connection())
        await client.execute_script("CREATE TABLE kept (n int PRIMARY KEY, times int NOT NULL DEFAULT 0)")
        for keyed, first in ((False, 0), (True, 200)):
            found: list[Any] = await asyncio.gather(
                *(client.row(_ADD, [first + n], writes=True, keyed=keyed) for n in range(200))
            )
            assert (len({row[1] for row in found}) == 200) == (not keyed)
    finally:
        await database.disconnect()
