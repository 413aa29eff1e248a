"""Registered documents: asked for by hash on every way in, nothing else served where the operator says so."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eperf.app.graphql import Limits
from eperf.app.graphql.request import from_json
from eperf.app.graphql.trusted import Entry, Trusted, manifest, sha256
from eperf.domain.errors import BadInput, Refused
from tests.app.graphql import town
from tests.app.graphql.talk import codes, talking

HELLO = "query Hello($name: String!) { hello(name: $name) }"
COUNT = "subscription { count(to: 2) }"
SHELVE = 'mutation { shelve(title: "x") }'
BROKEN = "{ wrong }"
UNKNOWN = "0" * 64
NAMES = {"variables": {"name": "Budi"}}
BUDI = {"data": {"hello": "hello Budi"}}
ENTRIES = [Entry(sha256(text), text) for text in (HELLO, COUNT, SHELVE, BROKEN)]
OPEN, ONLY = Trusted(ENTRIES), Trusted(ENTRIES, only=True)


def apollo(digest: str) -> dict[str, Any]:
    return {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": digest}}}


def draft(digest: str) -> dict[str, Any]:
    return {"documentId": f"sha256:{digest}"}


ways = pytest.mark.parametrize("way", [apollo, draft])
both = pytest.mark.parametrize("trusted", [OPEN, ONLY], ids=["open", "only"])


async def post(trusted: Trusted, body: Any, **headers: str) -> Any:
    async with town.client(trusted=trusted) as http:
        return await http.post("/graphql", json=body, headers=headers)


@ways
@both
async def test_a_registered_document_is_served_by_its_hash_over_post_get_and_sockets(
    way: Any, trusted: Trusted
) -> None:
    body = {**way(sha256(HELLO)), **NAMES}
    assert (await post(trusted, body)).json() == BUDI
    async with town.client(trusted=trusted) as http:
        params = {
            name: value if isinstance(value, str) else json.dumps(value) for name, value in body.items()
        }
        for accept in ("application/json", "text/html, application/json;q=0.5"):
            assert (await http.get("/graphql", params=params, headers={"accept": accept})).json() == BUDI
    async with talking(trusted=trusted) as talk:
        await talk.init()
        await talk.say({"id": "1", "type": "subscribe", "payload": body})
        assert await talk.all_of() == [BUDI, ("complete", None)]
        await talk.say({"id": "1", "type": "subscribe", "payload": way(sha256(COUNT))})
        assert await talk.all_of() == [{"data": {"count": 0}}, {"data": {"count": 1}}, ("complete", None)]


@ways
@both
async def test_an_unknown_hash_is_refused_by_a_code_that_clients_know(way: Any, trusted: Trusted) -> None:
    code = "DOCUMENT_NOT_TRUSTED" if trusted is ONLY else "PERSISTED_QUERY_NOT_FOUND"
    answer = await post(trusted, way(UNKNOWN), accept="application/graphql-response+json")
    assert (answer.status_code, town.code(answer.json())) == (400, code)
    assert "data" not in answer.json()
    if trusted is OPEN:
        assert answer.json()["errors"][0]["message"] == "PersistedQueryNotFound"
    async with talking(trusted=trusted) as talk:
        await talk.init()
        await talk.say({"id": "1", "type": "subscribe", "payload": way(UNKNOWN)})
        ((kind, errors),) = await talk.all_of()
        assert (kind, codes(errors)) == ("error", [code])


@ways
async def test_a_server_without_registered_documents_says_so(way: Any) -> None:
    assert town.code((await post(Trusted(), way(UNKNOWN))).json()) == "PERSISTED_QUERY_NOT_SUPPORTED"


@both
async def test_a_text_with_its_hash_is_not_kept_for_others(trusted: Trusted) -> None:
    text = "{ hello }"
    async with town.client(trusted=trusted) as http:
        first = (await http.post("/graphql", json={"query": text, **apollo(sha256(text))})).json()
        then = (await http.post("/graphql", json=apollo(sha256(text)))).json()
    if trusted is OPEN:
        assert first == {"data": {"hello": "hello world"}}
        assert town.code(then) == "PERSISTED_QUERY_NOT_FOUND"
    else:
        assert town.code(first) == town.code(then) == "DOCUMENT_NOT_TRUSTED"


async def test_a_text_that_is_not_of_its_hash_is_refused() -> None:
    for trusted in (OPEN, ONLY, Trusted()):
        answer = await post(trusted, {"query": "{ hello }", **apollo(sha256(HELLO))})
        assert town.code(answer.json()) == "BAD_REQUEST"
        assert answer.json()["errors"][0]["extensions"]["field"] == "extensions.persistedQuery.sha256Hash"


async def test_only_registered_texts_are_served_where_only_they_are_trusted(trace: town.Trace) -> None:
    assert (await post(ONLY, {"query": HELLO, **NAMES})).json() == BUDI
    assert (await post(ONLY, {"query": HELLO, **NAMES, **apollo(sha256(HELLO))})).json() == BUDI
    for text in (
        HELLO + " ",
        "{ hello }",
        "{",
        "{ __schema { types { name } } }",
        'mutation { shelve(title: "y") }',
    ):
        answer = await post(ONLY, {"query": text, **NAMES}, authorization="Bearer admin")
        assert town.code(answer.json()) == "DOCUMENT_NOT_TRUSTED"
        assert answer.json()["errors"][0]["message"].startswith("Only registered documents")
    async with town.client(trusted=ONLY) as http:
        got = await http.get("/graphql", params={"query": "{ hello }"})
    assert town.code(got.json()) == "DOCUMENT_NOT_TRUSTED"
    async with talking(trusted=ONLY) as talk:
        await talk.init()
        await talk.subscribe("{ hello }")
        ((kind, errors),) = await talk.all_of()
        assert (kind, codes(errors)) == ("error", ["DOCUMENT_NOT_TRUSTED"])
    assert trace.shelved == []


async def test_a_registered_document_has_no_more_rights_than_a_sent_one(trace: town.Trace) -> None:
    async with town.client(
        Limits(cost=1), trusted=Trusted([Entry(sha256(t), t) for t in ("{ hello later }",)])
    ) as http:
        assert (
            town.code((await http.post("/graphql", json=draft(sha256("{ hello later }")))).json())
            == "LIMIT_EXCEEDED"
        )
    assert town.code((await post(ONLY, draft(sha256(BROKEN)))).json()) == "GRAPHQL_VALIDATION_FAILED"
    async with town.client(trusted=ONLY) as http:
        mutation = await http.get("/graphql", params=draft(sha256(SHELVE)))
    assert (mutation.status_code, trace.shelved) == (405, [])


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "query"),
        ({"documentId": None}, "query"),
        ({"documentId": 7}, "documentId"),
        ({"documentId": "md5:x"}, "documentId"),
        ({"documentId": UNKNOWN}, "documentId"),
        ({"documentId": "sha256:" + "A" * 64}, "documentId"),
        ({"documentId": "sha256:" + "a" * 63}, "documentId"),
        ({"documentId": f"sha256:{UNKNOWN}\n"}, "documentId"),
        ({"documentId": f"sha256:{UNKNOWN}", "query": "{ hello }"}, "documentId"),
        ({"documentId": f"sha256:{UNKNOWN}", **apollo(UNKNOWN)}, "documentId"),
        ({"extensions": {"persistedQuery": []}}, "extensions.persistedQuery"),
        (
            {"extensions": {"persistedQuery": {"version": 2, "sha256Hash": UNKNOWN}}},
            "extensions.persistedQuery",
        ),
        ({"extensions": {"persistedQuery": {"sha256Hash": UNKNOWN}}}, "extensions.persistedQuery"),
        ({"extensions": {"persistedQuery": {"version": 1}}}, "extensions.persistedQuery.sha256Hash"),
        (
            {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": 5}}},
            "extensions.persistedQuery.sha256Hash",
        ),
        ({"query": "", **apollo(UNKNOWN)}, "query"),
        ({"query": 5, **apollo(UNKNOWN)}, "query"),
    ],
)
async def test_a_hash_of_another_shape_is_refused_by_name(body: Any, field: str) -> None:
    answer = await post(OPEN, body)
    assert (answer.status_code, town.code(answer.json())) == (400, "BAD_REQUEST")
    assert answer.json()["errors"][0]["extensions"]["field"] == field
    async with talking(trusted=OPEN) as talk:
        await talk.init()
        await talk.say({"id": "1", "type": "subscribe", "payload": body})
        assert await talk.closed() == 4400


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=70) | st.just(sha256(HELLO)),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["version", "sha256Hash", "persistedQuery"]), inner, max_size=3)
    ),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from(["query", "documentId", "extensions"]), values))
def test_any_request_is_a_registered_document_or_refused(value: dict[str, Any]) -> None:
    try:
        read = ONLY.read(from_json(value))
    except Refused:
        return
    assert read.query in {entry.text for entry in ENTRIES}


# manifests


def written(folder: Path, value: Any) -> Path:
    path = folder / "manifest.json"
    path.write_text(value if isinstance(value, str) else json.dumps(value))
    return path


@pytest.mark.parametrize("prefix", ["", "sha256:"])
def test_a_manifest_is_an_object_from_hash_to_text(prefix: str, tmp_path: Path) -> None:
    path = written(tmp_path, {prefix + sha256(text): text for text in (HELLO, COUNT)})
    assert manifest(path) == tuple(Entry(sha256(one), one, client=path.stem) for one in (HELLO, COUNT))


def test_a_folder_holds_a_manifest_for_each_client(tmp_path: Path) -> None:
    for client, text in (("web", HELLO), ("mobile", COUNT)):
        (tmp_path / f"{client}.json").write_text(json.dumps({sha256(text): text}))
    assert [(one.client, one.text) for one in manifest(tmp_path)] == [("mobile", COUNT), ("web", HELLO)]


def test_a_manifest_may_be_apollos_own(tmp_path: Path) -> None:
    operation = {"id": sha256(HELLO), "name": "Hello", "type": "query", "body": HELLO}
    path = written(
        tmp_path, {"format": "apollo-persisted-query-manifest", "version": 1, "operations": [operation]}
    )
    assert manifest(path) == (Entry(sha256(HELLO), HELLO, "Hello", path.stem),)


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("{", "not JSON"),
        ("[]", "not an object"),
        ({UNKNOWN: HELLO}, "not the SHA-256 of its document"),
        ({"d41d8cd98f00b204e9800998ecf8427e": HELLO}, "not a SHA-256"),
        ({UNKNOWN: {"text": HELLO}}, "must be strings"),
        ({"format": "other", "version": 1, "operations": []}, "neither hash to document"),
        (
            {"format": "apollo-persisted-query-manifest", "version": 2, "operations": []},
            "neither hash to document",
        ),
        (
            {"format": "apollo-persisted-query-manifest", "version": 1, "operations": {}},
            "neither hash to document",
        ),
        ({"format": "apollo-persisted-query-manifest", "version": 1, "operations": [5]}, "not an object"),
        (
            {
                "format": "apollo-persisted-query-manifest",
                "version": 1,
                "operations": [{"id": UNKNOWN, "body": 5}],
            },
            "must be strings",
        ),
    ],
)
def test_a_manifest_with_a_fault_is_refused_and_names_it(value: Any, why: str, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=why) as refused:
        manifest(written(tmp_path, value))
    assert refused.value.field == "trusted_documents"


def test_a_manifest_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="No such file"):
        manifest(tmp_path / "missing.json")
