"""Readers that stop: others do not notice, nothing is queued, they hear why they were closed, and resume without loss."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.exceptions import ConnectionClosed

from tests.app.following.served import BEARER, FOLLOW, Place, cursors, decoded, place
from tests.app.graphql.listen import EVENTS, PATH, listening
from tests.app.graphql.talk import Talk
from tests.app.graphql.town import until

MANY, OF_A_STREAM = 12_000, 45_000
"""Updates of some 150 bytes: more than the system holds for a socket, and for an event stream."""


async def heard(talk: Talk, last: int | None = None) -> list[Any]:
    """Updates up to a cursor, or to the end of the connection."""
    found: list[Any] = []
    try:
        while last is None or not found or cursors(found[-1:]) != [last]:
            found.append(decoded(await asyncio.wait_for(talk.socket.recv(), 20)))
    except ConnectionClosed:
        assert last is None
    return found


async def behind(served: Place) -> None:
    """Waits until nobody is connected any more."""
    async for _ in until(10):
        if served.web.front.open_sockets == 0:
            return


async def test_one_that_stops_is_closed_with_its_place_and_resumes_while_others_hear_everything(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with place(database, tmp_path, monkeypatch, send_seconds=3.0) as served:
        slow, quick = await served.talk(small=True), await served.talk()
        for talk in (slow, quick):
            await talk.subscribe(FOLLOW)
        await asyncio.sleep(0.2)
        reading = asyncio.create_task(heard(quick, MANY))
        for _ in range(MANY // 2_000):
            await served.happen(2_000)
        assert cursors(await reading) == list(range(1, MANY + 1))
        await asyncio.sleep(4)
        taken = await heard(slow)
        assert slow.socket.close_code == 1013
        said = re.fullmatch(r"The reader is too slow, sent up to (\d+)", slow.socket.close_reason or "")
        assert said is not None
        assert cursors(taken) == list(range(1, int(said[1]) + 1))
        assert len(taken) < MANY
        again = await served.talk()
        await again.subscribe(FOLLOW, variables={"after": said[1]})
        assert cursors(await heard(again, MANY)) == list(range(int(said[1]) + 1, MANY + 1))
        for talk in (quick, again):
            await talk.socket.close()
        await behind(served)


async def test_one_that_reads_in_bursts_misses_nothing_and_is_not_closed(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with place(database, tmp_path, monkeypatch, send_seconds=20.0) as served:
        talk = await served.talk(small=True)
        await talk.subscribe(FOLLOW)
        await asyncio.sleep(0.2)
        found: list[Any] = []
        for _ in range(4):
            await served.happen(3_000)
            await asyncio.sleep(0.3)
            found += [decoded(await talk.socket.recv()) for _ in range(2_000)]
        found += await heard(talk, 12_000)
        assert cursors(found) == list(range(1, 12_001))
        await talk.socket.close()
        await behind(served)


async def test_an_event_stream_whose_reader_stops_ends_without_complete_and_resumes(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with place(database, tmp_path, monkeypatch, send_seconds=1.0) as served:
        asked = {"query": FOLLOW, "variables": {"after": "0"}}
        await served.happen(OF_A_STREAM)
        async with (
            httpx.AsyncClient(base_url=f"http://{served.host}", timeout=20) as http,
            http.stream("POST", PATH, json=asked, headers={"accept": EVENTS, **BEARER}) as response,
        ):
            assert response.status_code == 200
            async for _ in until(20):
                if served.web.front.open_sockets == 0:
                    break
            text = (await _rest(response)).decode()
        assert "event: complete" not in text
        whole = re.findall(r"event: next\ndata: (.*)\n\n", text)
        taken = cursors([{"payload": decoded(one)} for one in whole])
        assert taken == list(range(1, len(taken) + 1))
        assert 0 < len(taken) < OF_A_STREAM
        again = FOLLOW.replace("$after)", f'"{len(taken)}")').replace("($after: String) ", "")
        async with listening(served.host, again, **BEARER) as ear:
            first = await ear.hear()
        assert cursors([{"payload": first}]) == [len(taken) + 1]
        await behind(served)


async def _rest(response: httpx.Response) -> bytes:
    """What was on its way when the connection was cut."""
    found = bytearray()
    try:
        async for part in response.aiter_bytes():
            found += part
    except httpx.RemoteProtocolError:
        pass
    return bytes(found)


async def test_a_socket_that_answers_no_ping_hears_that_it_is_too_slow(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with place(database, tmp_path, monkeypatch) as served:
        talk = await served.talk()
        (connection,) = {task for task in asyncio.all_tasks() if "run_asgi" in repr(task.get_coro())}
        protocol: Any = connection.get_coro().cr_frame.f_locals["self"]  # type: ignore[union-attr]
        protocol.keepalive_timeout()
        assert await talk.closed() == 1013
        assert talk.socket.close_reason == "The reader is too slow"
        await behind(served)
