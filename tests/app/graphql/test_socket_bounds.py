"""How many sockets there may be, and what one that is not read may hold."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from websockets.asyncio.client import connect

from eperf.app.graphql import GraphQLFront, Limits
from tests.app.graphql import town
from tests.app.graphql.talk import PROTOCOL, Talk
from tests.app.graphql.test_rates import by_bearer
from tests.app.graphql.test_socket_life import stuck_reader


@asynccontextmanager
async def place(limits: Limits) -> AsyncIterator[tuple[GraphQLFront, Any]]:
    """A front that is served, and a way to open sockets to it."""
    front = town.front(limits, principal_of=by_bearer)
    async with town.served(Starlette(routes=front.routes())) as host, AsyncExitStack() as stack:

        async def talk() -> Talk:
            return Talk(
                await stack.enter_async_context(connect(f"ws://{host}/graphql", subprotocols=PROTOCOL))
            )

        yield front, talk


async def none_stay(front: GraphQLFront) -> None:
    async for _ in town.until():
        if front.open_sockets == front.engine.gate.staying == 0:
            break


async def test_sockets_over_the_total_are_closed_with_1013_by_name_and_a_place_is_free_again() -> None:
    async with place(Limits(sockets=3)) as (front, talk):
        talks = [await (await talk()).init() for _ in range(3)]
        late = await talk()
        assert await late.closed() == 1013
        assert late.socket.close_reason == "RATE_LIMITED sockets"
        await talks[0].socket.close()
        async for _ in town.until():
            if front.engine.gate.staying == 2:
                break
        await (await talk()).init()
        await talks[1].subscribe("{ hello }")
        assert (await talks[1].all_of())[-1] == ("complete", None)
    await none_stay(front)


async def test_sockets_of_one_principal_over_its_limit_are_closed_and_those_of_others_are_not() -> None:
    async with place(Limits(sockets_per_principal=2)) as (front, talk):
        for _ in range(2):
            await (await talk()).init({"authorization": "Bearer a"})
        late = await talk()
        await late.say({"type": "connection_init", "payload": {"authorization": "Bearer a"}})
        assert await late.closed() == 1013
        assert late.socket.close_reason == "RATE_LIMITED sockets_per_principal"
        await (await talk()).init({"authorization": "Bearer b"})
    await none_stay(front)


async def test_places_are_free_again_however_sockets_end() -> None:
    async with place(Limits(sockets_per_principal=2, sockets=4)) as (front, talk):
        for end in ("close", "cut", "bad message", "no init") * 3:
            one = await talk()
            if end != "no init":
                await one.init({"authorization": "Bearer a"})
            if end == "cut":
                one.socket.transport.abort()
            elif end == "bad message":
                await one.say("}")
                assert await one.closed() == 4400
            else:
                await one.socket.close()
            await none_stay(front)


def resident() -> int:
    """This process's memory in bytes."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


async def test_many_readers_that_stop_hold_little_memory_and_are_closed(trace: town.Trace) -> None:
    front = town.front(Limits(send_seconds=2.0))
    async with town.served(Starlette(routes=front.routes())) as host:
        before = resident()
        sockets = [await stuck_reader(host, 200_000) for _ in range(20)]
        await asyncio.sleep(1)
        produced = trace.produced
        await asyncio.sleep(0.3)
        assert trace.produced == produced, "a stream went on without a reader"
        assert resident() - before < 160 * 1024 * 1024
        async for _ in town.until(8):
            if front.open_sockets == 0:
                break
        assert trace.streams == 0
        for socket in sockets:
            socket.transport.abort()
    await none_stay(front)


async def test_a_reader_that_stops_and_reads_again_too_late_hears_1013() -> None:
    front = town.front(Limits(send_seconds=0.5))
    async with town.served(Starlette(routes=front.routes())) as host:
        socket = await stuck_reader(host, 100_000)
        await asyncio.sleep(0.8)
        talk = Talk(socket)
        assert await talk.closed() == 1013
        assert socket.close_reason == "The reader is too slow"
    await none_stay(front)
