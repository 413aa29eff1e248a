"""eperf's webhooks reach the kit's receivers, through kills of both: each update once, in order of its subject."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from eperf.schema.ids import global_id
from eperf.store.event import EventRow
from tests.faults.workload import token_of
from tests.support.database import opened, run
from tests.support.receiver import Receiver
from tests.support.restarts import FOLLOWER, agreed, followed_town, report_through_restarts
from tests.support.server import Server

RESTARTS = int(os.environ.get("EPERF_KIT_RESTARTS", "1"))
SUBMITTED = ("activity.submitted", "activity.verified")
CREATE = """mutation Create($input: CreateWebhookInput!) { createWebhook(input: $input) {
  ... on WebhookSecret { secret webhook { id } } ... on Problem { code field message } } }"""
VERIFY = """mutation Verify($input: WebhookInput!) { verifyWebhook(input: $input) {
  ... on WebhookProbe { verified webhook { state } } ... on Problem { code field message } } }"""


def ask(server: Server, query: str, given: dict[str, Any]) -> dict[str, Any]:
    """One mutation of the integrator's."""
    headers = {"Authorization": f"Bearer {token_of(FOLLOWER)}"}
    asked = {"query": query, "variables": {"input": given}}
    answer = httpx.post(f"{server.url}/graphql", json=asked, headers=headers, timeout=30).json()
    assert "errors" not in answer, answer
    [done] = answer["data"].values()
    assert "code" not in done, done
    found: dict[str, Any] = done
    return found


@pytest.fixture
def receivers(tmp_path: Path) -> Iterator[list[Receiver]]:
    made = []
    for language in ("python", "javascript"):
        (folder := tmp_path / f"to-{language}").mkdir()
        made.append(Receiver(folder, language))
        made[-1].start()
    yield made
    for one in made:
        one.program.kill()


def subjects(url: str) -> dict[str, tuple[str, int]]:
    """The subject of every update, by cursor."""

    async def look() -> dict[str, tuple[str, int]]:
        async with opened(url):
            return {str(row.cursor): (row.subject_type, row.subject_id) for row in await EventRow.all()}

    return run(look())


@pytest.mark.fault
def test_each_update_is_taken_once_and_in_order_of_its_subject(
    database_url: str, serve: Callable[..., Server], receivers: list[Receiver]
) -> None:
    town = followed_town(database_url)
    settings = {"EPERF_REQUESTS_PER_MINUTE": "1000000", "EPERF_WEBHOOK_NETWORKS": "127.0.0.0/8"}
    server = serve(database_url, settings)
    for number, one in enumerate(receivers):
        new = {"name": f"kit {number}", "url": one.url, "unit": global_id("Unit", town.units["city"])}
        made = ask(server, CREATE, {**new, "kinds": list(SUBMITTED), "idempotencyKey": f"kit-{number}"})
        one.secrets.write_text(made["secret"])
        verified = ask(server, VERIFY, {"webhook": made["webhook"]["id"]})
        assert verified == {"verified": True, "webhook": {"state": "ACTIVE"}}

    def between() -> int:
        """Before each time that the server goes they are killed too."""
        for one in receivers:
            one.program.kill()
            one.start()
        return RESTARTS + 1

    asyncio.run(report_through_restarts(server, town, RESTARTS, between))

    def heard() -> list[list[str]]:
        """`agreed` compares in order of the log; webhooks keep that of each subject."""
        return [sorted(one.seen(), key=int) for one in receivers]

    expected = asyncio.run(agreed(database_url, heard, seconds=100, kinds=SUBMITTED))
    assert heard() == [expected] * len(receivers)
    of = subjects(database_url)
    for one in receivers:
        for subject in set(of.values()):
            mine = [cursor for cursor in one.seen() if of[cursor] == subject]
            assert mine == sorted(mine, key=int)
