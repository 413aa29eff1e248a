"""An outlet that is over never keeps the loop: whoever waits for it gives way, however often it asks."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from starlette.websockets import WebSocketDisconnect

from eperf.app.graphql import Limits
from eperf.app.graphql.events import EventStream
from eperf.app.graphql.messages import Code
from eperf.app.graphql.outlet import NO_PIPE, Parcel, pipe_of
from eperf.app.graphql.problems import Problems, problem_of_refused
from eperf.app.graphql.socket_outlet import SocketOutlet


class Tube:
    """A transport in the process."""

    style = "plain"

    def __init__(self) -> None:
        self.written: list[bytes] = []
        self.room = asyncio.Event()
        self.room.set()
        self.over = False

    def free(self) -> bool:
        return self.room.is_set() and not self.over

    def message(self, data: bytes) -> bytes:
        return b"<%b>" % data

    def write(self, messages: bytes) -> None:
        self.written.append(messages)

    async def drained(self) -> None:
        await self.room.wait()

    def part(self, code: int, reason: str, stay: bool) -> bool:
        self.over = True
        return True


def stream(tube: Tube) -> EventStream:
    problems = Problems(problem_of_refused, suggestions=False, most=5)

    async def nothing(*_: Any) -> Any:
        await asyncio.sleep(3600)

    return EventStream(
        nothing, nothing, nothing, pipe=tube, context=None, limits=Limits(send_seconds=0.1), problems=problems
    )


def outlet(tube: Tube, name: str = "1", stopped: Any = None) -> SocketOutlet:
    async def nothing(_: str) -> None:
        """Nobody is told."""

    return SocketOutlet(name, tube, nothing, stopped or nothing, 0.1)


async def turns_while(waiting: Any) -> int:
    """How often the loop comes round while something is awaited."""
    task, turns = asyncio.ensure_future(waiting), 0
    while not task.done():
        await asyncio.sleep(0)
        turns += 1
    await task
    return turns


async def test_a_closed_outlet_gives_way_to_others() -> None:
    tube = Tube()
    tube.over = True
    assert await turns_while(outlet(tube).drained("7")) > 1
    ended = stream(Tube())
    ended._end(b"")
    assert not ended.free()
    assert await turns_while(ended.drained("7")) > 1


async def test_a_socket_whose_reader_stops_is_told_its_place() -> None:
    tube, told = Tube(), []

    async def stopped(position: str) -> None:
        told.append(position)

    tube.room.clear()
    with pytest.raises(WebSocketDisconnect):
        await outlet(tube, stopped=stopped).drained("4711")
    assert told == ["4711"]


async def test_clients_that_number_alike_share_the_bytes_and_others_get_their_own() -> None:
    parcel, tube = Parcel([b'{"data":1}', b'{"data":2}']), Tube()
    for name in ("1", "1", 'a"b'):
        outlet(tube, name).put(parcel)
    first, second, other = tube.written
    assert first is second
    assert (
        first
        == b'<{"id":"1","type":"next","payload":{"data":1}}><{"id":"1","type":"next","payload":{"data":2}}>'
    )
    assert other.startswith(b'<{"id":"a\\"b","type":"next","payload":{"data":1}}>')
    stream(tube).put(parcel)
    assert tube.written[-1] == b'<event: next\ndata: {"data":1}\n\n><event: next\ndata: {"data":2}\n\n>'


def test_without_a_pipe_nothing_is_ever_free() -> None:
    assert pipe_of({"type": "websocket"}) is NO_PIPE
    assert not NO_PIPE.free()
    assert not NO_PIPE.part(Code.TRY_AGAIN, "x", stay=True)
    with pytest.raises(OSError, match="no pipe"):
        NO_PIPE.write(b"x")
