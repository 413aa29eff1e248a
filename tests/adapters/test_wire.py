"""Bells that ring in every process on one PostgreSQL."""

from __future__ import annotations

import asyncio

import asyncpg
import pytest

from eperf.adapters.broker import Bell
from eperf.adapters.wire import Wire
from eperf.store import database as store
from tests.support.database import KIND

pytestmark = pytest.mark.skipif(KIND == "sqlite", reason="SQLite is for one process")


def wire(url: str, bell: Bell) -> Wire:
    return Wire(store.config(url)["connections"]["default"]["credentials"], {"work": bell})


async def test_a_ring_is_heard_by_the_others_and_not_carried_back(database_url: str) -> None:
    here, there = Bell(look_again=60), Bell(look_again=60)
    wires = [asyncio.create_task(wire(database_url, bell).run()) for bell in (here, there)]
    try:
        async with asyncio.timeout(10):
            rung = there.next()
            ringing = asyncio.create_task(_again_and_again(here))
            await rung()
            ringing.cancel()
            await asyncio.sleep(0.1)
            own = here.next()
            there.told = None  # what is heard is not told again: only a ring of its own would be
            here.ring()
            await own()
    finally:
        for task in wires:
            task.cancel()
        await asyncio.gather(*wires, return_exceptions=True)


async def test_a_lost_wire_is_made_anew_and_rings_once_for_what_was_missed(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("eperf.adapters.wire._TRY_AGAIN_SECONDS", 0.01)
    bell = Bell(look_again=60)
    listening = bell.next()
    task = asyncio.create_task(wire(database_url, bell).run())
    connection = await asyncpg.connect(database_url)
    try:
        async with asyncio.timeout(10):
            await listening()
            rung = bell.next()
            while not await connection.fetchval(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid() AND query LIKE 'LISTEN%'"
            ):
                await asyncio.sleep(0.02)
            await rung()
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await connection.close()


async def _again_and_again(bell: Bell) -> None:
    while True:
        bell.ring()
        await asyncio.sleep(0.05)


async def test_whatever_is_rung_within_a_moment_is_one_notice_on_the_wires_own_connection(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("eperf.adapters.wire._GATHER_SECONDS", 0.3)
    bells = {"work": Bell(look_again=60), "grown": Bell(look_again=60)}
    credentials = store.config(database)["connections"]["default"]["credentials"]
    task = asyncio.create_task(Wire(credentials, bells).run())
    heard: list[tuple[int, str]] = []
    ear = await asyncpg.connect(database)
    try:
        await ear.add_listener("eperf_bells", lambda _, pid, __, names: heard.append((pid, names)))
        async with store.transaction() as connection:
            [own] = await connection.execute_query_dict("SELECT pg_backend_pid() AS pid")
            for _ in range(100):
                for bell in bells.values():
                    bell.ring()
            async with asyncio.timeout(10):
                while not heard:
                    await asyncio.sleep(0.02)
            # It was told while this transaction is open, so it is none of it.
        await asyncio.sleep(0.5)
        assert [names for _, names in heard] == ["grown,work"]
        assert heard[0][0] != own["pid"]
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await ear.close()
