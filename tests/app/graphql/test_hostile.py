"""Hostile bodies: each gets a typed refusal, none a fault, a traceback or much time."""

from __future__ import annotations

import json
import time
from typing import Any

import httpx
import pytest
from structlog.testing import capture_logs

from tests.app.graphql import town


def query(text: str, **more: Any) -> bytes:
    return json.dumps({"query": text, **more}).encode()


HELLO = "{ hello }"
BODIES: dict[str, bytes] = {
    "nothing": b"",
    "blank": b" \n\t ",
    "half an object": b'{"query": "{ hel',
    "no json": b"query=%7Bhello%7D",
    "a form": b'--x\r\ncontent-disposition: form-data; name="operations"\r\n\r\n{}\r\n--x--',
    "xml": b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
    "null": b"null",
    "true": b"true",
    "a number": b"42",
    "a string": b'"{ hello }"',
    "a list": b"[]",
    "a batch": b'[{"query":"{hello}"},{"query":"{hello}"}]',
    "NaN": b'{"query":"{hello}","variables":{"a":NaN}}',
    "infinity": b'{"query":"{hello}","variables":{"a":-Infinity}}',
    "a number beyond floats": b'{"query":"{hello}","variables":{"a":1e999}}',
    "ten thousand digits": b'{"query":"{hello}","variables":{"a":' + b"9" * 10_000 + b"}}",
    "beyond 64 bits": b'{"query":"{hello}","variables":{"a":18446744073709551616}}',
    "utf-16": '{"query":"{hello}"}'.encode("utf-16"),
    "utf-32": '{"query":"{hello}"}'.encode("utf-32"),
    "latin-1": '{"query":"{hello(name:\\"ä\\")}"}'.encode("latin-1"),
    "a byte order mark": b"\xef\xbb\xbf" + query(HELLO),
    "overlong utf-8": b'{"query":"{hello(name:\\"\xc0\xaf\\")}"}',
    "a surrogate as bytes": b'{"query":"{hello(name:\\"\xed\xa0\x80\\")}"}',
    "a surrogate as an escape": b'{"query":"{hello}","variables":{"a":"\\ud800"}}',
    "a surrogate in a name": b'{"query":"{hello}","variables":{"\\udfff":1}}',
    "a raw NUL": b'{"query":"{hello}\x00"}',
    "an escaped NUL in a variable": b'{"query":"{hello}","variables":{"a":"\\u0000"}}',
    "an escaped NUL in the query": b'{"query":"{hello}\\u0000"}',
    "NUL bytes": b"\x00" * 100,
    "random bytes": bytes(range(256)) * 4,
    "deep lists": b'{"query":"{hello}","variables":{"a":' + b"[" * 900 + b"]" * 900 + b"}}",
    "very deep lists": b"[" * 200_000,
    "very deep objects": b'{"a":' * 40_000 + b"1" + b"}" * 40_000,
    "many values": b'{"query":"{hello}","variables":{"a":[' + b"1," * 60_000 + b"1]}}",
    "many names": b'{"query":"{hello}","variables":{' + b",".join(b'"a%d":1' % n for n in range(20_000)) + b"}}",
    "too long": query(HELLO + " " * 300_000),
    "no query": b"{}",
    "query null": b'{"query":null}',
    "query empty": b'{"query":""}',
    "query a number": b'{"query":1}',
    "query a list": b'{"query":["{hello}"]}',
    "query an object": b'{"query":{"a":1}}',
    "operationName a number": query(HELLO, operationName=1),
    "operationName a list": query(HELLO, operationName=["a"]),
    "variables a string": query(HELLO, variables="{}"),
    "variables a list": query(HELLO, variables=[]),
    "variables false": query(HELLO, variables=False),
    "extensions a string": query(HELLO, extensions="x"),
    "extensions a number": query(HELLO, extensions=0),
    "a blank document": query("   "),
    "only a comment": query("# { hello }"),
    "an open brace": query("{"),
    "many open braces": query("{" * 1900),
    "deep fields": query("{a" * 1900),
    "deep lists in a literal": query("{ echo(value: " + "[" * 190 + "]" * 190 + ") }"),
    "deeper lists in a literal": query("{ echo(value: " + "[" * 900 + "]" * 900 + ") }"),
    "deep objects in a literal": query("{ echo(value: " + "{a:" * 500 + "1" + "}" * 500 + ") }"),
    "an open string": query('{ hello(name: "'),
    "a bad escape": query('{ hello(name: "\\u{110000}") }'),
    "a surrogate in a literal": query('{ hello(name: "\\ud800") }'),
    "a control character": query('{ hello(name: "\x07\x00") }'),
    "a huge integer": query("{ need(number: " + "9" * 5000 + ") }"),
    "a huge float": query("{ later(seconds: 1e999999) }"),
    "a NUL in a literal": query('{ hello(name: "\\u0000") }'),
    "a NUL deep in a literal": query('{ echo(value: {a: [{b: "\\u{0}"}]}) }'),
    "infinity in a literal": query("{ echo(value: [1e999]) }"),
    "ten thousand digits in a default": query("query($n: JSON = " + "9" * 10_000 + ") { echo(value: $n) }"),
    "a huge number in a directive": query("{ hello @skip(if: 99999999999999999999999) }"),
    "type definitions": query("type Query { hacked: String }"),
    "an extension of the schema": query("extend schema { query: Tag }"),
    "an unknown field": query("{ a }"),
    "an unknown fragment": query("{ ...A }"),
    "an unknown directive": query("{ hello @a }"),
    "an unknown variable": query("{ hello(name: $a) }"),
    "two anonymous operations": query("{ hello } { hello }"),
    "two operations of one name": query("query A { hello } query A { later }", operationName="A"),
    "an operation that is not there": query("query A { hello }", operationName="B"),
    "a fragment on a scalar": query("{ ...A } fragment A on String { length }"),
    "a circle of one": query("{ ...A } fragment A on Query { ...A }"),
    "a circle of two": query("{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }"),
    "fragments that double": query(
        "{ ...f0 }" + "".join(f" fragment f{n} on Query {{ ...f{n + 1} ...f{n + 1} }}" for n in range(30))
        + " fragment f30 on Query { hello }"
    ),
    "many fragments": query("{ hello }" + "".join(f" fragment f{n} on Query {{ hello }}" for n in range(300))),
    "many operations": query("".join(f" query q{n} {{ hello }}" for n in range(300)), operationName="q1"),
    "many aliases": query("{" + " ".join(f"a{n}: hello" for n in range(300)) + "}"),
    "many repetitions": query("{" + "hello " * 1900 + "}"),
    "many directives": query("{ hello" + " @skip(if: false)" * 300 + "}"),
    "many variables": query("query(" + " ".join(f"$a{n}: Int" for n in range(400)) + ") { hello }"),
    "many arguments": query("{ hello(" + " ".join(f"a{n}: 1" for n in range(400)) + ") }"),
    "many conflicts": query("{" + " ".join(f'hello(name: "{n}")' for n in range(300)) + "}"),
    "many comments": query("#a\n" * 5000 + HELLO),
    "many commas": query("," * 60_000 + "{ hello"),
    "a dear query": query("{ books(first: 100000) { nodes { neighbours(first: 100000) { nodes { title } } } } }"),
    "a negative page": query("{ books(first: -9999999999) { total } }"),
    "introspection": query("{ __schema { types { name } } }"),
    "deep introspection": query("{ __schema { types { fields { type { fields { type { fields { name } } } } } } } }"),
    "a subscription": query("subscription { count(to: 1) }"),
    "a wrong variable": query("query($n: Int!) { need(number: $n) }", variables={"n": {"a": [1]}}),
    "a huge variable": query("query($n: Int!) { need(number: $n) }", variables={"n": 2**62}),
    "a missing variable": query("query($n: Int!) { need(number: $n) }"),
    "a forged scalar": query("query($n: Nip!) { nip(nip: $n) }", variables={"n": "1' OR '1'='1"}),
    "no member of one-of": query("{ pick(by: {}) }"),
    "null in one-of": query("{ pick(by: {title: null}) }"),
    "one-of in a fragment": query("fragment F on Query { pick(by: {number: $a}) } { ...F }"),
    "a null where none may be": query("{ pick(by: null) }"),
}  # fmt: skip
CODES = {
    "BAD_REQUEST", "LIMIT_EXCEEDED", "GRAPHQL_PARSE_FAILED", "GRAPHQL_VALIDATION_FAILED", "BAD_USER_INPUT",
    "OPERATION_RESOLUTION_FAILURE", "OPERATION_NOT_SERVED", "INTROSPECTION_DISABLED",
}  # fmt: skip


def check(response: httpx.Response) -> None:
    assert response.status_code in {200, 400, 413}
    answer = response.json()
    assert answer["errors"]
    assert {error["extensions"]["code"] for error in answer["errors"]} <= CODES
    assert "Traceback" not in response.text
    assert len(response.content) < 70_000


@pytest.mark.parametrize("name", BODIES)
async def test_a_hostile_body_gets_a_typed_refusal_quickly(name: str) -> None:
    headers = {"content-type": "application/json"}
    with capture_logs() as logs:
        async with town.client() as http:
            begun = time.perf_counter()
            response = await http.post("/graphql", content=BODIES[name], headers=headers)
            took = time.perf_counter() - begun
            check(response)
            strict = await http.post(
                "/graphql",
                content=BODIES[name],
                headers={**headers, "accept": "application/graphql-response+json"},
            )
    assert logs == []
    assert took < 5
    assert strict.status_code in {400, 413} or "data" in strict.json()


async def test_they_do_no_harm_to_a_real_server_either() -> None:
    async with town.served(town.app()) as host, httpx.AsyncClient(base_url=f"http://{host}") as http:
        for body in BODIES.values():
            check(await http.post("/graphql", content=body, headers={"content-type": "application/json"}))
        assert await town.ask(http, HELLO) == {"data": {"hello": "hello world"}}


@pytest.mark.parametrize(
    "address",
    [
        "/graphql", "/graphql?", "/graphql?query", "/graphql?query=", "/graphql?query=%00", "/graphql?query=%ff",
        "/graphql?query=%ed%a0%80", "/graphql?query={hello}&query={hello}", "/graphql?query={hello}&variables=[]",
        "/graphql?query={hello}&variables={", "/graphql?query={hello}&variables=NaN",
        "/graphql?query={hello}&extensions=1", "/graphql?query={hello}&variables=%ff",
        "/graphql?" + "&".join(f"a{n}=1" for n in range(50)), "/graphql?query={",
        "/graphql?query={hello}&operationName=x", "/graphql?query=%7B" + "a" * 8_000, "/graphql?%E2%98%83=%E2%98%83",
        "/graphql?query=subscription{count(to:1)}",
    ],
)  # fmt: skip
async def test_a_hostile_address_gets_a_typed_refusal(address: str) -> None:
    with capture_logs() as logs:
        async with town.client() as http:
            response = await http.get(address)
    assert response.status_code in {200, 400, 414}
    assert town.code(response.json()) in CODES
    assert logs == []


@pytest.mark.parametrize(
    "headers",
    [
        [("content-length", "x")], [("content-length", "-1")], [("content-length", "9" * 30)],
        [("content-length", "²")], [("content-type", "application/json"), ("content-type", "text/plain")],
        [("content-type", "a" * 5000)], [("content-type", "application/json" + ";charset=utf-8" * 300 + ";charset=x")],
        [("accept", "\xff\xfe")], [("accept", "a/b;q=" + "9" * 1000)], [("accept", ";" * 5000)],
        [("accept-language", "\xff;q=1e9")], [("authorization", "\x7f")], [("authorization", "Bearer \xe9")],
        [("x-request-id", "a\rb")], [("content-encoding", "br, gzip")], [("origin", "\xff"), ("origin", "b")],
    ],
)  # fmt: skip
async def test_hostile_headers_get_an_answer_that_is_no_fault(headers: list[tuple[str, str]]) -> None:
    sent = [(name.encode(), value.encode("latin-1")) for name, value in headers]
    if b"content-type" not in dict(sent):
        sent.append((b"content-type", b"application/json"))
    status, body = await _raw(sent, query(HELLO))
    assert 200 <= status < 500
    assert "data" in body or body["errors"][0]["extensions"]["code"]


async def _raw(headers: list[tuple[bytes, bytes]], body: bytes) -> tuple[int, Any]:
    """One request as a server would hand it over that lets everything through."""
    sent: list[Any] = []
    scope = {
        "type": "http", "method": "POST", "path": "/graphql", "raw_path": b"/graphql", "query_string": b"",
        "headers": headers, "client": None, "root_path": "", "scheme": "http", "http_version": "1.1",
    }  # fmt: skip

    async def receive() -> Any:
        return {"type": "http.request", "body": body}

    async def send(message: Any) -> None:
        sent.append(message)

    await town.app()(scope, receive, send)
    return sent[0]["status"], json.loads(sent[1]["body"])
