"""A server that knows its names answers to no other, whichever way one comes in."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import httpx
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from tests.support.server import Server

QUERY = {"query": "{ __typename }"}


async def test_another_host_is_refused_on_every_way_in(
    database_url: str, serve: Callable[..., Server]
) -> None:
    server = await asyncio.to_thread(serve, database_url, {"EPERF_ALLOWED_HOSTS": "127.0.0.1"})
    async with httpx.AsyncClient(base_url=server.url) as http:
        for path, accept in (("/graphql", "application/json"), ("/graphql/stream", "text/event-stream")):
            for host, status in (("127.0.0.1", 200), ("evil.test", 400), ("127.0.0.1.evil.test", 400)):
                # The second turn is the one that may be answered from what was learned in the first.
                for _ in range(2):
                    answer = await http.post(path, json=QUERY, headers={"accept": accept, "host": host})
                    assert (path, host, answer.status_code) == (path, host, status)
    address = f"ws://127.0.0.1:{server.port}/graphql"
    async with connect(address, subprotocols=["graphql-transport-ws"]):  # type: ignore[list-item]
        pass
    try:
        async with connect(
            f"ws://evil.test:{server.port}/graphql",
            subprotocols=["graphql-transport-ws"],  # type: ignore[list-item]
            host="127.0.0.1",
        ):
            raise AssertionError("the socket was opened")
    except InvalidStatus as refused:
        assert refused.response.status_code == 400
