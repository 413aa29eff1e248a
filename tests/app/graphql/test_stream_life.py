"""How event streams live side by side, and that nothing of them stays behind: no source, no place, no queue."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket as sockets
from collections.abc import AsyncIterator

import httpx
import pytest
from starlette.applications import Starlette

from eperf.app.graphql import GraphQLFront, Limits
from tests.app.graphql import town
from tests.app.graphql.listen import PATH, ask, listening
from tests.app.graphql.talk import PROTOCOL, STAY, Talk, connect

UNAUTHENTICATED = "UNAUTHENTICATED"


@contextlib.asynccontextmanager
async def open_front(limits: Limits | None = None) -> AsyncIterator[tuple[GraphQLFront, str]]:
    front = town.front(limits)
    async with town.served(Starlette(routes=front.routes())) as host:
        yield front, host


async def all_gone(front: GraphQLFront, trace: town.Trace, seconds: float = 3) -> None:
    async for _ in town.until(seconds):
        if (trace.streams, front.open_sockets) == (0, 0):
            break


async def test_a_check_that_fails_ends_no_stream(trace: town.Trace) -> None:
    query = "subscription { count(to: 20, delay: 0.02) }"
    async with (
        open_front(Limits(recheck_seconds=0.05)) as (_, host),
        listening(host, query, authorization="Bearer dizzy") as ear,
    ):
        heard = await ear.to_the_end()
    assert (len(heard), heard[-1]) == (21, "complete")


async def test_a_revoked_credential_ends_a_stream_that_has_nothing_to_say(trace: town.Trace) -> None:
    quiet = "subscription { count(to: 2, delay: 3600) }"
    async with open_front() as (front, host):
        async with listening(host, quiet, authorization="Bearer a") as ear:
            await ear.hear()
            trace.revoked.add("a")
            assert [codes_or_end(event) for event in await ear.to_the_end()] == [UNAUTHENTICATED, "complete"]
        await all_gone(front, trace)


def codes_or_end(event: object) -> object:
    return event["errors"][0]["extensions"]["code"] if isinstance(event, dict) else event


async def test_sockets_and_streams_are_watched_side_by_side(trace: town.Trace) -> None:
    async with open_front() as (front, host):
        async with (
            connect(f"ws://{host}/graphql", subprotocols=PROTOCOL) as socket,
            listening(host, STAY, authorization="Bearer a") as ear,
        ):
            talk = await Talk(socket).init({"authorization": "Bearer a"})
            assert front.open_sockets == 2
            trace.revoked.add("a")
            assert await talk.closed() == 4403
            assert (await ear.to_the_end())[-1] == "complete"
        await all_gone(front, trace)


def test_the_comments_are_twelve_seconds_apart() -> None:
    assert Limits().comment_seconds == 12


async def test_a_source_and_a_reader_who_never_wait_leave_the_loop_to_others(trace: town.Trace) -> None:
    async with open_front() as (front, host):
        async with listening(host, "subscription { bulky(chars: 10) }", authorization="Bearer a") as ear:
            await ear.hear()
            async with httpx.AsyncClient(base_url=f"http://{host}") as http:
                assert (await town.ask(http, "{ hello }"))["data"] == {"hello": "hello world"}
            trace.revoked.add("a")
            assert codes_or_end((await ear.to_the_end())[-2]) == UNAUTHENTICATED
        await all_gone(front, trace)


async def stuck_reader(host: str, query: str, bearer: str) -> asyncio.StreamWriter:
    """A client that asks for much and then reads nothing, with small buffers."""
    raw = sockets.socket()
    raw.setsockopt(sockets.SOL_SOCKET, sockets.SO_RCVBUF, 4096)
    raw.setblocking(False)
    name, port = host.split(":")
    await asyncio.get_running_loop().sock_connect(raw, (name, int(port)))
    reader, writer = await asyncio.open_connection(sock=raw, limit=16)
    body = json.dumps({"query": query}).encode()
    writer.write(
        b"POST %s HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\nauthorization: Bearer %s\r\n"
        b"content-length: %d\r\n\r\n%s" % (PATH.encode(), bearer.encode(), len(body), body)
    )
    await reader.readexactly(12)
    return writer


async def test_a_stuck_reader_for_whom_a_comment_waits_is_given_up_when_its_credential_is_revoked(
    trace: town.Trace,
) -> None:
    async with open_front(Limits(comment_seconds=0.05)) as (front, host):
        writer = await stuck_reader(host, "subscription { bulky(chars: 100000) }", "a")
        await asyncio.sleep(0.5)
        assert front.open_sockets == 1
        trace.revoked.add("a")
        await all_gone(front, trace, 2.5)
        writer.transport.abort()


async def test_a_reader_who_is_only_slow_gets_everything_in_order() -> None:
    async with open_front() as (_, host), listening(host, "subscription { count(to: 300) }") as ear:
        heard = []
        for _ in range(300):
            heard.append((await ear.hear())["data"]["count"])
            if len(heard) % 100 == 0:
                await asyncio.sleep(0.05)
        assert heard == list(range(300))
        assert [await ear.hear(), await ear.hear()] == ["complete", None]


async def test_clients_that_vanish_leave_no_stream_behind(trace: town.Trace) -> None:
    async with open_front() as (front, host):
        async with contextlib.AsyncExitStack() as stack:
            ears = [await stack.enter_async_context(listening(host, STAY)) for _ in range(5)]
            for ear in ears:
                await ear.hear()
            assert (trace.streams, front.open_sockets) == (5, 5)
        await all_gone(front, trace)


@pytest.mark.parametrize(
    ("limits", "limit"),
    [(Limits(sockets=2), "sockets"), (Limits(sockets_per_principal=2), "sockets_per_principal")],
)
async def test_streams_over_the_cap_are_refused_before_they_begin_and_a_place_left_is_free(
    limits: Limits, limit: str, trace: town.Trace
) -> None:
    front = town.front(limits, principal_of=lambda context: context.bearer)
    async with (
        town.served(Starlette(routes=front.routes())) as host,
        httpx.AsyncClient(base_url=f"http://{host}") as http,
    ):
        async with listening(host, STAY), listening(host, STAY):
            refused = [await ask(http, STAY) for _ in range(5)][-1]
            once = await ask(http, "{ hello }")
        assert refused.status_code == 429
        assert refused.headers["retry-after"] == "1"
        (error,) = refused.json()["errors"]
        assert (error["extensions"]["code"], error["extensions"]["limit"]) == ("RATE_LIMITED", limit)
        assert once.status_code == 200
        await all_gone(front, trace)
        assert (await ask(http, "subscription { count(to: 1) }")).status_code == 200
        assert front.engine.gate.staying == 0


async def test_whoever_asks_too_fast_gets_a_status_and_when_to_come_again() -> None:
    async with town.client(Limits(requests_per_minute=1), principal_of=lambda _: "all") as http:
        served = await ask(http, "subscription { count(to: 1) }")
        refused = await ask(http, "subscription { count(to: 1) }")
    assert (served.status_code, refused.status_code) == (200, 429)
    assert int(refused.headers["retry-after"]) >= 1
    assert refused.json()["errors"][0]["extensions"]["code"] == "RATE_LIMITED"


async def test_one_connection_carries_one_stream_after_the_other(trace: town.Trace) -> None:
    async with open_front() as (front, host):
        async with httpx.AsyncClient(
            base_url=f"http://{host}", limits=httpx.Limits(max_connections=1)
        ) as http:
            for query in ("subscription { count(to: 2) }", "{ hello }", "{", "subscription { count(to: 2) }"):
                response = await ask(http, query)
                assert response.status_code == 200
                assert response.text.endswith("event: complete\ndata: \n\n")
        await all_gone(front, trace)
