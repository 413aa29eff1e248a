"""Five hundred activities decided in one request, within the limits of the front."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from pathlib import Path

import httpx

from eperf.app import web
from eperf.domain.access import SYSTEM
from eperf.domain.activity import ActivityState
from eperf.schema.ids import global_id
from eperf.services.call import Call
from eperf.services.history import Past, take_over
from eperf.store.access import TokenRow
from eperf.store.activity import ActivityRow
from tests.faults.workload import token_of
from tests.support.house import house_of
from tests.support.town import NOW, TODAY, build

DECIDE = """mutation($input: DecideActivitiesInput!) { decideActivities(input: $input) {
  ... on Decisions { decided results { activityId problem { code field message } activity { state version decidedAt } } }
  ... on Problem { code field } } }"""


async def test_five_hundred_are_decided_by_one_request_and_one_more_is_too_many(
    database: str, tmp_path: Path
) -> None:
    town = await build()
    digest = hashlib.sha256(token_of("Sri").encode()).hexdigest()
    await TokenRow.create(
        account_id=town.accounts["Sri"],
        name="test",
        created_at=NOW,
        expires_at=NOW + timedelta(days=1),
        digest=digest,
    )
    past = [
        Past(
            town.people["Budi"], town.units["office"], town.item, TODAY, 60, 100, f"kerja {number}",
            ActivityState.SUBMITTED, NOW, None, None,
        )
        for number in range(501)
    ]  # fmt: skip
    await take_over(Call(SYSTEM, NOW), town.units["office"], past)
    ids = [global_id("Activity", row.id) for row in await ActivityRow.all().order_by("id")]
    built = web.build(house_of(database, tmp_path, town.registry, lambda: NOW))
    transport = httpx.ASGITransport(built.app)
    headers = {"Authorization": f"Bearer {token_of('Sri')}", "Accept": "application/json"}
    async with web.closing(built), httpx.AsyncClient(transport=transport, base_url="http://test") as client:

        async def decide(some: list[str]) -> dict[str, object]:
            given = {"input": {"activities": some, "decision": "VERIFY"}}
            answer = await client.post(
                "/graphql", json={"query": DECIDE, "variables": given}, headers=headers
            )
            found: dict[str, object] = answer.json()["data"]["decideActivities"]
            return found

        assert await decide(ids) == {"code": "LIMIT_EXCEEDED", "field": "activities"}
        done = await decide(ids[:500])
    assert done["decided"] == 500
    shown = {
        "problem": None,
        "activity": {"state": "VERIFIED", "version": 2, "decidedAt": "2026-11-24T03:00:00Z"},
    }
    assert done["results"] == [{"activityId": one, **shown} for one in ids[:500]]
    assert await ActivityRow.filter(state="submitted").count() == 1
