"""A server that is told to stop: what is open is ended so that clients come again, and nothing is waited for."""

from __future__ import annotations

import asyncio
import json
import signal
import time
from collections.abc import Callable

import httpx
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from tests.faults.workload import populate, token_of
from tests.support.server import Server

UPDATES = "subscription { performanceUpdates { cursor } }"


async def test_streams_and_sockets_are_ended_at_once(database_url: str, serve: Callable[..., Server]) -> None:
    await asyncio.to_thread(populate, database_url)
    server = await asyncio.to_thread(serve, database_url)
    bearer = {"authorization": f"Bearer {token_of('Budi')}"}
    async with (
        httpx.AsyncClient(base_url=server.url, timeout=20) as http,
        connect(f"ws://127.0.0.1:{server.port}/graphql", subprotocols=["graphql-transport-ws"]) as socket,  # type: ignore[list-item]
        http.stream(
            "POST",
            "/graphql/stream",
            json={"query": UPDATES},
            headers={"accept": "text/event-stream", **bearer},
        ) as stream,
    ):
        await socket.send(json.dumps({"type": "connection_init", "payload": bearer}))
        assert json.loads(await socket.recv()) == {"type": "connection_ack"}
        payload = {"query": UPDATES}
        await socket.send(json.dumps({"type": "subscribe", "id": "1", "payload": payload}))
        heard = stream.aiter_text()
        assert await anext(heard) == ":\n\n"
        await asyncio.sleep(0.5)
        begun = time.monotonic()
        ended = asyncio.create_task(asyncio.to_thread(server.terminate))
        assert "complete" not in "".join([part async for part in heard])
        try:
            await asyncio.wait_for(socket.recv(), 5)
        except ConnectionClosed:
            assert socket.close_code in (1001, 1012)
        assert await ended in (0, -signal.SIGTERM)  # it stopped by itself, and says with which signal in mind
        assert time.monotonic() - begun < 4  # uvicorn's own patience is five seconds
    assert "Traceback" not in server.last_words()
