"""What is read of a caller over HTTP, and for how long: bodies, credentials, languages, patience."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from eperf.app.graphql import Limits
from tests.app.graphql import town

NEW = "application/graphql-response+json"
OLD = "application/json"


async def test_a_long_address_and_a_long_body_are_refused_by_name_and_value() -> None:
    async with town.client(Limits(url_bytes=500, body_bytes=1000)) as http:
        address = await http.get("/graphql", params={"query": "{ hello }", "x": "y" * 600})
        announced = await http.post("/graphql", json={"query": "{ hello }", "x": "y" * 2000})

        async def unannounced() -> Any:
            for _ in range(100):
                yield b" " * 100

        streamed = await http.post("/graphql", content=unannounced(), headers={"content-type": OLD})
    assert (address.status_code, announced.status_code, streamed.status_code) == (414, 413, 413)
    extensions = announced.json()["errors"][0]["extensions"]
    size = int(announced.request.headers["content-length"])
    assert extensions == {
        "code": "LIMIT_EXCEEDED", "field": "body_bytes", "limit": "body_bytes", "most": 1000, "value": size
    }  # fmt: skip
    assert address.json()["errors"][0]["extensions"]["limit"] == "url_bytes"


async def test_a_body_that_stalls_is_given_up() -> None:
    async with town.served(town.app(Limits(body_seconds=0.2))) as host:
        name, port = host.split(":")
        reader, writer = await asyncio.open_connection(name, int(port))
        writer.write(
            b"POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{"
        )
        head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 3)
        assert b" 408 " in head.splitlines()[0]
        assert b'"TIMEOUT"' in await asyncio.wait_for(reader.read(1000), 3)
        writer.close()


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
async def test_a_caller_who_is_refused_gets_the_status_of_the_reason(
    bearer: str, status: int, code: str, header: str | None
) -> None:
    async with town.client() as http:
        response = await http.post(
            "/graphql", json={"query": "{ hello }"}, headers={"authorization": f"Bearer {bearer}"}
        )
    assert response.status_code == status
    assert town.code(response.json()) == code
    assert "hunter2" not in response.text
    assert header is None or header in response.headers


@pytest.mark.parametrize(
    "value",
    [
        "Basic dXNlcjpwYXNz",
        "Token x",
        "Bearer a b",
        "Bearer ä",
        "Bearer " + "x" * 9000,
        "Bearer x,y",
        "bearerx",
    ],
)
async def test_an_unreadable_credential_is_not_taken_for_an_anonymous_caller(
    value: str, trace: town.Trace
) -> None:
    async with town.client() as http:
        response = await http.post(
            "/graphql", json={"query": "{ whoami }"}, headers={"authorization": value.encode("latin-1")}
        )
    assert response.status_code == 401
    assert trace.contexts == 0


async def test_two_credentials_are_none() -> None:
    async with town.client() as http:
        headers = [("authorization", "Bearer a"), ("authorization", "Bearer b"), ("content-type", OLD)]
        response = await http.post("/graphql", content=b'{"query":"{whoami}"}', headers=headers)
    assert response.status_code == 401


@pytest.mark.parametrize(
    ("value", "seen"),
    [("Bearer abc.d-e_f~g+h/i==", "abc.d-e_f~g+h/i=="), ("bearer x", "x"), ("Bearer ", None)],
)
async def test_a_bearer_token_reaches_the_context(value: str, seen: str | None) -> None:
    async with town.client() as http:
        answer = await town.ask(http, "{ whoami }", authorization=value)
    assert answer == {"data": {"whoami": seen}}


async def test_the_facts_of_a_connection_are_complete_and_hide_the_token(trace: town.Trace) -> None:
    async with town.client() as http:
        headers = {
            "authorization": "Bearer secret",
            "accept-language": "id-ID,en;q=0.5",
            "x-request-id": "abc-1",
        }
        response = await http.post("/graphql", json={"query": "{ hello }"}, headers=headers)
        strange = await http.post("/graphql", json={"query": "{ hello }"}, headers={"x-request-id": "a b\tc"})
    facts = trace.facts[0]
    assert (facts.bearer, facts.language, facts.peer, facts.request_id, facts.transport) == (
        "secret", "id", "127.0.0.1", "abc-1", "http"
    )  # fmt: skip
    assert response.headers["x-request-id"] == "abc-1"
    assert strange.headers["x-request-id"] == trace.facts[1].request_id != "a b\tc"
    assert "secret" not in repr(facts)


@pytest.mark.parametrize(
    ("accepted", "spoken"),
    [
        (None, "en"), ("id", "id"), ("en", "en"), ("in", "id"), ("id-ID, en;q=0.8", "id"), ("en;q=0.3, id;q=0.4", "id"),
        ("de, fr", "en"), ("*", "en"), ("id;q=0, en", "en"), ("id;q=oops", "en"), ("," * 5000, "en"),
        ("de, id;q=0.1", "id"),
    ],
)  # fmt: skip
async def test_messages_speak_the_language_that_is_asked_for(accepted: str | None, spoken: str) -> None:
    async with town.client() as http:
        answer = await town.ask(http, "{ refuse }", **({"accept-language": accepted} if accepted else {}))
    assert answer["errors"][0]["message"].startswith(
        "activity sudah" if spoken == "id" else "activity has changed"
    )


async def test_an_execution_that_takes_too_long_is_stopped_and_says_so(trace: town.Trace) -> None:
    async with town.client(Limits(execution_seconds=0.1)) as http:
        old = await http.post("/graphql", json={"query": "{ hello later(seconds: 5) }"})
        new = await http.post("/graphql", json={"query": "{ later(seconds: 5) }"}, headers={"accept": NEW})
    assert (old.status_code, new.status_code) == (200, 503)
    for response in (old, new):
        assert town.code(response.json()) == "TIMEOUT"
        assert "data" not in response.json()
    assert trace.cancelled == 2


async def test_a_context_that_cannot_be_made_in_time_is_unavailable() -> None:
    async with town.client(Limits(execution_seconds=0.1)) as http:
        response = await http.post(
            "/graphql", json={"query": "{ hello }"}, headers={"authorization": "Bearer stuck"}
        )
    assert response.status_code == 503
    assert town.code(response.json()) == "UNAVAILABLE"


@pytest.mark.parametrize(
    "query", ["{ later(seconds: 30) }", 'mutation { shelve(title: "kept", seconds: 1) }']
)
async def test_a_query_stops_when_its_caller_goes_away_and_a_mutation_does_not(
    query: str, trace: town.Trace
) -> None:
    async with town.served(town.app()) as host:
        name, port = host.split(":")
        _, writer = await asyncio.open_connection(name, int(port))
        body = b'{"query":"%s"}' % query.replace('"', '\\"').encode()
        writer.write(
            b"POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%s"
            % (len(body), body)
        )
        await asyncio.sleep(0.5)
        writer.close()
        async for _ in town.until():
            if trace.cancelled or trace.shelved:
                break
    assert trace.shelved == (["kept"] if "mutation" in query else [])
