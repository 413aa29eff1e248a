"""kill -9 of a server that sends to a webhook: every committed update arrives, a duplicate bears its id, order is kept."""

from __future__ import annotations

import asyncio
import os
import random
from collections import defaultdict
from collections.abc import Callable

import pytest
from standardwebhooks.webhooks import Webhook

from eperf.domain.access import Role
from eperf.schema.ids import global_id
from eperf.store import database
from eperf.store.access import GrantRow
from eperf.store.event import EventRow
from tests.faults.workload import Ledger, populate, report, submit_until_answered, token_of
from tests.support.database import run
from tests.support.http import Connection
from tests.support.receivers import Request, echoes, receiving
from tests.support.server import Server
from tests.support.town import SINCE, Town

KILLS = int(os.environ.get("EPERF_WEBHOOK_KILLS", "3"))
OWNER = "Eka"
CREATE = """mutation($input: CreateWebhookInput!) { createWebhook(input: $input) { __typename
  ... on WebhookSecret { secret webhook { id } } ... on Problem { code field message } } }"""
VERIFY = """mutation($input: WebhookInput!) { verifyWebhook(input: $input) { __typename
  ... on WebhookProbe { verified } ... on Problem { code field message } } }"""


def grant(url: str, town: Town) -> None:
    async def write() -> None:
        await database.connect(url)
        await GrantRow.create(
            account_id=town.accounts[OWNER],
            role=Role.INTEGRATOR.value,
            unit_id=town.units["city"],
            valid_from=SINCE,
        )
        await database.disconnect()

    run(write())


def committed(url: str) -> set[int]:
    """The places of all updates that the webhook is for; waits until all are numbered."""

    async def look() -> set[int]:
        await database.connect(url)
        try:
            while await EventRow.filter(cursor=None).exists():
                await asyncio.sleep(0.1)
            found = await EventRow.filter(kind__in=["activity.submitted", "activity.verified"])
            return {int(one.cursor or 0) for one in found}
        finally:
            await database.disconnect()

    return run(look())


@pytest.mark.fault
@pytest.mark.timeout(3000)
def test_every_committed_update_arrives_through_kills_and_a_duplicate_bears_its_id(
    database_url: str, serve: Callable[..., Server], record_property: Callable[[str, object], None]
) -> None:
    town = populate(database_url)
    grant(database_url, town)
    server = serve(database_url, {"EPERF_WEBHOOK_NETWORKS": "127.0.0.0/8"})
    ledger = Ledger()
    got, secret = asyncio.run(_storm(server, town, ledger, database_url))
    first: dict[int, str] = {}
    last: dict[str, int] = defaultdict(int)
    for request in got:
        event = request.event
        cursor = int(event["cursor"])
        if cursor not in first:
            assert cursor > last[event["subject"]], "out of order"
            last[event["subject"]] = cursor
        assert (
            first.setdefault(cursor, request.headers["webhook-id"])
            == request.headers["webhook-id"]
            == event["id"]
        )
    assert len(set(first.values())) == len(first)
    Webhook(secret).verify(got[-1].body, got[-1].headers)
    record_property(
        "figure",
        f"webhook through {KILLS} kills: {len(first)} updates, {len(got) - len(first)} came twice, none is missing",
    )


async def _storm(server: Server, town: Town, ledger: Ledger, url: str) -> tuple[list[Request], str]:
    async with receiving(echoes) as receiver:
        connection = Connection(server.port)
        given = {"name": "kill", "url": receiver.url(), "unit": global_id("Unit", town.units["city"]),
                 "kinds": ["activity.submitted", "activity.verified"]}  # fmt: skip
        made = (await connection.graphql(token_of(OWNER), CREATE, {"input": given}))["data"]["createWebhook"]
        probe = await connection.graphql(
            token_of(OWNER), VERIFY, {"input": {"webhook": made["webhook"]["id"]}}
        )
        assert probe["data"]["verifyWebhook"]["verified"] is True, probe
        receiver.got.clear()
        stop = asyncio.Event()
        writers = [
            asyncio.create_task(_write(server.port, town, ledger, number, stop)) for number in range(3)
        ]
        for _ in range(KILLS):
            await asyncio.sleep(random.uniform(0.5, 1.5))
            server.kill()
            await asyncio.to_thread(server.start)
        await asyncio.sleep(0.5)
        stop.set()
        await asyncio.gather(*writers)
        wanted = await asyncio.to_thread(committed, url)
        assert len(wanted) >= len(ledger.answers)
        connection.close()
        async with asyncio.timeout(90):
            while wanted - set(receiver.cursors):
                await asyncio.sleep(0.2)
        return list(receiver.got), str(made["secret"])


async def _write(port: int, town: Town, ledger: Ledger, number: int, stop: asyncio.Event) -> None:
    connection, item, count = Connection(port), global_id("CatalogueItem", town.item), 0
    while not stop.is_set():
        count += 1
        given = report(item, f"w{number}-{count}")
        await submit_until_answered(connection, ledger, ("Budi", "Wati", "Sri")[number], given)
    connection.close()
