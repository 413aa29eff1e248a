"""Event streams: the distinct connections mode of `graphql-sse`, under the rules of HTTP and of sockets."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket as sockets
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from eperf.app.graphql import Limits
from tests.app.graphql import town

EVENTS = {"accept": "text/event-stream"}
STAY = "subscription { count(to: 1000, delay: 0.05) }"
PATH = "/graphql/stream"


def events(text: str) -> list[tuple[str, Any]]:
    """The events of a whole stream; comments are passed over."""
    assert "\r" not in text
    assert text.endswith("\n\n")
    found = []
    for block in text.split("\n\n")[:-1]:
        if block == ":":
            continue
        event, data = block.split("\n")
        assert event.startswith("event: ")
        assert data.startswith("data: ")
        found.append((event[7:], json.loads(data[6:]) if data[6:] else None))
    return found


async def ask(query: str, limits: Limits | None = None, **headers: str) -> list[tuple[str, Any]]:
    async with town.client(limits) as http:
        answer = await http.post(PATH, json={"query": query}, headers={**EVENTS, **headers})
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/event-stream; charset=utf-8"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-accel-buffering"] == "no"
    return events(answer.text)


def codes(payload: Any) -> list[str]:
    assert "data" not in payload
    return [error["extensions"]["code"] for error in payload["errors"]]


@asynccontextmanager
async def listening(
    host: str, query: str = STAY, **headers: str
) -> AsyncIterator[tuple[httpx.Response, AsyncIterator[str]]]:
    async with (
        httpx.AsyncClient(base_url=f"http://{host}", timeout=5) as http,
        http.stream("POST", PATH, json={"query": query}, headers={**EVENTS, **headers}) as answer,
    ):
        assert answer.status_code == 200
        yield answer, answer.aiter_text()


async def rest(heard: AsyncIterator[str]) -> list[tuple[str, Any]]:
    return events("".join([part async for part in heard]))


async def none_left(trace: town.Trace, seconds: float = 3) -> None:
    async for _ in town.until(seconds):
        if trace.streams == 0:
            break


async def test_a_query_and_a_mutation_are_one_event_and_the_end(trace: town.Trace) -> None:
    assert await ask("{ hello }") == [("next", {"data": {"hello": "hello world"}}), ("complete", None)]
    assert (await ask('mutation { shelve(title: "a\\nb") }'))[0] == ("next", {"data": {"shelve": "a\nb"}})
    assert trace.shelved == ["a\nb"]


async def test_a_subscription_is_an_event_for_each_answer_and_the_end() -> None:
    heard = await ask("subscription { count(to: 3) }")
    assert heard == [*(("next", {"data": {"count": n}}) for n in range(3)), ("complete", None)]


async def test_get_serves_queries_and_subscriptions_and_never_mutations(trace: town.Trace) -> None:
    async with town.client() as http:
        for query, event in (("{ hello }", "hello"), ("subscription { count(to: 1) }", "count")):
            answer = await http.get(PATH, params={"query": query}, headers=EVENTS)
            assert event in events(answer.text)[0][1]["data"]
        answer = await http.get(PATH, params={"query": 'mutation { shelve(title: "x") }'}, headers=EVENTS)
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
    assert answer.headers["content-type"].startswith("application/json")
    assert trace.shelved == []


@pytest.mark.parametrize(
    "accept", ["text/event-stream", "TEXT/Event-Stream;q=0.5, text/html", "text/*", "*/*"]
)
async def test_whoever_accepts_events_gets_them(accept: str) -> None:
    assert (await ask("{ hello }", accept=accept))[-1] == ("complete", None)


@pytest.mark.parametrize(
    "accept",
    ["application/json", "text/html", "text/event-stream;q=0, application/json", "text/event-streams"],
)
async def test_whoever_does_not_accept_events_is_told_what_there_is(accept: str) -> None:
    async with town.client() as http:
        for answer in (
            await http.post(PATH, json={"query": STAY}, headers={"accept": accept}),
            await http.get(PATH, params={"query": STAY}, headers={"accept": accept}),
        ):
            assert answer.status_code == 406
            assert answer.json()["errors"][0]["extensions"]["code"] == "NOT_ACCEPTABLE"
            assert "text/event-stream" in answer.json()["errors"][0]["message"]


async def test_the_ordinary_path_never_answers_with_events() -> None:
    async with town.client() as http:
        mixed = (
            "application/graphql-response+json, application/json;q=0.9, text/event-stream, multipart/mixed"
        )
        answer = await http.post("/graphql", json={"query": "{ hello }"}, headers={"accept": mixed})
        assert answer.headers["content-type"].startswith("application/graphql-response+json")
        answer = await http.post("/graphql", json={"query": "{ hello }"}, headers=EVENTS)
        assert answer.status_code == 406


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("{", "GRAPHQL_PARSE_FAILED"),
        ("{ nothingLikeIt }", "GRAPHQL_VALIDATION_FAILED"),
        ("{ need(number: 99999999999999999999) }", "BAD_REQUEST"),
        ("query A { hello } query B { hello }", "OPERATION_RESOLUTION_FAILURE"),
        ("{ __schema { types { name } } }", "INTROSPECTION_DISABLED"),
        ("{ books(first: 100) { nodes { neighbours(first: 1000) { nodes { title } } } } }", "LIMIT_EXCEEDED"),
        ("subscription { unready }", "FORBIDDEN"),
    ],
)
async def test_what_is_refused_before_it_runs_is_told_as_an_event(query: str, code: str) -> None:
    (kind, payload), last = await ask(query)
    assert (kind, codes(payload), last) == ("next", [code], ("complete", None))


@pytest.mark.parametrize(
    ("bearer", "status"),
    [("unknown", 401), ("forbidden", 403), ("hasty", 429), ("away", 503), ("broken", 500)],
)
async def test_a_caller_who_may_not_enter_gets_a_status_and_no_stream(bearer: str, status: int) -> None:
    async with town.client() as http:
        answer = await http.post(
            PATH, json={"query": STAY}, headers={**EVENTS, "authorization": f"Bearer {bearer}"}
        )
    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("application/json")
    assert "hunter2" not in answer.text


async def test_the_context_is_the_callers_and_introspection_is_theirs_to_ask() -> None:
    (_, payload), _ = await ask("{ whoami }", authorization="Bearer admin")
    assert payload == {"data": {"whoami": "admin"}}
    (_, payload), _ = await ask("{ __schema { queryType { name } } }", authorization="Bearer admin")
    assert "errors" not in payload


async def test_failures_are_in_the_callers_language_and_faults_are_masked() -> None:
    (_, payload), _ = await ask("{ refuse crash }", **{"accept-language": "id"})
    assert sorted(error["extensions"]["code"] for error in payload["errors"]) == [
        "CONFLICT",
        "INTERNAL_SERVER_ERROR",
    ]
    assert "hunter2" not in json.dumps(payload)
    first, (kind, broken), last = await ask("subscription { breaking }")
    assert (first[0], kind, codes(broken), last[0]) == ("next", "next", ["INTERNAL_SERVER_ERROR"], "complete")
    assert "hunter2" not in json.dumps(broken)
    _, (_, refused), _ = await ask("subscription { breaking(refused: true) }")
    assert codes(refused) == ["CONFLICT"]


async def test_a_page_of_another_origin_opens_no_stream_and_a_listed_one_does() -> None:
    async with town.client(allowed_origins=frozenset({"https://good.test"})) as http:
        for method in ("GET", "POST"):
            given: dict[str, Any] = (
                {"params": {"query": "{ hello }"}} if method == "GET" else {"json": {"query": "{ hello }"}}
            )
            for origin, status in (
                ("https://evil.test", 403), ("null", 403), ("https://good.test", 200), ("http://eperf.test", 200),
            ):  # fmt: skip
                answer = await http.request(method, PATH, headers={**EVENTS, "origin": origin}, **given)
                assert answer.status_code == status, (method, origin)
                granted = answer.headers.get("access-control-allow-origin")
                assert granted == (origin if (origin, method) == ("https://good.test", "POST") else None)
        preflight = {
            "access-control-request-method": "POST",
            "access-control-request-headers": "content-type",
        }
        answer = await http.options(PATH, headers={"origin": "https://good.test", **preflight})
        assert (answer.status_code, answer.headers["access-control-allow-methods"]) == (204, "POST")
        assert (
            await http.options(PATH, headers={"origin": "https://evil.test", **preflight})
        ).status_code == 403


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"])
async def test_the_single_connection_mode_is_not_served(method: str) -> None:
    async with town.client() as http:
        answer = await http.request(method, PATH, headers=EVENTS)
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, POST")


async def test_a_quiet_stream_says_that_it_lives(trace: town.Trace) -> None:
    async with town.served(town.app(Limits(comment_seconds=0.05))) as host:
        async with listening(host, "subscription { count(to: 2, delay: 60) }") as (_, heard):
            text = ""
            async for part in heard:
                text += part
                if text.count(":\n\n") >= 4:
                    break
            assert events(text) == [("next", {"data": {"count": 0}})]
        await none_left(trace)


async def test_a_client_that_goes_away_ends_the_source(trace: town.Trace) -> None:
    front = town.front()
    async with town.served(Starlette(routes=front.routes())) as host:
        for query in (STAY, "subscription { count(to: 2, delay: 60) }"):
            async with listening(host, query) as (_, heard):
                await anext(heard)
                await asyncio.sleep(0.05)
                assert (trace.streams, front.open_sockets) == (1, 1)
            await none_left(trace)
            assert front.open_sockets == 0


async def test_a_client_that_goes_away_ends_a_source_that_never_waits(trace: town.Trace) -> None:
    front = town.front()
    async with town.served(Starlette(routes=front.routes())) as host:
        async with listening(host, "subscription { bulky(chars: 1000) }") as (_, heard):
            for _ in range(5):
                await anext(heard)
        async for _ in town.until():
            if front.open_sockets == 0:
                break
        produced = trace.produced
        await asyncio.sleep(0.05)
        assert trace.produced == produced


async def test_a_query_whose_client_goes_away_is_stopped(trace: town.Trace) -> None:
    async with town.served(town.app()) as host:
        async with httpx.AsyncClient(base_url=f"http://{host}", timeout=0.5) as http:
            with pytest.raises(httpx.ReadTimeout):
                await http.post(PATH, json={"query": "{ later(seconds: 30) }"}, headers=EVENTS)
        async for _ in town.until():
            if trace.cancelled:
                break


async def test_a_mutation_whose_client_goes_away_is_done_all_the_same(trace: town.Trace) -> None:
    async with town.served(town.app()) as host:
        async with httpx.AsyncClient(base_url=f"http://{host}", timeout=0.5) as http:
            query = 'mutation { shelve(title: "kept", seconds: 1) }'
            with pytest.raises(httpx.ReadTimeout):
                await http.post(PATH, json={"query": query}, headers=EVENTS)
        async for _ in town.until():
            if trace.shelved == ["kept"]:
                break


async def test_a_revoked_credential_ends_its_streams_within_a_second_and_no_others(trace: town.Trace) -> None:
    async with (
        town.served(town.app()) as host,
        listening(host, authorization="Bearer a") as (_, revoked),
        listening(host) as (_, kept),
    ):
        await anext(revoked)
        await anext(kept)
        trace.revoked.add("a")
        begun = time.monotonic()
        *_, (kind, payload), last = await rest(revoked)
        assert time.monotonic() - begun < 1
        assert (kind, codes(payload), last) == ("next", ["UNAUTHENTICATED"], ("complete", None))
        assert "event: next" in await anext(kept)
        assert trace.streams == 1


async def test_whoever_revokes_need_not_wait_for_the_next_look(trace: town.Trace) -> None:
    front = town.front(Limits(recheck_seconds=60))
    async with (
        town.served(Starlette(routes=front.routes())) as host,
        listening(host, authorization="Bearer a") as (_, heard),
    ):
        await anext(heard)
        trace.revoked.add("a")
        front.recheck()
        assert codes((await asyncio.wait_for(rest(heard), 1))[-2][1]) == ["UNAUTHENTICATED"]


async def test_a_server_that_goes_ends_its_streams_so_that_clients_come_again(trace: town.Trace) -> None:
    front = town.front()
    async with (
        town.served(Starlette(routes=front.routes())) as host,
        listening(host) as (_, heard),
    ):
        await anext(heard)
        await front.aclose()
        assert trace.streams == 0
        assert all(kind == "next" for kind, _ in await rest(heard))
        async with listening(host) as (_, late):
            assert len(await asyncio.wait_for(rest(late), 1)) < 3


async def test_a_slow_reader_holds_its_stream_back_and_is_let_go_in_time(trace: town.Trace) -> None:
    front = town.front(Limits(send_seconds=1.0))
    async with town.served(Starlette(routes=front.routes()), log_level="critical") as host:
        raw = sockets.socket()
        raw.setsockopt(sockets.SOL_SOCKET, sockets.SO_RCVBUF, 4096)
        raw.setblocking(False)
        name, port = host.split(":")
        await asyncio.get_running_loop().sock_connect(raw, (name, int(port)))
        body = json.dumps({"query": "subscription { bulky(chars: 100000) }"}).encode()
        head = (
            f"POST {PATH} HTTP/1.1\r\nhost: {host}\r\naccept: text/event-stream\r\n"
            f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
        )
        await asyncio.get_running_loop().sock_sendall(raw, head.encode() + body)
        await asyncio.sleep(0.6)
        produced = trace.produced
        assert front.open_sockets == 1
        await asyncio.sleep(0.2)
        assert trace.produced == produced < 200  # 20 MB at the very most, and standing still
        async for _ in town.until(5):
            if front.open_sockets == 0:
                break
        raw.close()


async def test_a_reader_who_is_stuck_when_its_credential_is_revoked_is_not_waited_for(
    trace: town.Trace,
) -> None:
    front = town.front()
    async with (
        town.served(Starlette(routes=front.routes()), log_level="critical") as host,
        listening(host, "subscription { bulky(chars: 1000000) }", authorization="Bearer a"),
    ):
        await asyncio.sleep(0.3)
        trace.revoked.add("a")
        async for _ in town.until(2.5):
            if front.open_sockets == 0:
                break


async def test_a_body_that_stalls_or_is_too_long_opens_no_stream() -> None:
    limits = Limits(body_bytes=1000, body_seconds=0.2)
    async with town.client(limits) as http:
        answer = await http.post(PATH, json={"query": "{ hello }" + " " * 1000}, headers=EVENTS)
        assert answer.status_code == 413

    async def stalling() -> AsyncIterator[bytes]:
        yield b"{"
        await asyncio.sleep(1)

    async with town.served(town.app(limits)) as host, httpx.AsyncClient(base_url=f"http://{host}") as http:
        headers = {**EVENTS, "content-type": "application/json"}
        with contextlib.suppress(httpx.WriteError):
            assert (await http.post(PATH, content=stalling(), headers=headers)).status_code == 408


async def test_a_caller_with_too_many_streams_is_told_so_and_takes_no_place_of_others(
    trace: town.Trace,
) -> None:
    limits = Limits(sockets=3, sockets_per_principal=1)
    front = town.front(limits, principal_of=lambda context: context.bearer)
    async with (
        town.served(Starlette(routes=front.routes())) as host,
        httpx.AsyncClient(base_url=f"http://{host}") as http,
        listening(host, authorization="Bearer a") as (_, heard),
    ):
        await anext(heard)
        for _ in range(5):
            refused = await http.post(
                PATH, json={"query": STAY}, headers={**EVENTS, "authorization": "Bearer a"}
            )
            assert (refused.status_code, refused.headers["retry-after"]) == (429, "1")
            assert codes(refused.json()) == ["RATE_LIMITED"]
        async with listening(host, authorization="Bearer b") as (_, other):
            await anext(other)
        await asyncio.sleep(0.1)
        async with listening(host, authorization="Bearer b") as (_, other):  # the place was given back
            await anext(other)


async def test_an_execution_that_takes_too_long_is_stopped_and_a_stream_outlives_a_slow_event(
    trace: town.Trace,
) -> None:
    limits = Limits(execution_seconds=0.2)
    (_, payload), last = await ask("{ later(seconds: 30) }", limits)
    assert (codes(payload), last, trace.cancelled) == (["TIMEOUT"], ("complete", None), 1)
    (_, slow), (_, quick), last = await ask("subscription { books(delay: 30) { title } }", limits)
    assert slow["errors"][0]["extensions"]["code"] == "TIMEOUT"
    assert (quick, last) == ({"data": {"books": {"title": "slow"}}}, ("complete", None))
