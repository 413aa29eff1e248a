"""A subscriber as an integrator writes one: it follows, and whenever its connection ends it goes on from its cursor."""

from __future__ import annotations

import asyncio
import json
import random
from collections import Counter

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidMessage

UPDATES = """
subscription Updates($after: String, $kinds: [String!]) {
  performanceUpdates(after: $after, kinds: $kinds) { cursor kind }
}
"""
_AGAIN_SECONDS = 0.2


class Subscriber:
    """`cursors` are all that it has heard, in the order in which it heard them; `closings` by code (0: none was said)."""

    def __init__(self, port: int, token: str, kinds: tuple[str, ...], after: str = "0") -> None:
        self._url = f"ws://127.0.0.1:{port}/graphql"
        self._token, self._kinds, self._after = token, kinds, after
        self.cursors: list[int] = []
        self.closings: Counter[int] = Counter()
        self.refusals: Counter[str] = Counter()
        self.open = asyncio.Event()
        self._socket: ClientConnection | None = None

    async def run(self) -> None:
        """Follows until cancelled."""
        while True:
            try:
                await self._follow()
            except ConnectionClosed as closed:
                self.closings[0 if closed.rcvd is None else int(closed.rcvd.code)] += 1
            except (OSError, InvalidHandshake, InvalidMessage):
                pass
            self.open.clear()
            await asyncio.sleep(_AGAIN_SECONDS * random.uniform(0.5, 1.5))

    def cut(self) -> None:
        """The client's own end dies without a word."""
        if self._socket is not None and self._socket.transport is not None:
            self._socket.transport.abort()

    async def _follow(self) -> None:
        async with connect(
            self._url,
            subprotocols=["graphql-transport-ws"],
            open_timeout=10,
            close_timeout=1,  # type: ignore[list-item]
        ) as socket:
            self._socket = socket
            await self._say(socket, "connection_init", {"authorization": f"Bearer {self._token}"})
            async with asyncio.timeout(10):
                assert json.loads(await socket.recv())["type"] == "connection_ack"
            variables = {"after": self._after, "kinds": list(self._kinds) or None}
            await self._say(socket, "subscribe", {"query": UPDATES, "variables": variables}, id="1")
            self.open.set()
            while self._heard(json.loads(await socket.recv())):
                pass

    def _heard(self, message: dict[str, object]) -> bool:
        if message["type"] == "next":
            payload = message["payload"]
            assert isinstance(payload, dict)
            if not payload.get("data"):
                self._refused(payload["errors"])
                return True
            update = payload["data"]["performanceUpdates"]
            self.cursors.append(int(update["cursor"]))
            self._after = update["cursor"]
        elif message["type"] == "error":
            self._refused(message["payload"])
            return False
        return message["type"] != "complete"

    def _refused(self, errors: object) -> None:
        assert isinstance(errors, list)
        self.refusals[errors[0]["extensions"]["code"]] += 1

    @staticmethod
    async def _say(socket: ClientConnection, kind: str, payload: object, **more: str) -> None:
        await socket.send(json.dumps({"type": kind, "payload": payload, **more}))
