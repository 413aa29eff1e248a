"""The limits of a whole application on a real database: whose rate it is, on both lanes, and what is counted of it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from websockets.asyncio.client import connect

from eperf.app import web
from eperf.app.graphql.trusted import sha256
from eperf.domain.errors import BadInput
from eperf.store.access import TokenRow
from tests.app.graphql.talk import PROTOCOL, Talk
from tests.app.graphql.town import served
from tests.support.house import house_of
from tests.support.town import Town, build

ME = "query Me { me { name } }"
UNITS = "query Units($first: Int!) { units(first: $first) { edges { node { name } } } }"


class Door:
    """An application, and what its callers say."""

    def __init__(self, town: Town, client: httpx.AsyncClient) -> None:
        self._town, self._client = town, client
        self.socket = f"ws://{client.base_url.netloc.decode()}/graphql"
        self._tokens = 0

    async def token(self, name: str) -> str:
        self._tokens += 1
        token = "eperf_" + f"{name.lower()}{self._tokens}".ljust(43, "0")
        now = datetime.now(UTC)
        await TokenRow.create(
            account_id=self._town.accounts[name],
            name="test",
            digest=hashlib.sha256(token.encode()).hexdigest(),
            created_at=now,
            expires_at=now + timedelta(days=1),
        )
        return token

    async def ask(self, token: str | None, body: dict[str, Any] | None = None) -> httpx.Response:
        headers = {} if token is None else {"authorization": f"Bearer {token}"}
        return await self._client.post("/graphql", json=body or {"query": ME}, headers=headers)

    async def counted(self) -> dict[tuple[str, ...], float]:
        """The front's samples by name and labels."""
        text = (await self._client.get("/metrics")).text
        return {
            (sample.name, *sample.labels.values()): sample.value
            for family in text_string_to_metric_families(text)
            for sample in family.samples
            if sample.name.startswith("eperf_graphql")
        }


@asynccontextmanager
async def opened(url: str, folder: Path, **settings: Any) -> AsyncIterator[Door]:
    town = await build()
    built = web.build(house_of(url, folder, town.registry, lambda: datetime.now(UTC), **settings))
    # A real server: what comes in several pieces, as from a client without one, never takes the lean lane.
    async with (
        served(built.app) as host,
        httpx.AsyncClient(base_url=f"http://{host}") as client,
    ):
        yield Door(town, client)


async def test_an_account_has_one_rate_whatever_token_it_comes_with_and_nobody_else_pays(
    database: str, tmp_path: Path
) -> None:
    async with opened(database, tmp_path, requests_per_minute=5) as door:
        tokens = [await door.token("Budi"), await door.token("Budi")]
        wati = await door.token("Wati")
        answers = [await door.ask(tokens[number % 2]) for number in range(7)]
        assert [answer.status_code for answer in answers] == [200] * 5 + [429] * 2
        assert int(answers[-1].headers["retry-after"]) in range(1, 13)
        assert (await door.ask(wati)).json() == {"data": {"me": {"name": "Wati"}}}
        assert (await door.ask(None)).status_code == 200


async def test_the_anonymous_pay_by_their_address(database: str, tmp_path: Path) -> None:
    async with opened(database, tmp_path, requests_per_minute=2) as door:
        answers = [await door.ask(None) for _ in range(3)]
        assert [answer.status_code for answer in answers] == [200, 200, 429]
        assert (await door.ask(await door.token("Budi"))).status_code == 200


async def test_a_query_that_was_asked_before_is_paid_for_too(database: str, tmp_path: Path) -> None:
    async with opened(database, tmp_path, cost_per_minute=1000, max_cost=400) as door:
        token = await door.token("Budi")
        body = {"query": UNITS, "variables": {"first": 100}}
        answers = [await door.ask(token, body) for _ in range(6)]
        counted = await door.counted()
    assert [answer.status_code for answer in answers] == [200] * 4 + [429] * 2
    assert answers[0].json() == answers[2].json()
    refused = answers[4].json()["errors"][0]["extensions"]
    assert (refused["code"], refused["limit"], refused["most"]) == ("RATE_LIMITED", "cost_per_minute", 1000)
    assert refused["value"] > 1000
    assert counted["eperf_graphql_refusals_total", "cost_per_minute"] >= 2


async def test_a_registered_document_is_answered_by_hash_on_both_lanes(database: str, tmp_path: Path) -> None:
    path = tmp_path / "manifest.json"
    path.write_text(json.dumps({sha256(text): text for text in (ME, UNITS)}))
    bodies: list[dict[str, Any]] = [
        {"documentId": f"sha256:{sha256(UNITS)}", "variables": {"first": 1}},
        {
            "extensions": {"persistedQuery": {"version": 1, "sha256Hash": sha256(UNITS)}},
            "variables": {"first": 1},
        },
        {"query": UNITS, "variables": {"first": 1}},
    ]
    async with opened(database, tmp_path, trusted_documents=path, only_trusted=True) as door:
        token = await door.token("Budi")
        before = (await door.counted()).get(("eperf_graphql_queries_total", "plan"), 0)
        answers = [(await door.ask(token, body)).json() for body in bodies * 2]
        after = (await door.counted())["eperf_graphql_queries_total", "plan"]
        other = await door.ask(token, {"query": "{ me { name } }"})
        unknown = await door.ask(token, {"documentId": "sha256:" + "0" * 64})
    assert after - before == 6
    assert all(answer == answers[0] for answer in answers)
    assert len(answers[0]["data"]["units"]["edges"]) == 1
    for refused in (other, unknown):
        assert refused.json()["errors"][0]["extensions"]["code"] == "DOCUMENT_NOT_TRUSTED"


async def test_a_body_that_is_too_deep_is_refused_on_both_lanes_alike(database: str, tmp_path: Path) -> None:
    deep: Any = 1
    for _ in range(60):
        deep = [deep]
    async with opened(database, tmp_path) as door:
        token = await door.token("Budi")
        for body in ({"query": ME, "variables": {"x": deep}}, {"documentId": 5, "extensions": {"x": deep}}):
            first = await door.ask(token, body)
            await door.ask(token)
            second = await door.ask(token, body)
            for answer in (first, second):
                assert answer.status_code == 400
                assert answer.json()["errors"][0]["extensions"]["limit"] == "json_depth"


@pytest.mark.parametrize(
    ("settings", "field"),
    [
        ({"only_trusted": True}, "only_trusted"),
        ({"trusted_documents": Path("missing.json")}, "trusted_documents"),
    ],
)
async def test_a_server_that_could_not_keep_its_promise_does_not_start(
    settings: dict[str, Any], field: str, database: str, tmp_path: Path
) -> None:
    with pytest.raises(BadInput) as refused:
        async with opened(database, tmp_path, **settings):
            pass
    assert refused.value.field == field


async def test_operations_are_counted_by_kind_and_ending(database: str, tmp_path: Path) -> None:
    name = "eperf_graphql_operations_total"
    async with opened(database, tmp_path, max_depth=3) as door:
        token = await door.token("Budi")
        before = await door.counted()
        for _ in range(3):
            await door.ask(token)
        await door.ask(token, {"query": "{ wrong }"})
        await door.ask(token, {"query": "{"})
        await door.ask(token, {"query": "{ me { unit { employees { edges { node { name } } } } } }"})
        after = await door.counted()
    grown = {key: after[key] - before.get(key, 0) for key in after if after[key] != before.get(key, 0)}
    assert grown[name, "query", "answered"] == 3
    assert grown[name, "unknown", "refused"] == 3
    assert grown["eperf_graphql_refusals_total", "depth"] == 1


async def test_sockets_and_how_the_server_closes_them_are_counted(database: str, tmp_path: Path) -> None:
    async with opened(database, tmp_path) as door:
        before = await door.counted()
        async with connect(door.socket, subprotocols=PROTOCOL) as socket:
            talk = await Talk(socket).init({"authorization": f"Bearer {await door.token('Budi')}"})
            assert (await door.counted())["eperf_graphql_sockets",] == before["eperf_graphql_sockets",] + 1
            await talk.say("}")
            assert await talk.closed() == 4400
        after = await door.counted()
    key = ("eperf_graphql_socket_closings_total", "4400")
    assert after[key] == before.get(key, 0) + 1
    assert after["eperf_graphql_sockets",] == before["eperf_graphql_sockets",]


async def test_the_sockets_of_an_account_are_counted_together(database: str, tmp_path: Path) -> None:
    async with (
        opened(database, tmp_path, sockets_each=1) as door,
        connect(door.socket, subprotocols=PROTOCOL) as first,
        connect(door.socket, subprotocols=PROTOCOL) as second,
        connect(door.socket, subprotocols=PROTOCOL) as third,
    ):
        await Talk(first).init({"authorization": f"Bearer {await door.token('Budi')}"})
        late = Talk(second)
        await late.say(
            {
                "type": "connection_init",
                "payload": {"authorization": f"Bearer {await door.token('Budi')}"},
            }
        )
        assert await late.closed() == 1013
        await Talk(third).init({"authorization": f"Bearer {await door.token('Wati')}"})
