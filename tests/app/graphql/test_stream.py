"""GraphQL over event streams, rule by rule."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import httpx
import pytest
from structlog.testing import capture_logs

from eperf.app.graphql import Limits
from tests.app.graphql import town
from tests.app.graphql.listen import EVENTS, PATH, answers, ask, events
from tests.app.graphql.talk import SECRET
from tests.app.graphql.test_headers import LISTED, ORIGINS
from tests.app.graphql.test_hostile import BODIES, CODES

JSON = "application/json"


def codes(answer: Any) -> list[str]:
    return [error["extensions"]["code"] for error in answer["errors"]]


async def test_events_are_written_to_the_letter() -> None:
    async with town.client() as http:
        response = await ask(http, "{ hello }")
    assert response.content == (
        b'event: next\ndata: {"data":{"hello":"hello world"}}\n\nevent: complete\ndata:\n\n'
    )


@pytest.mark.parametrize(
    ("query", "variables", "expected"),
    [
        ("query($n: String!) { hello(name: $n) }", {"n": "a\r\nb \u2028 🏙"}, [{"hello": "hello a\r\nb \u2028 🏙"}]),
        ('mutation { shelve(title: "x") }', {}, [{"shelve": "x"}]),
        ("subscription($n: Int!) { count(to: $n) }", {"n": 3}, [{"count": 0}, {"count": 1}, {"count": 2}]),
        ("subscription { count(to: 0) }", {}, []),
    ],
)  # fmt: skip
async def test_every_kind_of_operation_runs_by_post(query: str, variables: Any, expected: list[Any]) -> None:
    async with town.client() as http:
        heard = await answers(http, query, variables=variables)
    assert heard == [*({"data": data} for data in expected), "complete"]


async def test_line_ends_between_the_values_of_an_answer_do_not_cut_its_event() -> None:
    async def shared(_: Any) -> Any:
        yield b'{"data": {"rows": [1, \r\n\r\n 2]}}'

    async with town.client(streams=shared) as http:
        heard = await answers(http, "subscription { count(to: 1) }")
    assert heard == [{"data": {"rows": [1, 2]}}, "complete"]


@pytest.mark.parametrize("query", ["{ hello }", "subscription { count(to: 1) }"])
async def test_queries_and_subscriptions_run_by_get(query: str) -> None:
    async with town.client() as http:
        response = await http.get(PATH, params={"query": query}, headers={"accept": EVENTS})
    assert response.status_code == 200
    assert events(response.text)[-1] == "complete"
    assert any("data" in event for event in events(response.text))


async def test_a_mutation_by_get_is_refused_and_not_run(trace: town.Trace) -> None:
    params = {"query": 'mutation { shelve(title: "x") }'}
    async with town.client() as http:
        response = await http.get(PATH, params=params, headers={"accept": EVENTS})
    assert (response.status_code, response.headers["allow"]) == (405, "POST")
    assert response.headers["content-type"] == "application/json; charset=utf-8"
    assert codes(response.json()) == ["METHOD_NOT_ALLOWED"]
    assert trace.shelved == []


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "BREW"])
async def test_other_methods_are_refused_with_those_allowed(method: str) -> None:
    async with town.client() as http:
        response = await http.request(method, PATH, headers={"accept": EVENTS})
    assert (response.status_code, response.headers["allow"]) == (405, "GET, POST")


@pytest.mark.parametrize(
    "accept", [None, "*/*", "text/*", EVENTS, EVENTS.upper(), f"{JSON}, {EVENTS};q=0.1", f"{EVENTS};charset=utf-8"]
)  # fmt: skip
async def test_whoever_accepts_event_streams_gets_one(accept: str | None) -> None:
    async with town.client() as http:
        http.headers.pop("accept")
        headers = {"accept": accept} if accept else {}
        response = await http.post(PATH, json={"query": "{ hello }"}, headers=headers)
    assert response.status_code == 200
    assert response.headers["content-type"] == "text/event-stream; charset=utf-8"


@pytest.mark.parametrize(
    "accept", [JSON, "text/html", "text/plain", f"{EVENTS};q=0", f"{EVENTS};q=0, */*", f"{EVENTS};charset=utf-16"]
)  # fmt: skip
async def test_whoever_accepts_none_is_told_so_and_nothing_runs(accept: str, trace: town.Trace) -> None:
    body = {"query": 'mutation { shelve(title: "x") }'}
    async with town.client() as http:
        response = await http.post(PATH, json=body, headers={"accept": accept})
    assert response.status_code == 406
    assert codes(response.json()) == ["NOT_ACCEPTABLE"]
    assert EVENTS in response.json()["errors"][0]["message"]
    assert trace.shelved == []


async def test_the_path_of_plain_answers_still_streams_to_nobody() -> None:
    async with town.client() as http:
        answer = await town.ask(http, "{ hello }", accept=f"{EVENTS}, {JSON}")
        body = {"query": "subscription { count(to: 1) }"}
        refused = await http.post("/graphql", json=body, headers={"accept": f"{EVENTS}, {JSON}"})
    assert answer == {"data": {"hello": "hello world"}}
    assert (refused.status_code, codes(refused.json())) == (400, ["OPERATION_NOT_SERVED"])


@pytest.mark.parametrize(
    ("bearer", "status", "code", "header"),
    [
        ("unknown", 401, "UNAUTHENTICATED", "www-authenticate"),
        ("forbidden", 403, "FORBIDDEN", None),
        ("hasty", 429, "LIMIT_EXCEEDED", "retry-after"),
        ("away", 503, "UNAVAILABLE", "retry-after"),
        ("broken", 500, "INTERNAL_SERVER_ERROR", None),
    ],
)
async def test_a_caller_who_is_refused_gets_the_status_of_the_reason_and_no_stream(
    bearer: str, status: int, code: str, header: str | None
) -> None:
    async with town.client() as http:
        response = await ask(
            http, "subscription { count(to: 1) }", headers={"authorization": f"Bearer {bearer}"}
        )
    assert response.status_code == status
    assert response.headers["content-type"] == "application/json; charset=utf-8"
    assert codes(response.json()) == [code]
    assert header is None or header in response.headers
    assert not [word for word in SECRET if word in response.text]


async def test_the_credential_and_the_language_reach_the_operation() -> None:
    headers = {"authorization": "Bearer abc", "accept-language": "id"}
    async with town.client() as http:
        heard = await answers(http, "{ whoami forbid }", headers=headers)
    assert heard[0]["data"] == {"whoami": "abc", "forbid": None}
    assert heard[0]["errors"][0]["message"].startswith("Peran Anda")


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        ({"query": "{"}, "GRAPHQL_PARSE_FAILED"),
        ({"query": "{ wrong }"}, "GRAPHQL_VALIDATION_FAILED"),
        ({"query": "subscription { a: count(to: 1) b: count(to: 2) }"}, "GRAPHQL_VALIDATION_FAILED"),
        ({"query": "query A { hello } query B { hello }"}, "OPERATION_RESOLUTION_FAILURE"),
        ({"query": "subscription($n: Int!) { count(to: $n) }", "variables": {"n": "x"}}, "BAD_USER_INPUT"),
        ({"query": "{ __schema { types { name } } }"}, "INTROSPECTION_DISABLED"),
        ({"query": "{" + "a{" * 30 + "b" + "}" * 31}, "LIMIT_EXCEEDED"),
        ({"query": "{ books(first: 99999) { nodes { title } } }"}, "LIMIT_EXCEEDED"),
        ({"query": "subscription { unready }"}, "FORBIDDEN"),
    ],
)
async def test_a_refused_document_is_told_in_the_stream_which_then_completes(payload: Any, code: str) -> None:
    async with town.client() as http:
        refused, end = await answers(http, **payload)
    assert codes(refused)[0] == code
    assert "data" not in refused
    assert end == "complete"


async def test_errors_of_fields_and_of_streams_are_typed_and_masked() -> None:
    with capture_logs() as logs:
        async with town.client() as http:
            fields, _ = await answers(http, "{ hello crash refuse }")
            first, broken, end = await answers(http, "subscription { breaking }")
            _, refused, _ = await answers(http, "subscription { breaking(refused: true) }")
    assert fields["data"] == {"hello": "hello world", "crash": None, "refuse": None}
    assert set(codes(fields)) == {"INTERNAL_SERVER_ERROR", "CONFLICT"}
    assert (first, end) == ({"data": {"breaking": 1}}, "complete")
    assert broken["errors"][0]["extensions"] == {"code": "INTERNAL_SERVER_ERROR", "id": logs[1]["id"]}
    assert codes(refused) == ["CONFLICT"]
    assert not [word for word in SECRET if word in str((fields, broken, refused))]


async def test_what_takes_too_long_is_stopped_and_says_so_in_the_stream(trace: town.Trace) -> None:
    async with town.client(Limits(execution_seconds=0.1)) as http:
        late, end = await answers(http, "{ later(seconds: 5) }")
        slow, good, _ = await answers(http, "subscription { books(delay: 5) { title } }")
    assert (codes(late), end, trace.cancelled) == (["TIMEOUT"], "complete", 1)
    assert codes(slow) == ["TIMEOUT"]
    assert good == {"data": {"books": {"title": "slow"}}}


@pytest.mark.parametrize("query", ["{ hello }", "subscription { count(to: 1) }", "{"])
async def test_every_stream_is_private_closed_and_not_held_up_by_proxies(query: str) -> None:
    async with town.client() as http:
        response = await ask(http, query, headers={"x-request-id": "abc-1"})
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert response.headers["x-accel-buffering"] == "no"
    assert response.headers["x-request-id"] == "abc-1"
    assert "Accept" in response.headers["vary"]


async def test_only_a_listed_origin_may_read_streams_and_only_by_post() -> None:
    preflight = {"origin": LISTED, "access-control-request-method": "POST"}
    query = "subscription { count(to: 1) }"
    async with town.client(allowed_origins=ORIGINS) as http:
        asked = await http.options(PATH, headers=preflight)
        refused = await http.options(PATH, headers={**preflight, "origin": "https://evil.example"})
        posted = await ask(http, query, headers={"origin": LISTED})
        other = await ask(http, query, headers={"origin": "https://evil.example"})
        got = await http.get(PATH, params={"query": query}, headers={"origin": LISTED, "accept": EVENTS})
    assert asked.status_code == 204
    assert refused.status_code == 403
    assert asked.headers["access-control-allow-origin"] == LISTED
    assert posted.headers["access-control-allow-origin"] == LISTED
    for response in (refused, other, got):
        assert "access-control-allow-origin" not in response.headers


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", ""])
async def test_a_body_that_needs_no_preflight_is_refused_and_not_run(
    content_type: str, trace: town.Trace
) -> None:
    body = b'{"query": "mutation { shelve(title: \\"x\\") }"}'
    async with town.client() as http:
        response = await http.post(
            PATH, content=body, headers={"accept": EVENTS, "content-type": content_type}
        )
    assert response.status_code == 415
    assert trace.shelved == []


async def test_a_long_address_and_a_stalling_body_are_refused() -> None:
    async with town.client(Limits(url_bytes=500)) as http:
        params = {"query": "{ hello }", "x": "y" * 600}
        address = await http.get(PATH, params=params, headers={"accept": EVENTS})
    assert (address.status_code, codes(address.json())) == (414, ["LIMIT_EXCEEDED"])
    async with town.served(town.app(Limits(body_seconds=0.2))) as host:
        reader, writer = await asyncio.open_connection(*host.split(":"))
        writer.write(
            b"POST /graphql/stream HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n{"
        )
        head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 3)
        writer.close()
    assert b" 408 " in head.splitlines()[0]


def check_hostile(response: httpx.Response) -> None:
    if response.status_code == 200:
        refused, end = events(response.text)
        assert end == "complete"
    else:
        assert response.status_code in {400, 413}
        refused = response.json()
    assert refused["errors"]
    assert set(codes(refused)) <= CODES
    assert "data" not in refused or refused["data"] is None
    assert "Traceback" not in response.text
    assert len(response.content) < 70_000


# The one body of that list that is no offence here.
@pytest.mark.parametrize("name", [name for name in BODIES if name != "a subscription"])
async def test_a_hostile_body_gets_a_typed_refusal_quickly(name: str) -> None:
    headers = {"content-type": JSON, "accept": EVENTS}
    with capture_logs() as logs:
        async with town.client() as http:
            begun = time.perf_counter()
            response = await http.post(PATH, content=BODIES[name], headers=headers)
            took = time.perf_counter() - begun
    check_hostile(response)
    assert logs == []
    assert took < 5
