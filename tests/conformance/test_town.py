"""A served town before the audits and the clients of others, each as its makers publish it."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from contextlib import aclosing
from typing import Any
from uuid import uuid4

import pytest
from gql import Client, gql
from gql.transport.httpx import HTTPXAsyncTransport
from gql.transport.websockets import WebsocketsTransport

from tests.conformance.suite import outcome

AUDITS = {"MUST": 13, "SHOULD": 23, "MAY": 25}
ME = "query Me { me { id name unit { id name } } }"
SUBMIT = """
mutation Submit($input: SubmitActivityInput!) {
  submitActivity(input: $input) { __typename ... on Activity { id state } ... on Problem { code message field } }
}
"""
UPDATES = """
subscription Updates($kinds: [String!]) {
  performanceUpdates(kinds: $kinds) { cursor kind subject { __typename id } }
}
"""


def test_every_audit_of_graphql_over_http_passes(
    town: dict[str, Any], record_property: Callable[[str, object], None]
) -> None:
    # Once more for a caller who is remembered, and whose requests are read on the lean lane.
    for turn in ("first", "remembered"):
        found = outcome("audits.mjs", town)
        passed = Counter(audit["level"] for audit in found if audit["status"] == "ok")
        counted = ", ".join(f"{level} {passed[level]}" for level in AUDITS)
        record_property(
            "figure", f"graphql-http audits passed, {turn}: {passed.total()} of {len(found)} ({counted})"
        )
        _all_passed(found, passed)


def _all_passed(found: list[dict[str, Any]], passed: Counter[str]) -> None:
    assert [audit for audit in found if audit["status"] != "ok"] == []
    assert passed == AUDITS


def heard_itself(town: dict[str, Any], found: dict[str, Any]) -> None:
    """The client knows who it is, could report, and heard of one of its reports."""
    assert found["query"]["me"]["id"] == town["ids"]["employee"]
    assert found["query"]["me"]["unit"]["id"]
    reported = [mutation["submitActivity"] for mutation in found["mutations"]]
    assert {(report["__typename"], report["state"]) for report in reported} == {("Activity", "SUBMITTED")}
    update = found["subscription"]["performanceUpdates"]
    assert update["kind"] == "activity.submitted"
    assert update["subject"]["id"] in {report["id"] for report in reported}


@pytest.mark.parametrize("client", ["apollo", "urql", "sockets", "streams"])
def test_a_client_queries_mutates_and_subscribes(town: dict[str, Any], client: str) -> None:
    given = {name: value for name, value in town.items() if name != "events" or client == "streams"}
    heard_itself(town, outcome(f"{client}.mjs", given))


def test_urql_reads_event_streams_by_itself(town: dict[str, Any]) -> None:
    heard_itself(town, outcome("urql.mjs", town))


async def test_the_gql_client_of_python_queries_mutates_and_subscribes(town: dict[str, Any]) -> None:
    bearer = f"Bearer {town['tokens']['employee']}"
    socket = WebsocketsTransport(
        town["socket"], init_payload={"authorization": bearer}, subprotocols=["graphql-transport-ws"]
    )
    web = HTTPXAsyncTransport(town["url"], headers={"Authorization": bearer})
    updates, submit = gql(UPDATES), gql(SUBMIT)
    updates.variable_values = {"kinds": ["activity.submitted"]}
    async with (
        Client(transport=web) as client,
        Client(transport=socket) as listener,
        aclosing(listener.subscribe(updates)) as heard,
    ):
        me = await client.execute(gql(ME))
        first = asyncio.ensure_future(anext(heard))
        reported: list[dict[str, Any]] = []
        while not first.done() and len(reported) < 20:
            await asyncio.sleep(0.3)
            submit.variable_values = {"input": {**town["report"], "idempotencyKey": f"client-{uuid4()}"}}
            reported.append(await client.execute(submit))
            await asyncio.sleep(0.3)
        heard_itself(town, {"query": me, "mutations": reported, "subscription": await first})
