"""How sockets end: revoked, slow, vanished, or with the server; and that nothing of them stays behind."""

from __future__ import annotations

import asyncio
import socket as sockets
import time

import pytest
from starlette.applications import Starlette
from websockets.asyncio.client import ClientConnection, connect

from eperf.app.graphql import Limits
from tests.app.graphql import town
from tests.app.graphql.talk import PROTOCOL, STAY, Talk, talking


async def gone(trace: town.Trace) -> None:
    async for _ in town.until():
        if trace.streams == 0:
            break


async def test_a_revoked_credential_ends_its_streams_within_a_second_and_no_others(trace: town.Trace) -> None:
    async with town.served(town.app()) as host:
        async with (
            connect(f"ws://{host}/graphql", subprotocols=PROTOCOL) as first,
            connect(f"ws://{host}/graphql", subprotocols=PROTOCOL) as second,
        ):
            revoked, kept = await Talk(first).init({"authorization": "Bearer a"}), await Talk(second).init()
            for talk in (revoked, kept):
                await talk.subscribe(STAY)
            trace.revoked.add("a")
            begun = time.monotonic()
            assert await revoked.closed() == 4403
            assert time.monotonic() - begun < 5
            assert first.close_reason == "UNAUTHENTICATED"
            assert (await kept.hear())["type"] == "next"
        await gone(trace)


async def test_whoever_revokes_need_not_wait_for_the_next_look(trace: town.Trace) -> None:
    front = town.front(Limits(recheck_seconds=60))
    async with town.served(Starlette(routes=front.routes())) as host:
        async with connect(f"ws://{host}/graphql", subprotocols=PROTOCOL) as socket:
            talk = await Talk(socket).init({"authorization": "Bearer a"})
            await asyncio.sleep(0.05)
            trace.revoked.add("a")
            front.recheck()
            assert await asyncio.wait_for(talk.closed(), 1) == 4403
        async for _ in town.until():
            if front.open_sockets == 0:
                break


async def test_a_check_that_fails_throws_nobody_out_and_the_next_one_counts(trace: town.Trace) -> None:
    async with town.served(town.app(Limits(recheck_seconds=0.05))) as host:
        async with connect(f"ws://{host}/graphql", subprotocols=PROTOCOL) as socket:
            talk = await Talk(socket).init({"authorization": "Bearer dizzy"})
            await asyncio.sleep(0.2)
            await talk.subscribe("{ hello }")
            assert (await talk.all_of())[-1] == ("complete", None)
        async with connect(f"ws://{host}/graphql", subprotocols=PROTOCOL) as socket:
            talk = await Talk(socket).init({"authorization": "Bearer b"})
            trace.revoked.add("b")
            assert await talk.closed() == 4403


async def stuck_reader(host: str, chars: int) -> ClientConnection:
    """A client that subscribes to much and then reads nothing, with small buffers."""
    raw = sockets.socket()
    raw.setsockopt(sockets.SOL_SOCKET, sockets.SO_RCVBUF, 4096)
    raw.setblocking(False)
    name, port = host.split(":")
    await asyncio.get_running_loop().sock_connect(raw, (name, int(port)))
    socket = await connect(
        f"ws://{host}/graphql", subprotocols=PROTOCOL, sock=raw, max_queue=1, compression=None
    )
    talk = await Talk(socket).init()
    await talk.subscribe(f"subscription {{ bulky(chars: {chars}) }}")
    return socket


async def test_a_slow_reader_holds_its_stream_back_and_is_closed_in_time(trace: town.Trace) -> None:
    front = town.front(Limits(send_seconds=1.0))
    async with town.served(Starlette(routes=front.routes())) as host:
        socket = await stuck_reader(host, 100_000)
        await asyncio.sleep(0.6)
        produced = trace.produced
        await asyncio.sleep(0.2)
        assert trace.produced == produced < 200  # 20 MB at the very most, and standing still
        async for _ in town.until(5):
            if front.open_sockets == 0:
                break
        socket.transport.abort()


async def test_a_reader_who_is_only_slow_gets_everything_in_order() -> None:
    async with talking() as talk:
        await talk.init()
        await talk.subscribe("subscription { count(to: 300) }")
        heard = []
        for _ in range(300):
            heard.append((await talk.hear())["payload"]["data"]["count"])
            if len(heard) % 100 == 0:
                await asyncio.sleep(0.05)
        assert heard == list(range(300))


async def test_a_client_that_vanishes_leaves_no_stream_behind(trace: town.Trace) -> None:
    front = town.front()
    async with town.served(Starlette(routes=front.routes())) as host:
        talks = []
        for _ in range(5):
            talk = await Talk(await connect(f"ws://{host}/graphql", subprotocols=PROTOCOL)).init()
            await talk.subscribe(STAY)
            await talk.hear()
            talks.append(talk)
        assert (trace.streams, front.open_sockets) == (5, 5)
        for talk in talks:
            talk.socket.transport.abort()
        await gone(trace)
        async for _ in town.until():
            if front.open_sockets == 0:
                break


async def test_a_server_that_goes_tells_its_clients(trace: town.Trace) -> None:
    async with town.served(town.app()) as host:
        talk = await Talk(await connect(f"ws://{host}/graphql", subprotocols=PROTOCOL)).init()
        await talk.subscribe(STAY)
        await talk.hear()
    assert await talk.closed() in {1001, 1012}
    await gone(trace)


async def test_a_front_that_is_closed_says_1001(trace: town.Trace) -> None:
    front = town.front()
    async with town.served(Starlette(routes=front.routes())) as host:
        talk = await Talk(await connect(f"ws://{host}/graphql", subprotocols=PROTOCOL)).init()
        await talk.subscribe(STAY)
        await talk.hear()
        await front.aclose()
        assert await talk.closed() == 1001
        await gone(trace)
        assert front.open_sockets == 0


async def test_a_context_that_takes_for_ever_does_not_hold_the_socket_for_ever() -> None:
    async with talking(Limits(execution_seconds=0.2)) as talk:
        await talk.say({"type": "connection_init", "payload": {"authorization": "Bearer stuck"}})
        assert await talk.closed() == 1013


@pytest.mark.parametrize("sockets_open", [200])
async def test_many_sockets_are_checked_in_time(sockets_open: int, trace: town.Trace) -> None:
    async def slowly(context: town.Context) -> bool:
        await asyncio.sleep(0.02)
        return context.bearer not in trace.revoked

    async with town.served(town.app(still_valid=slowly)) as host:
        talks = [
            await Talk(await connect(f"ws://{host}/graphql", subprotocols=PROTOCOL)).init(
                {"authorization": f"Bearer t{n}"}
            )
            for n in range(sockets_open)
        ]
        trace.revoked.add(f"t{sockets_open - 1}")
        begun = time.monotonic()
        assert await talks[-1].closed() == 4403
        assert time.monotonic() - begun < 5
        await asyncio.gather(*(talk.socket.close() for talk in talks))
