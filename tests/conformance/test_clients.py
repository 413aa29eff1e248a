"""The clients that frontends and integrators take: each asks, reports, and hears of it, by replay and live."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack
from typing import Any
from uuid import uuid4

import pytest
from gql import Client, GraphQLRequest
from gql.transport.httpx import HTTPXAsyncTransport
from gql.transport.websockets import WebsocketsTransport

_ME = "query Me { me { id name unit { id name } } }"
_SUBMIT = """
mutation Submit($input: SubmitActivityInput!) {
  submitActivity(input: $input) { __typename ... on Activity { id state } ... on Problem { code message field } }
}"""
_UPDATES = """
subscription Updates($after: String) {
  performanceUpdates(kinds: ["activity.submitted"], after: $after) { cursor kind subject { __typename id } }
}"""


def report(town: dict[str, Any]) -> dict[str, Any]:
    """An activity that the town's employee may report."""
    return {
        "item": town["ids"]["item"],
        "date": town["today"],
        "minutes": 30,
        "quantity": "1.00",
        "result": "Laporan selesai",
    }


@pytest.mark.parametrize("client", ["apollo", "urql"])
def test_a_browsers_client_does_a_query_a_mutation_and_a_subscription(
    town: dict[str, Any], node: Callable[..., Any], client: str
) -> None:
    asked = {"url": town["url"], "token": town["tokens"]["employee"], "report": report(town)}
    day = node(f"{client}.mjs", asked)
    assert day["me"]["id"] == town["ids"]["employee"]
    assert day["me"]["unit"]["id"] == town["ids"]["unit"]
    assert (day["first"]["state"], day["second"]["state"]) == ("SUBMITTED", "SUBMITTED")
    assert day["heard"] == day["second"]["id"] != day["first"]["id"]


async def test_the_python_client_does_a_query_a_mutation_and_a_subscription(town: dict[str, Any]) -> None:
    bearer = f"Bearer {town['tokens']['employee']}"
    plain = HTTPXAsyncTransport(f"{town['url']}/graphql", headers={"Authorization": bearer})
    socket = WebsocketsTransport(
        f"{town['url'].replace('http', 'ws', 1)}/graphql",
        init_payload={"authorization": bearer},
        subprotocols=["graphql-transport-ws"],
    )
    async with AsyncExitStack() as open_until_end, asyncio.timeout(30):
        # The client reads the schema first and checks each document against it: introspection is part of the proof.
        http = await open_until_end.enter_async_context(
            Client(transport=plain, fetch_schema_from_transport=True)
        )
        follower = await open_until_end.enter_async_context(Client(transport=socket))
        me = await http.execute(GraphQLRequest(_ME))
        assert me["me"]["id"] == town["ids"]["employee"]

        async def submit() -> str:
            given = {"input": {**report(town), "idempotencyKey": str(uuid4())}}
            done = await http.execute(GraphQLRequest(_SUBMIT, variable_values=given))
            return str(done["submitActivity"]["id"])

        expected = [await submit()]
        async for update in follower.subscribe(GraphQLRequest(_UPDATES, variable_values={"after": "0"})):
            if update["performanceUpdates"]["subject"]["id"] != expected[-1]:
                continue
            if len(expected) == 2:
                break
            expected.append(await submit())
        assert len(set(expected)) == 2
