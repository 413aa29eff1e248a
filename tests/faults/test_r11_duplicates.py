"""R11: duplicate delivery. One key is one effect and one answer, at once, in crowds, after a crash, after a day."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterable
from typing import Any

import pytest

from eperf.schema.ids import global_id
from eperf.store import database
from tests.faults.workload import (
    SUBMIT,
    VERIFY,
    Ledger,
    check,
    populate,
    report,
    submit_until_answered,
    token_of,
)
from tests.support.database import run
from tests.support.http import Connection
from tests.support.server import Server

KEYS = int(os.environ.get("EPERF_R11_KEYS", "1000"))
AT_ONCE = 16
CROWD = 50


@pytest.mark.fault
@pytest.mark.timeout(1200)
def test_r11_a_key_has_one_effect_and_one_answer(database_url: str, serve: Callable[..., Server]) -> None:
    town = populate(database_url)
    # Without the scorer: a month of ten thousand activities of one person would be scored over and over meanwhile.
    server = serve(database_url, {"EPERF_WORKER": "false", "EPERF_REQUESTS_PER_MINUTE": "1000000"})
    ledger = Ledger()
    item = global_id("CatalogueItem", town.item)
    keys = [f"k{number}" for number in range(KEYS)]
    asyncio.run(_all(server.port, ledger, item, [key for key in keys for _ in range(2)]))
    asyncio.run(_crowd(server.port, ledger, item, "crowd"))
    server.kill()
    server.start()
    asyncio.run(_all(server.port, ledger, item, [*keys[:200], "crowd"]))
    run(_a_day_passes(database_url))
    asyncio.run(_all(server.port, ledger, item, keys[-200:]))
    asyncio.run(_other_input_is_refused(server.port, item, keys[:100]))
    asyncio.run(_decisions(server.port, [ledger.answers[key] for key in keys[:200]]))
    server.kill()
    assert len(ledger.answers) == KEYS + 1
    check(database_url, ledger)
    print(f"R11: {KEYS + 1} keys, 0 doubled, the same answer each time")


async def _all(port: int, ledger: Ledger, item: str, keys: Iterable[str]) -> None:
    waiting = iter(keys)

    async def send() -> None:
        connection = Connection(port)
        for key in waiting:
            await submit_until_answered(connection, ledger, "Budi", report(item, key))
        connection.close()

    await asyncio.gather(*(send() for _ in range(AT_ONCE)))


async def _crowd(port: int, ledger: Ledger, item: str, key: str) -> None:
    async def send() -> None:
        connection = Connection(port)
        await submit_until_answered(connection, ledger, "Budi", report(item, key))
        connection.close()

    await asyncio.gather(*(send() for _ in range(CROWD)))


async def _a_day_passes(url: str) -> None:
    await database.connect(url)
    try:
        postgres = database.dialect() == "postgres"
        past = "created_at - interval '25 hours'" if postgres else "datetime(created_at, '-25 hours')"
        await database.connection().execute_query(f"UPDATE idempotency SET created_at = {past}")
    finally:
        await database.disconnect()


async def _other_input_is_refused(port: int, item: str, keys: Iterable[str]) -> None:
    connection = Connection(port)
    for key in keys:
        given = report(item, key, minutes=31)
        answer = await connection.graphql(token_of("Budi"), SUBMIT, {"input": given})
        assert answer["data"]["submitActivity"]["code"] == "IDEMPOTENCY_KEY_REUSED"
        assert answer["data"]["submitActivity"]["field"] == "idempotencyKey"
    connection.close()


async def _decisions(port: int, activities: Iterable[str]) -> None:
    """The same for a verb that creates nothing: a decision with a key is taken once and answered twice."""
    connections = [Connection(port), Connection(port)]

    async def verify(connection: Connection, activity: str) -> dict[str, Any]:
        given = {"activity": activity, "idempotencyKey": f"verify-{activity}"}
        return await connection.graphql(token_of("Sri"), VERIFY, {"input": given})

    for activity in activities:
        answers = await asyncio.gather(*(verify(connection, activity) for connection in connections))
        for answer in answers:
            assert answer["data"]["verifyActivity"] == {
                "__typename": "Activity",
                "id": activity,
                "state": "VERIFIED",
            }
    for connection in connections:
        connection.close()
