"""Clients of others follow the log through a server that is killed and told to go: nothing is missed or heard twice."""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest
from gql import Client, gql
from gql.transport.exceptions import TransportError
from gql.transport.websockets import WebsocketsTransport

from tests.conformance.suite import running
from tests.faults.workload import token_of
from tests.support.restarts import (
    FOLLOWER,
    KINDS,
    agreed,
    followed_town,
    report_through_restarts,
)
from tests.support.server import Server

RESTARTS = 4
CLIENTS = ("graphql-ws", "graphql-sse", "gql")
UPDATES = gql("""
subscription Updates($kinds: [String!], $after: String) {
  performanceUpdates(kinds: $kinds, after: $after) { cursor }
}
""")


class Heard:
    """What each client has said: cursors in order, how often it was connected, and whatever went wrong."""

    def __init__(self) -> None:
        self.cursors: dict[str, list[str]] = defaultdict(list)
        self.connected: dict[str, int] = defaultdict(int)
        self.failed: list[Any] = []

    def least_connected(self) -> int:
        """How often each of them was, at least."""
        return min(self.connected[one] for one in CLIENTS)

    def line(self, said: dict[str, Any]) -> None:
        name = said["client"]
        if "cursor" in said:
            self.cursors[name].append(said["cursor"])
        elif "connected" in said:
            self.connected[name] += 1
        else:
            self.failed.append(said)


async def node(given: dict[str, Any], heard: Heard) -> None:
    """`graphql-ws` and `graphql-sse`, which connect again by themselves."""
    async with running("resume.mjs", given) as process:
        assert process.stdout is not None
        async for line in process.stdout:
            heard.line(json.loads(line))
        assert process.stderr is not None
        raise AssertionError((await process.stderr.read()).decode()[-4000:])


async def python(given: dict[str, Any], heard: Heard) -> None:
    """`gql`, whose caller connects again."""
    cursor = "0"
    while True:
        transport = WebsocketsTransport(
            given["socket"],
            init_payload={"authorization": f"Bearer {given['token']}"},
            subprotocols=["graphql-transport-ws"],
        )
        with suppress(TransportError, OSError, TimeoutError):
            async with Client(transport=transport) as session:
                heard.line({"client": "gql", "connected": True})
                UPDATES.variable_values = {"kinds": given["kinds"], "after": cursor}
                async for result in session.subscribe(UPDATES):
                    cursor = result["performanceUpdates"]["cursor"]
                    heard.line({"client": "gql", "cursor": cursor})
        await asyncio.sleep(0.1)


@asynccontextmanager
async def following(server: Server) -> AsyncIterator[Heard]:
    given = {
        "socket": f"ws://127.0.0.1:{server.port}/graphql",
        "events": f"{server.url}/graphql/stream",
        "token": token_of(FOLLOWER),
        "kinds": list(KINDS),
    }
    heard = Heard()
    clients = [asyncio.create_task(client(given, heard)) for client in (node, python)]
    try:
        yield heard
        assert [task for task in clients if task.done()] == []
    finally:
        for task in clients:
            task.cancel()
        await asyncio.gather(*clients, return_exceptions=True)


@pytest.mark.fault
@pytest.mark.timeout(600)
async def test_every_client_hears_each_committed_update_once_and_in_order_through_restarts(
    database_url: str, serve: Callable[..., Server]
) -> None:
    town = followed_town(database_url)
    server = serve(database_url, {"EPERF_REQUESTS_PER_MINUTE": "1000000"})
    async with following(server) as heard:
        reports = await report_through_restarts(server, town, RESTARTS, heard.least_connected)
        expected = await agreed(database_url, lambda: [heard.cursors[one] for one in CLIENTS])
    assert reports >= 8 * (RESTARTS + 1)
    assert len(expected) >= reports
    assert heard.failed == []
    assert {one: _differs(heard.cursors[one], expected) for one in CLIENTS} == dict.fromkeys(CLIENTS)
    assert heard.least_connected() > RESTARTS
    assert "Traceback" not in server.last_words()


def _differs(heard: list[str], expected: list[str]) -> str | None:
    """How what was heard differs from what was committed; None when it does not."""
    if heard == expected:
        return None
    missed, invented = set(expected) - set(heard), set(heard) - set(expected)
    twice = {one for one in heard if heard.count(one) > 1}
    return (
        f"missed {sorted(missed)}, never committed {sorted(invented)}, twice {sorted(twice)}, or out of order"
    )
