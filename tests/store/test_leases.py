"""Connections handed on: each is one task's at a time, none is lost, and none that is not clean is handed on."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import pytest

from eperf.store import away
from eperf.store import database as store
from eperf.store import leases as module
from eperf.store.leases import Leases
from eperf.store.postgres import Connection, given_back
from tests.support import database as support

pytestmark = [
    pytest.mark.database,
    pytest.mark.skipif(support.KIND != "postgres", reason="SQLite has no pool"),
]
_MOST = 3


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[Leases]:
    pool = await asyncpg.create_pool(
        url, min_size=1, max_size=_MOST, connection_class=Connection, reset=given_back
    )
    made = Leases(pool)
    try:
        yield made
    finally:
        await asyncio.wait_for(made.close(), 10)


async def value(leases: Leases, sql: str) -> Any:
    row = await leases.fetchrow(sql)
    return None if row is None else row[0]


async def test_as_many_as_there_are_work_at_once_and_the_rest_wait_in_order(empty_database_url: str) -> None:
    async with opened(empty_database_url) as leases:
        held = [await leases.acquire() for _ in range(_MOST)]
        assert len({id(one._con) for one in held}) == _MOST
        served: list[int] = []

        async def wait(number: int) -> None:
            connection = await leases.acquire()
            served.append(number)
            await leases.release(connection)

        waiting = [asyncio.create_task(wait(number)) for number in range(5)]
        await asyncio.sleep(0.05)
        assert served == []
        for one in held:
            await leases.release(one)
        await asyncio.gather(*waiting)
        assert served == [0, 1, 2, 3, 4]


async def test_cancellations_at_any_moment_lose_no_connection_and_share_none(empty_database_url: str) -> None:
    chance, using = random.Random(7), set[int]()

    async def work(leases: Leases) -> None:
        connection = await leases.acquire()
        number = id(connection._con)
        assert number not in using
        using.add(number)
        try:
            await connection.fetchval("SELECT pg_sleep($1)", chance.random() / 500)
        finally:
            using.discard(number)
            await leases.release(connection)

    async with opened(empty_database_url) as leases:
        tasks = [asyncio.create_task(work(leases)) for _ in range(300)]
        for task in tasks[::2]:
            await asyncio.sleep(chance.random() / 1000)
            task.cancel()
        ended = await asyncio.gather(*tasks, return_exceptions=True)
        assert not [one for one in ended if isinstance(one, Exception)]
        together = [await asyncio.wait_for(leases.acquire(), 5) for _ in range(_MOST)]
        assert await asyncio.gather(*(one.fetchval("SELECT 1") for one in together)) == [1] * _MOST
        for one in together:
            await leases.release(one)


@pytest.mark.parametrize("way", ["killed", "closed", "terminated"])
async def test_a_connection_that_broke_is_replaced(empty_database_url: str, way: str) -> None:
    async with opened(empty_database_url) as leases:
        connection = await leases.acquire()
        broken = await connection.fetchval("SELECT pg_backend_pid()")
        await leases.release(connection)
        if way == "killed":
            other = await asyncpg.connect(empty_database_url)
            await other.fetchval("SELECT pg_terminate_backend($1)", broken)
            await other.close()
            await asyncio.sleep(0.2)
        elif way == "closed":
            await connection.close()
        else:
            connection.terminate()
        for _ in range(2 * _MOST):
            assert await value(leases, "SELECT pg_backend_pid()") != broken
        assert len([await asyncio.wait_for(leases.acquire(), 5) for _ in range(_MOST)]) == _MOST
        leases.terminate()


async def test_a_connection_that_breaks_in_use_is_replaced_for_who_waits(empty_database_url: str) -> None:
    async with opened(empty_database_url) as leases:
        held = [await leases.acquire() for _ in range(_MOST)]
        waiting = asyncio.create_task(value(leases, "SELECT 1"))
        await asyncio.sleep(0.05)
        held[0].terminate()
        await leases.release(held[0])
        assert await asyncio.wait_for(waiting, 5) == 1
        for one in held[1:]:
            await leases.release(one)


async def test_an_open_transaction_is_rolled_back_before_the_next_has_the_connection(
    empty_database_url: str,
) -> None:
    async with opened(empty_database_url) as leases:
        await value(leases, "CREATE TABLE kept (n INT)")
        connection = await leases.acquire()
        await connection.execute("BEGIN; INSERT INTO kept VALUES (1)")
        await leases.release(connection)
        assert await value(leases, "SELECT count(*) FROM kept") == 0
        assert await leases.fetchrow("SELECT n FROM kept") is None


async def test_a_statement_that_fails_says_so_and_gives_its_connection_back(empty_database_url: str) -> None:
    async with opened(empty_database_url) as leases:
        for _ in range(2 * _MOST):
            with pytest.raises(asyncpg.UndefinedTableError):
                await value(leases, "SELECT * FROM nowhere")
            with pytest.raises(asyncpg.UndefinedTableError):
                await leases.fetchrow("SELECT * FROM nowhere")
        assert await value(leases, "SELECT 1") == 1


async def test_a_connection_that_nobody_wanted_for_long_is_made_anew(
    empty_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 0.0
    monkeypatch.setattr(module, "monotonic", lambda: now)
    async with opened(empty_database_url) as leases:
        pid: Any = await value(leases, "SELECT pg_backend_pid()")
        now = 299
        assert await value(leases, "SELECT pg_backend_pid()") == pid
        now = 599
        assert await value(leases, "SELECT pg_backend_pid()") != pid


async def test_where_no_connection_can_be_had_everyone_is_told_and_later_ones_are_served(
    empty_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(empty_database_url) as leases:

        class Refusing:
            async def acquire(self) -> Any:
                raise OSError("no route")

        with monkeypatch.context() as patched:
            patched.setattr(leases, "_pool", Refusing())
            ended = await asyncio.gather(
                *(value(leases, "SELECT 1") for _ in range(9)), return_exceptions=True
            )
        assert {type(one) for one in ended} == {OSError}
        assert await asyncio.wait_for(value(leases, "SELECT 1"), 5) == 1


async def test_a_connection_that_the_server_is_ending_is_away_and_not_a_fault(database: str) -> None:
    client: Any = store.connection()
    leases = await client.leases()
    connection = await leases.acquire()
    protocol = connection._protocol
    other = await leases.acquire()
    # Its end has been read, and the loop has not come round to closing it.
    await other.fetchval("SELECT pg_terminate_backend($1)", connection.get_server_pid())
    await leases.release(other)
    async with asyncio.timeout(10):
        while True:
            try:
                await connection.fetchval("SELECT 1")
            except Exception as error:
                assert away.is_lost(error), error
                break
    await leases.release(connection)
    assert protocol.is_closed()
    assert await client.text("SELECT '1'", []) == "1"


def test_what_the_driver_says_of_its_own_state_is_a_lost_connection_and_a_wrong_value_is_none() -> None:
    assert away.is_lost(
        asyncpg.InternalClientError("cannot switch to state 12; another operation (2) is in progress")
    )
    assert away.is_lost(asyncpg.InterfaceError("connection is closed"))
    assert away.is_lost(asyncpg.CannotConnectNowError("the database system is starting up"))
    assert not away.is_lost(asyncpg.DataError("invalid input for query argument $1"))
    assert not away.is_lost(asyncpg.UniqueViolationError("duplicate key"))
    assert not away.is_lost(asyncpg.QueryCanceledError("canceling statement due to user request"))
