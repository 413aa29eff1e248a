"""A served town whose people report while its server is killed, told to go and started again on the same port."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

from eperf.domain.access import Role
from eperf.schema.ids import global_id
from eperf.store.access import GrantRow
from eperf.store.event import EventRow
from tests.faults.workload import VERIFY, Ledger, populate, report, submit_until_answered, token_of
from tests.support.database import opened, run
from tests.support.http import Connection, Unknown
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


async def report_through_restarts(
    server: Server, town: Town, restarts: int, connected: Callable[[], int]
) -> int:
    """Two people report without pause while the server goes `restarts` times, killed and told in turn; says how often.

    `connected` gives how often whoever follows has been connected, so that each time there is somebody to be cut off.
    """
    ledger, over = Ledger(), asyncio.Event()
    writers = [asyncio.create_task(_write(server, town, name, ledger, over)) for name in _WRITERS]
    try:
        for turn in range(restarts):
            await _grown(ledger, 8)
            async with asyncio.timeout(120):
                while connected() <= turn:
                    await asyncio.sleep(0.05)
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
    async with asyncio.timeout(120):
        while len(ledger.answers) < until:
            await asyncio.sleep(0.02)


async def _write(server: Server, town: Town, name: str, ledger: Ledger, over: asyncio.Event) -> None:
    connection, item = Connection(server.port), global_id("CatalogueItem", town.item)
    try:
        for number in range(10_000):
            if over.is_set():
                return
            key = f"storm-{name}-{number}"
            await submit_until_answered(connection, ledger, name, report(item, key))
            if number % 3 == 0:
                await _verify(connection, ledger.answers[key])
            await asyncio.sleep(0.02)
    finally:
        connection.close()


async def _verify(connection: Connection, activity: str) -> None:
    """The superior accepts an activity, so that a score changes."""
    while True:
        try:
            answer = await connection.graphql(token_of("Sri"), VERIFY, {"input": {"activity": activity}})
        except Unknown:
            await asyncio.sleep(0.05)
            continue
        done = (answer.get("data") or {}).get("verifyActivity") or {}
        code = done.get("code") or [error["extensions"]["code"] for error in answer.get("errors", ())]
        # Once more after an answer that was lost: it is decided already.
        if done.get("__typename") == "Activity" or code in ("CONFLICT", "VERIFICATION_FINAL"):
            return
        assert code in ("UNAVAILABLE", ["UNAVAILABLE"], ["TIMEOUT"]), answer
        await asyncio.sleep(0.05)


def committed(url: str, kinds: Sequence[str] = KINDS) -> list[str]:
    """The cursors of all committed updates of these kinds, in order; of those that wait for one, None."""

    async def look() -> list[Any]:
        async with opened(url):
            found = EventRow.filter(kind__in=list(kinds))
            return [
                row.cursor if row.cursor is None else str(row.cursor)
                for row in await found.order_by("cursor")
            ]

    return run(look())


async def agreed(
    url: str, heard: Callable[[], list[list[str]]], seconds: float = 120, kinds: Sequence[str] = KINDS
) -> list[str]:
    """What is committed, when everybody has heard just that and nothing follows for a second, or when time is over."""
    until = asyncio.get_running_loop().time() + seconds
    while True:
        expected = await asyncio.to_thread(committed, url, kinds)
        if all(one == expected for one in await asyncio.to_thread(heard)):
            await asyncio.sleep(1)
            if all(one == expected for one in heard()) and expected == await asyncio.to_thread(
                committed, url
            ):
                return expected
        if asyncio.get_running_loop().time() > until:
            return expected
        await asyncio.sleep(0.3)
