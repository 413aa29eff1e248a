"""A client of `graphql-transport-ws` for the tests."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from eperf.app.graphql import Limits
from tests.app.graphql import town

PROTOCOL: Any = ["graphql-transport-ws"]
STAY = "subscription { count(to: 1000, delay: 0.05) }"
SECRET = ("hunter2", "driver text", "secret-value")


class Talk:
    """A client that says and hears JSON."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket

    async def say(self, *messages: Any) -> None:
        for message in messages:
            await self.socket.send(message if isinstance(message, str | bytes) else json.dumps(message))

    async def hear(self) -> Any:
        return json.loads(await asyncio.wait_for(self.socket.recv(), 5))

    async def init(self, payload: Any = None) -> Talk:
        await self.say({"type": "connection_init", "payload": payload})
        assert await self.hear() == {"type": "connection_ack"}
        return self

    async def subscribe(self, query: str, id: str = "1", **more: Any) -> None:  # noqa: A002
        await self.say({"id": id, "type": "subscribe", "payload": {"query": query, **more}})

    async def all_of(self, id: str = "1") -> list[Any]:  # noqa: A002
        """The payloads of one operation until its end; the end itself is the last one, as its type and payload."""
        heard = []
        while True:
            message = await self.hear()
            assert message["id"] == id
            if message["type"] != "next":
                return [*heard, (message["type"], message.get("payload"))]
            heard.append(message["payload"])

    async def closed(self) -> int:
        """The code the server closes with; what comes before it is thrown away."""
        with suppress(ConnectionClosed):
            while True:
                await asyncio.wait_for(self.socket.recv(), 5)
        assert self.socket.close_code is not None
        return self.socket.close_code


@asynccontextmanager
async def talking(limits: Limits | None = None, **more: Any) -> AsyncIterator[Talk]:
    async with (
        town.served(town.app(limits, **more)) as host,
        connect(f"ws://{host}/graphql", subprotocols=PROTOCOL) as ws,
    ):
        yield Talk(ws)


def codes(payload: Any) -> list[str]:
    return [error["extensions"]["code"] for error in payload]
