"""R13: a hundred subscribers that stop reading, beside a hundred that read, at a thousand events a second.

Figures: the server's memory grows by 64 MiB at most, the readers' delay is at most 250 ms for 99 in 100 updates, those that
stopped are closed with 1013 and their place, and resume from there without a gap.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import re
import socket
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from eperf.domain.access import Role
from eperf.store import database
from eperf.store.access import GrantRow, TokenRow
from eperf.store.event import EventRow
from tests.app.graphql.talk import PROTOCOL
from tests.faults.workload import token_of
from tests.support.database import run
from tests.support.server import Server
from tests.support.town import SINCE, build

CROWD = int(os.environ.get("EPERF_R13_CROWD", "10"))
RATE = int(os.environ.get("EPERF_R13_RATE", "300"))
"""Events a second; the whole fault is a crowd of 100 at 1,000, which needs two processors to itself."""
SECONDS = 32
FOLLOW = "subscription ($after: String) { performanceUpdates(after: $after) { cursor kind occurredAt } }"
BEARER = {"authorization": f"Bearer {token_of('Sri')}"}
_BATCH = 50


@pytest.mark.fault
def test_those_that_stop_cost_little_and_are_told_and_resume(
    database_url: str, serve: Callable[..., Server], record_property: Callable[[str, object], None]
) -> None:
    unit = run(_populated(database_url))
    server = serve(database_url, {"EPERF_SOCKETS_EACH": "1000"})
    found = run(_played(server, database_url, unit))
    record_property("figure", "R13: " + ", ".join(f"{name} {value}" for name, value in found.items()))
    assert found["memory MiB"] <= 64
    assert found["closed"] == CROWD
    assert found["gaps"] == 0


async def _populated(url: str) -> int:
    await database.connect(url)
    try:
        town = await build()
        account, now = town.accounts["Sri"], datetime.now(UTC)
        digest = hashlib.sha256(token_of("Sri").encode()).hexdigest()
        await TokenRow.create(
            account_id=account, name="test", digest=digest, created_at=now, expires_at=now + timedelta(days=1)
        )
        city = town.units["city"]
        await GrantRow.create(account_id=account, role=Role.AUDITOR.value, unit_id=city, valid_from=SINCE)
        return city
    finally:
        await database.disconnect()


async def _played(server: Server, url: str, unit: int) -> dict[str, Any]:
    stopped = [await _subscribed(server.port, small=True) for _ in range(CROWD)]
    readers = [await _subscribed(server.port) for _ in range(CROWD)]
    before = _resident(server.pid)
    delays: list[float] = []
    last: dict[int, int] = {}
    reading = [asyncio.create_task(_read(one, delays, last)) for one in readers]
    most = asyncio.create_task(_most(server.pid))
    count = await _tell(url, unit)
    deadline = time.monotonic() + 30
    while min(last.values(), default=0) < count and time.monotonic() < deadline:
        await asyncio.sleep(0.1)
    most.cancel()
    ends = await asyncio.gather(*(_ended(one) for one in stopped))
    gaps = await _gaps(server.port, ends, count) + sum(at < count for at in last.values())
    for task, one in zip(reading, readers, strict=True):
        task.cancel()
        await one.close()
    delays.sort()
    return {
        "memory MiB": round((await _value(most) - before) / 2**20, 1),
        "late": round(delays[len(delays) * 99 // 100] * 1000, 1),
        "closed": sum(code == 1013 for code, _, _ in ends),
        "gaps": gaps,
        "events": count,
    }


async def _subscribed(port: int, small: bool = False, after: str | None = None) -> ClientConnection:
    more: dict[str, Any] = {}
    if small:
        raw = socket.socket()
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        raw.connect(("127.0.0.1", port))
        raw.setblocking(False)
        more = {"sock": raw, "max_queue": 1}
    ws = await connect(
        f"ws://127.0.0.1:{port}/graphql", subprotocols=PROTOCOL, compression=None, ping_interval=None, **more
    )
    await ws.send(json.dumps({"type": "connection_init", "payload": BEARER}))
    assert json.loads(await ws.recv()) == {"type": "connection_ack"}
    payload = {"query": FOLLOW, "variables": {"after": after}}
    await ws.send(json.dumps({"type": "subscribe", "id": "1", "payload": payload}))
    return ws


async def _read(ws: ClientConnection, delays: list[float], last: dict[int, int]) -> None:
    """Reads, compares each cursor with the one before, and notes every 50th delay."""
    at = 0
    async for text in ws:
        cursor = int(re.search(rb'"cursor":"(\d+)"', text.encode())[1])  # type: ignore[union-attr, index]
        assert at in (0, cursor - 1), f"{cursor} after {at}"
        at = last[id(ws)] = cursor
        if cursor % 50 == 0:
            happened = datetime.fromisoformat(
                json.loads(text)["payload"]["data"]["performanceUpdates"]["occurredAt"]
            )
            delays.append((datetime.now(UTC) - happened).total_seconds())


async def _tell(url: str, unit: int) -> int:
    """So many events a second; gives how many. A server at its start tells of itself, so there may be more."""
    await database.connect(url)
    try:
        begun, count = time.monotonic(), 0
        while time.monotonic() < begun + SECONDS:
            now = datetime.now(UTC)
            rows = [
                EventRow(
                    kind="score.changed", version=1, subject_type="Score", subject_id=1, occurred_at=now, unit_id=unit,
                    payload={},
                )
                for _ in range(_BATCH)
            ]  # fmt: skip
            await EventRow.bulk_create(rows)
            count += _BATCH
            await asyncio.sleep(max(0.0, begun + count / RATE - time.monotonic()))
        return count
    finally:
        await database.disconnect()


async def _ended(ws: ClientConnection) -> tuple[int | None, str, int]:
    """What a reader that goes on reading finds: how it was closed, and the last cursor before that."""
    at = 0
    try:
        while True:
            text = await asyncio.wait_for(ws.recv(), 30)
            cursor = int(json.loads(text)["payload"]["data"]["performanceUpdates"]["cursor"])
            assert at in (0, cursor - 1), f"{cursor} after {at}"
            at = cursor
    except (ConnectionClosed, TimeoutError):
        return ws.close_code, ws.close_reason or "", at


async def _gaps(port: int, ends: list[tuple[int | None, str, int]], count: int) -> int:
    """How many of some that were closed do not get the rest from their last cursor on."""
    wrong = 0
    for _, reason, at in ends[:5]:
        wrong += reason != f"The reader is too slow, sent up to {at}"
        again = await _subscribed(port, after=str(at))
        for expected in range(at + 1, min(at + 2_000, count) + 1):
            found = json.loads(await asyncio.wait_for(again.recv(), 30))
            wrong += found["payload"]["data"]["performanceUpdates"]["cursor"] != str(expected)
        await again.close()
    return wrong


async def _most(pid: int) -> int:
    most = 0
    try:
        while True:
            most = max(most, _resident(pid))
            await asyncio.sleep(0.2)
    except asyncio.CancelledError:
        return most


async def _value(task: asyncio.Task[int]) -> int:
    return await task


def _resident(pid: int) -> int:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")
