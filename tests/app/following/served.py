"""A whole application in the test's own loop, behind the protocols of `eperf serve`, and events for its log."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect

from eperf.app import web
from eperf.app.house import House
from eperf.app.wire import SocketProtocol, WholeProtocol
from eperf.domain.access import Role
from eperf.store import database, log
from eperf.store.access import GrantRow, TokenRow
from eperf.store.event import EventRow
from tests.app.graphql import town as fronts
from tests.app.graphql.talk import PROTOCOL, Talk
from tests.faults.workload import token_of
from tests.support.house import house_of
from tests.support.town import SINCE, Town, build

BEARER = {"authorization": f"Bearer {token_of('Sri')}"}
FOLLOW = "subscription ($after: String) { performanceUpdates(after: $after) { cursor kind occurredAt } }"


@dataclass
class Place:
    """What is served: `host` is where, `house` what."""

    town: Town
    house: House
    web: web.Web
    host: str

    async def happen(self, count: int, unit: str = "city") -> None:
        """So many events, numbered."""
        now = datetime.now(UTC)
        rows = [
            EventRow(
                kind="score.changed", version=1, subject_type="Score", subject_id=number, occurred_at=now,
                unit_id=self.town.units[unit], payload={},
            )
            for number in range(1, count + 1)
        ]  # fmt: skip
        async with database.transaction():
            for place in range(0, count, 500):
                await EventRow.bulk_create(rows[place : place + 500])
        while await log.number():
            self.house.grown.ring()

    async def talk(self, small: bool = False) -> Talk:
        """A socket that is let in; a small one holds little of what it does not read."""
        more: dict[str, Any] = {}
        if small:
            raw = socket.socket()
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            name, port = self.host.split(":")
            raw.connect((name, int(port)))
            raw.setblocking(False)
            more = {"sock": raw, "max_queue": 1}
        ws: ClientConnection = await connect(
            f"ws://{self.host}/graphql", subprotocols=PROTOCOL, compression=None, ping_interval=None, **more
        )
        return await Talk(ws).init(BEARER)


@asynccontextmanager
async def place(
    url: str, folder: Path, monkeypatch: pytest.MonkeyPatch, **limits: Any
) -> AsyncIterator[Place]:
    """The application; Sri may read everything in the city."""
    town = await build()
    account, now = town.accounts["Sri"], datetime.now(UTC)
    await TokenRow.create(
        account_id=account, name="test", digest=hashlib.sha256(token_of("Sri").encode()).hexdigest(),
        created_at=now, expires_at=now + timedelta(days=1),
    )  # fmt: skip
    await GrantRow.create(
        account_id=account, role=Role.AUDITOR.value, unit_id=town.units["city"], valid_from=SINCE
    )
    house = house_of(url, folder, town.registry, lambda: datetime.now(UTC))
    usual = web.limits_of
    monkeypatch.setattr(web, "limits_of", lambda settings: dataclasses.replace(usual(settings), **limits))
    made = web.build(house)
    async with fronts.served(
        made.app, ws=SocketProtocol, http=WholeProtocol, ws_per_message_deflate=False
    ) as host:
        yield Place(town, house, made, host)
        await made.front.aclose()


def cursors(messages: list[Any]) -> list[int]:
    """The cursors of some answers."""
    return [int(one["payload"]["data"]["performanceUpdates"]["cursor"]) for one in messages]


def decoded(text: str | bytes) -> Any:
    """A message."""
    return json.loads(text)
