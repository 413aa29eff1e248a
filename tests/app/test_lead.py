"""The lead passes on by itself, and who has lost it does nothing more."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

import asyncpg
import pytest

from eperf.app import lead as module
from eperf.store import database as store
from eperf.store import fence, log
from eperf.store.event import EventRow
from tests.support.database import KIND

pytestmark = pytest.mark.skipif(KIND == "sqlite", reason="SQLite serves one process")


class Leading:
    """A leader whose connection can be taken from it while it does not notice."""

    def __init__(self, url: str) -> None:
        self._url = url

    async def __aenter__(self) -> int:
        self.holder = await asyncpg.connect(self._url)
        return await fence.begin(self.holder)

    async def __aexit__(self, *_: object) -> None:
        if not self.holder.is_closed():
            await self.holder.close()


async def event(**given: Any) -> EventRow:
    return await EventRow.create(
        kind="activity.submitted", version=1, subject_type="Activity", subject_id=1, occurred_at=datetime.now(UTC),
        payload={}, **given,
    )  # fmt: skip


async def test_who_has_lost_the_lead_writes_nothing_more(database: str) -> None:
    await event()
    former = Leading(database)
    term = await former.__aenter__()
    with fence.within(term):
        assert await log.number() == 1
        await former.holder.close()
        await event()
        with pytest.raises(fence.NotLeader):
            await log.number()
    async with Leading(database) as next_term:
        with fence.within(next_term):
            assert await log.number() == 1
    assert sorted([int(row.cursor or 0) for row in await EventRow.all()]) == [1, 2]


async def test_a_new_leader_begins_when_the_former_ones_last_transaction_has_ended(database: str) -> None:
    former = Leading(database)
    term = await former.__aenter__()
    order: list[str] = []

    async def take_over() -> None:
        async with Leading(database):
            order.append("leads")

    with fence.within(term):
        async with store.transaction():
            await former.holder.close()
            taking = asyncio.create_task(take_over())
            await asyncio.sleep(0.3)
            await event()
            order.append("wrote")
    await asyncio.wait_for(taking, 10)
    assert order == ["wrote", "leads"]
    assert await EventRow.all().count() == 1


async def test_two_duties_of_a_leader_that_was_are_both_kept_out(database: str) -> None:
    former = Leading(database)
    term = await former.__aenter__()
    await former.holder.close()
    refused = 0
    with fence.within(term):
        for _ in range(2):
            with pytest.raises(fence.NotLeader):
                async with store.transaction():
                    pass
            refused += 1
    assert refused == 2
    async with store.transaction():  # what is no duty is not asked
        await event()


async def test_a_lead_whose_session_the_server_ends_is_given_up(database: str) -> None:
    credentials = store.config(database)["connections"]["default"]["credentials"]
    begun, ended = asyncio.Event(), asyncio.Event()

    async def lead() -> None:
        try:
            async with module.lead(credentials):
                begun.set()
                await asyncio.sleep(60)
        finally:
            ended.set()

    leader = asyncio.create_task(lead())
    await asyncio.wait_for(begun.wait(), 10)
    with pytest.raises(fence.NotLeader):
        async with module.lead(credentials):
            pass
    await store.connection().execute_query(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND application_name = 'eperf leader'"
    )
    await asyncio.wait_for(ended.wait(), 10)
    await asyncio.wait({leader})
    assert leader.cancelled()
    async with module.lead(credentials):
        pass
