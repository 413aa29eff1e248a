"""A cancelled task's statement ends in the database too, and nobody else's is hit."""

from __future__ import annotations

import asyncio
import random
import time

import pytest
from asyncpg import connect_utils
from tortoise.exceptions import OperationalError

from eperf.store import database as store
from tests.support import database as support
from tests.support.slow import COUNTING, FOR_EVER, SOON, cut_off, nothing_runs

LONG_ENOUGH = COUNTING.format(100_000)


async def make_table() -> None:
    await store.connection().execute_script("CREATE TABLE kept (n INT)")


async def kept() -> int:
    rows = await store.connection().execute_query_dict("SELECT count(*) AS n FROM kept")
    return int(rows[0]["n"])


async def filling() -> None:
    await store.connection().execute_query(f"INSERT INTO kept {FOR_EVER}")


async def in_a_transaction() -> None:
    async with store.transaction() as connection:
        await connection.execute_query("INSERT INTO kept VALUES (1)")
        await connection.execute_query(f"INSERT INTO kept {FOR_EVER}")


async def nested() -> None:
    async with store.transaction() as connection:
        await connection.execute_query("INSERT INTO kept VALUES (1)")
        async with store.transaction() as inner:
            await inner.execute_query(f"INSERT INTO kept {FOR_EVER}")


async def reading_in_a_transaction() -> None:
    async with store.transaction() as connection:
        await connection.execute_query("INSERT INTO kept VALUES (1)")
        await connection.execute_query_dict(FOR_EVER)


async def many_rows() -> None:
    await store.connection().execute_many(
        f"INSERT INTO kept SELECT {'$1::int' if support.KIND == 'postgres' else '?'} + n FROM ({FOR_EVER}) AS x",
        [[1], [2]],
    )


async def reading() -> None:
    await store.connection().execute_query_dict(FOR_EVER)


async def reading_a_text() -> None:
    await store.text(FOR_EVER.replace("max(", "CAST(max(").replace(" AS n FROM", " AS TEXT) AS n FROM"), [])


@pytest.mark.parametrize(
    "work", [reading, reading_a_text, reading_in_a_transaction, filling, in_a_transaction, nested, many_rows]
)
async def test_a_statement_ends_with_the_task_that_asked_for_it(work: object, database: str) -> None:
    await make_table()
    begun = time.monotonic()
    await cut_off(work(), 0.3)  # type: ignore[operator]
    assert time.monotonic() - begun < 2
    await nothing_runs(database)
    assert await kept() == 0


async def test_a_read_that_lasts_keeps_no_other_read_waiting(database: str) -> None:
    lasting = asyncio.create_task(reading())
    await asyncio.sleep(0.05)
    for _ in range(20):  # on SQLite by the other reader: this is too long for a glance
        rows = await asyncio.wait_for(store.connection().execute_query_dict(LONG_ENOUGH), 5)
        assert rows[0]["n"] in (100_000, 100_001)
    assert not lasting.done()
    await cut_off(lasting, 0.01)
    await nothing_runs(database)


async def test_whoever_waits_for_the_same_connection_gets_it_at_once_and_whole(database: str) -> None:
    tasks = [asyncio.create_task(cut_off(reading(), 0.3)) for _ in range(4)]
    await asyncio.sleep(0.05)
    rows = await asyncio.wait_for(store.connection().execute_query_dict(SOON), 5)
    assert rows[0]["n"] in (1000, 1001)
    await asyncio.gather(*tasks)
    await nothing_runs(database)


async def test_no_statement_but_the_cancelled_one_is_ever_hit(database: str) -> None:
    chance = random.Random(4)
    await make_table()

    async def short() -> None:
        rows = await store.connection().execute_query_dict(SOON)
        assert rows[0]["n"] in (1000, 1001)

    async def shortly_written() -> None:
        async with store.transaction() as connection:
            await connection.execute_query(f"INSERT INTO kept {SOON}")

    for _ in range(60):
        cut = [
            cut_off(work(), chance.random() * 0.004) for work in (reading, short, filling, in_a_transaction)
        ]
        await asyncio.gather(*cut, short(), shortly_written(), short(), shortly_written())
    assert await kept() == 120
    await nothing_runs(database)


async def test_a_task_that_is_cancelled_twice_still_leaves_at_rest(database: str) -> None:
    await make_table()
    for work in (reading, in_a_transaction, many_rows):
        task = asyncio.create_task(work())
        await asyncio.sleep(0.1)
        for _ in range(3):
            task.cancel()
            await asyncio.sleep(0)
        await asyncio.wait({task}, timeout=3)
        assert task.cancelled()
        await nothing_runs(database)
    assert await kept() == 0


async def test_a_transaction_that_lost_a_statement_keeps_nothing_even_if_the_loss_is_passed_over(
    database: str,
) -> None:
    await make_table()

    async def stubborn() -> None:
        async with store.transaction() as connection:
            await connection.execute_query("INSERT INTO kept VALUES (1)")
            await cut_off(connection.execute_query_dict(FOR_EVER), 0.1)
            await connection.execute_query("INSERT INTO kept VALUES (2)")

    async def silent() -> None:
        async with store.transaction() as connection:
            await connection.execute_query("INSERT INTO kept VALUES (1)")
            await cut_off(connection.execute_query(f"INSERT INTO kept {FOR_EVER}"), 0.1)

    with pytest.raises(Exception, match=r"cancelled|aborted"):
        await stubborn()
    if support.KIND == "sqlite":
        with pytest.raises(OperationalError, match="cancelled"):
            await silent()
    else:
        await silent()  # the server answers a COMMIT of an aborted transaction by rolling back
    assert await kept() == 0
    await nothing_runs(database)


async def test_transactions_cancelled_at_any_step_give_their_connection_back(database_url: str) -> None:
    await store.connect(database_url, pool=2)
    try:
        await make_table()
        for steps in range(40):
            task = asyncio.create_task(filled_shortly())
            for _ in range(steps):
                await asyncio.sleep(0.0002 if steps % 2 else 0)
            task.cancel()
            await asyncio.wait({task}, timeout=5)
            assert task.done()
        await asyncio.wait_for(asyncio.gather(*(filled_shortly() for _ in range(6))), 10)
        await nothing_runs(database_url)
    finally:
        await store.disconnect()


async def filled_shortly() -> None:
    async with store.transaction() as connection:
        await connection.execute_query(f"INSERT INTO kept {SOON}")


@pytest.mark.skipif(support.KIND != "postgres", reason="SQLite is interrupted in the process itself")
async def test_a_request_to_end_a_statement_that_is_lost_is_made_again(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, really = [], connect_utils._cancel

    async def lost_at_first(**given: object) -> None:
        asked.append(given)
        if len(asked) > 1:
            await really(**given)

    monkeypatch.setattr(connect_utils, "_cancel", lost_at_first)
    await cut_off(reading(), 0.2)
    await nothing_runs(database)
    assert len(asked) > 1


@pytest.mark.skipif(support.KIND != "postgres", reason="SQLite prepares and executes in one step")
async def test_a_task_cancelled_between_preparing_and_executing_leaves_nothing_open(database: str) -> None:
    await make_table()
    pool = store.connection()._pool  # type: ignore[attr-defined]

    async def cancelled(statement: object, _: object) -> None:
        raise asyncio.CancelledError

    connection = await pool.acquire()
    with pytest.raises(asyncio.CancelledError):
        await connection._con._do_execute("SELECT n FROM kept WHERE n > $1", cancelled, 5)
    await pool.release(connection)
    await nothing_runs(database)
    await asyncio.wait_for(store.connection().execute_script("ALTER TABLE kept ADD COLUMN more INT"), 3)
