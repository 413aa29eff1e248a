"""GraphQL over HTTP, rule by rule."""

from __future__ import annotations

from typing import Any

import pytest
import strawberry
from strawberry.extensions import SchemaExtension

from eperf.app.graphql import GraphQLFront
from tests.app.graphql import town

NEW = "application/graphql-response+json"
OLD = "application/json"
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


@pytest.mark.parametrize(
    ("accept", "answered"),
    [
        (None, OLD),
        ("*/*", OLD),
        ("application/*", OLD),
        (OLD, OLD),
        (NEW, NEW),
        (NEW.upper(), NEW),
        (f"{OLD}, {NEW}", NEW),
        (f"{NEW};q=0.5, {OLD};q=0.9", OLD),
        (f"{NEW}; charset=UTF-8", NEW),
        (f"{NEW}; charset=latin-1, {OLD}", OLD),
        (f"{OLD};q=0, */*", NEW),
        (f"{NEW}, */*;q=0.1", NEW),
        (f"{OLD};q=0.4, application/*;q=0.2", OLD),
        ("*/*;q=nan, application/json", OLD),
        (f"text/event-stream, {OLD}", OLD),
        ("text/html, */*;q=0.1", OLD),
    ],
)
async def test_the_answer_has_the_media_type_that_is_accepted_most_gladly(
    accept: str | None, answered: str
) -> None:
    async with town.client() as http:
        http.headers.pop("accept")
        response = await http.post(
            "/graphql", json={"query": "{ hello }"}, headers={"accept": accept} if accept else {}
        )
    assert response.status_code == 200
    assert response.headers["content-type"] == f"{answered}; charset=utf-8"
    assert response.json() == {"data": {"hello": "hello world"}}


@pytest.mark.parametrize(
    "accept", ["text/html", "text/event-stream", "image/png", f"{OLD};q=0", f"{NEW};charset=utf-16"]
)
async def test_a_caller_who_accepts_nothing_we_speak_is_told_so(accept: str) -> None:
    async with town.client() as http:
        response = await http.post("/graphql", json={"query": "{ hello }"}, headers={"accept": accept})
    assert response.status_code == 406
    assert town.code(response.json()) == "NOT_ACCEPTABLE"


@pytest.mark.parametrize(
    ("query", "variables", "code"),
    [
        ("{", None, "GRAPHQL_PARSE_FAILED"),
        ("{ nosuchfield }", None, "GRAPHQL_VALIDATION_FAILED"),
        ("query($n: Int!) { need(number: $n) }", {"n": None}, "BAD_USER_INPUT"),
        ("query A { hello } query B { hello }", None, "OPERATION_RESOLUTION_FAILURE"),
        ("fragment F on Query { hello }", None, "GRAPHQL_VALIDATION_FAILED"),
        ("subscription { count(to: 1) }", None, "OPERATION_NOT_SERVED"),
        ("{ __schema { types { name } } }", None, "INTROSPECTION_DISABLED"),
    ],
)
async def test_a_refused_request_has_a_code_no_data_and_the_status_of_its_media_type(
    query: str, variables: Any, code: str
) -> None:
    async with town.client() as http:
        body = {"query": query, "variables": variables}
        new = await http.post("/graphql", json=body, headers={"accept": NEW})
        old = await http.post("/graphql", json=body, headers={"accept": OLD})
    assert new.status_code == 400
    assert old.status_code == (400 if code == "OPERATION_NOT_SERVED" else 200)
    for response in (new, old):
        assert town.code(response.json()) == code
        assert "data" not in response.json()


@pytest.mark.parametrize("name", [None, ""])
async def test_without_a_name_two_operations_are_refused_instead_of_running_the_first(
    name: str | None,
) -> None:
    async with town.client() as http:
        body = {"query": "query A { a: hello } query B { b: hello }", "operationName": name}
        refused = (await http.post("/graphql", json=body)).json()
        chosen = (await http.post("/graphql", json={**body, "operationName": "B"})).json()
        unknown = (await http.post("/graphql", json={**body, "operationName": "C"})).json()
    assert town.code(refused) == town.code(unknown) == "OPERATION_RESOLUTION_FAILURE"
    assert chosen == {"data": {"b": "hello world"}}


async def test_a_field_error_leaves_the_data_of_the_others() -> None:
    async with town.client() as http:
        response = await http.post("/graphql", json={"query": "{ hello refuse }"}, headers={"accept": NEW})
    assert response.status_code == 200
    assert response.json()["data"] == {"hello": "hello world", "refuse": None}
    assert response.json()["errors"][0]["path"] == ["refuse"]


async def test_queries_run_by_get_with_variables_and_names() -> None:
    async with town.client() as http:
        response = await http.get(
            "/graphql",
            params={
                "query": "query A($n: String!) { hello(name: $n) } query B { hello }",
                "variables": '{"n": "Surabaya 🏙"}',
                "operationName": "A",
                "extensions": "{}",
            },
        )
    assert response.json() == {"data": {"hello": "hello Surabaya 🏙"}}


@pytest.mark.parametrize("accept", [NEW, OLD, "*/*"])
async def test_a_mutation_by_get_is_refused_and_not_run(accept: str, trace: town.Trace) -> None:
    async with town.client() as http:
        response = await http.get(
            "/graphql", params={"query": 'mutation { shelve(title: "x") }'}, headers={"accept": accept}
        )
    assert response.status_code == 405
    assert response.headers["allow"] == "POST"
    assert town.code(response.json()) == "METHOD_NOT_ALLOWED"
    assert trace.shelved == []


async def test_a_mutation_runs_by_post(trace: town.Trace) -> None:
    async with town.client() as http:
        answer = await town.ask(http, 'mutation { shelve(title: "x") }')
    assert answer == {"data": {"shelve": "x"}}
    assert trace.shelved == ["x"]


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "BREW"])
async def test_other_methods_are_refused_with_those_allowed(method: str) -> None:
    async with town.client() as http:
        response = await http.request(method, "/graphql")
    assert response.status_code == 405
    assert response.headers["allow"] == "GET, POST"
    assert response.content == b"" if method == "HEAD" else town.code(response.json()) == "METHOD_NOT_ALLOWED"


@pytest.mark.parametrize(
    "content_type",
    [
        None,
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/json; charset=utf-16",
        "application/json; charset=iso-8859-1",
        "application/jsonp",
        "application/graphql",
        "application/graphql+json",
        "",
        ";",
    ],
)
async def test_a_body_of_another_type_is_refused_and_not_run(
    content_type: str | None, trace: town.Trace
) -> None:
    headers = {} if content_type is None else {"content-type": content_type}
    async with town.client() as http:
        response = await http.post(
            "/graphql", content=b'{"query": "mutation { shelve(title: \\"x\\") }"}', headers=headers
        )
    assert response.status_code == 415
    assert town.code(response.json()) == "UNSUPPORTED_MEDIA_TYPE"
    assert trace.shelved == []


@pytest.mark.parametrize(
    "content_type",
    ["Application/JSON", "application/json;charset=UTF-8", 'application/json; charset="utf-8"'],
)
async def test_a_json_body_is_known_in_any_spelling(content_type: str) -> None:
    async with town.client() as http:
        response = await http.post(
            "/graphql", content=b'{"query":"{hello}"}', headers={"content-type": content_type}
        )
    assert response.status_code == 200


async def test_a_compressed_body_is_refused() -> None:
    async with town.client() as http:
        response = await http.post(
            "/graphql", json={"query": "{hello}"}, headers={"content-encoding": "gzip"}
        )
    assert response.status_code == 415


async def test_sync_and_async_fields_and_the_info_of_strawberry_work() -> None:
    async with town.client() as http:
        answer = await town.ask(
            http,
            """query($first: Int!, $tags: Boolean!, $raw: JSON!) {
              again: later
              books(first: $first) { edges { node { ...B } } }
              echo(value: $raw)
              nip(nip: "123456789012345678")
            }
            fragment B on Book { title tags @include(if: $tags) { name } kind: __typename }""",
            {"first": 1, "tags": False, "raw": {"a": [1, None, "x"]}},
        )
    assert answer == {
        "data": {
            "again": "en later",
            "books": {"edges": [{"node": {"title": "book 0", "kind": "Book"}}]},
            "echo": {"a": [1, None, "x"]},
            "nip": "123456789012345678",
        }
    }


async def test_a_schema_with_extensions_is_refused_at_start_instead_of_served_without_them() -> None:
    schema = strawberry.Schema(town.Tag, extensions=[SchemaExtension])
    with pytest.raises(ValueError, match="no schema extensions"):
        GraphQLFront(schema, make_context=town.make_context, introspection=lambda _: True)
