"""A served town whose people report while its server is killed, told to go and started again on the same port."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from eperf.domain.access import Role
from eperf.schema.ids import global_id
from eperf.store import database
from eperf.store.access import GrantRow
from eperf.store.event import EventRow
from tests.faults.workload import Ledger, populate, report, submit_until_answered
from tests.support.database import opened, run
from tests.support.http import Connection
from tests.support.server import Server
from tests.support.town import SINCE, Town

KINDS = ("activity.submitted", "score.changed")
FOLLOWER = "Eka"
"""Who hears of everything in the town, as an integrator."""
_WRITERS = ("Budi", "Wati")


def followed_town(url: str) -> Town:
    """The town with a token for everybody, and an integrator's grant for the follower."""
    town = populate(url)

    async def grant() -> None:
        async with opened(url):
            await GrantRow.create(
                account_id=town.accounts[FOLLOWER],
                role=Role.INTEGRATOR.value,
                unit_id=town.units["city"],
                valid_from=SINCE,
            )

    run(grant())
    return town


async def report_through_restarts(server: Server, town: Town, restarts: int, prefix: str = "storm") -> int:
    """Two people report without pause while the server goes `restarts` times, killed and told in turn; says how often."""
    ledger, over = Ledger(), asyncio.Event()
    writers = [asyncio.create_task(_write(server, town, name, ledger, over, prefix)) for name in _WRITERS]
    try:
        for turn in range(restarts):
            await _grown(ledger, 8)
            await asyncio.to_thread(server.terminate if turn % 2 else server.kill)
            await asyncio.sleep(0.3)
            await asyncio.to_thread(server.start)
        await _grown(ledger, 8)
    finally:
        over.set()
        await asyncio.gather(*writers)
    return len(ledger.answers)


async def _grown(ledger: Ledger, most: int) -> None:
    until = len(ledger.answers) + most
    async with asyncio.timeout(60):
        while len(ledger.answers) < until:
            await asyncio.sleep(0.02)


async def _write(
    server: Server, town: Town, name: str, ledger: Ledger, over: asyncio.Event, prefix: str
) -> None:
    connection, item = Connection(server.port), global_id("CatalogueItem", town.item)
    try:
        for number in range(10_000):
            if over.is_set():
                return
            await submit_until_answered(connection, ledger, name, report(item, f"{prefix}-{name}-{number}"))
            await asyncio.sleep(0.02)
    finally:
        connection.close()


def committed(url: str, kinds: Sequence[str] = KINDS) -> list[str]:
    """The cursors of all committed updates of these kinds, in order."""

    async def look() -> list[Any]:
        async with opened(url):
            assert not await EventRow.filter(cursor=None).exists(), "events wait for a number"
            return list(
                await EventRow.filter(kind__in=list(kinds)).order_by("cursor").values_list("cursor", flat=True)
            )

    return [str(cursor) for cursor in run(look())]


async def settled(url: str) -> None:
    """Waits until the log has not grown for a second: every score that follows from a report is there."""
    before = -1
    async with asyncio.timeout(60):
        while True:
            now = await asyncio.to_thread(run, _standing(url))
            if now == before:
                return
            before = now
            await asyncio.sleep(1)


async def _standing(url: str) -> int:
    async with opened(url):
        waiting = await EventRow.filter(cursor=None).count()
        _, rows = await database.connection().execute_query("SELECT count(*) AS n FROM dirty_score")
        return await EventRow.all().count() if not waiting and not rows[0]["n"] else -1
