"""The hostile documents of the bench, against a served town: refused with a code, the same on every way in."""

from __future__ import annotations

from typing import Any

import httpx

from bench.hostile import DOCUMENTS, Caller
from tests.faults.workload import token_of

CODES = {
    "BAD_REQUEST", "BAD_USER_INPUT", "GRAPHQL_PARSE_FAILED", "GRAPHQL_VALIDATION_FAILED", "LIMIT_EXCEEDED",
    "OPERATION_RESOLUTION_FAILURE",
}  # fmt: skip
CLOSED = {1007: "BAD_REQUEST", 1009: "LIMIT_EXCEEDED", 4400: "BAD_REQUEST"}


async def test_what_is_hostile_is_refused_alike_over_http_event_streams_and_sockets(
    town: dict[str, Any],
) -> None:
    caller = Caller(town["url"].removesuffix("/graphql"), token_of("Budi"))
    async with caller.http:
        # An ordinary request first, so that those like it may be answered without the checks of a first one.
        for query in ("{ me { id } }", "query($id: ID!) { employee(id: $id) { name } }"):
            given = {"query": query, "variables": {"id": town["ids"]["employee"]}}
            answer = await caller.http.post("/graphql", json=given, headers={"accept": "application/json"})
            assert answer.json()["data"], answer.text
        for name, body in DOCUMENTS.items():
            for _ in range(2):
                (here, _took), (there, _took) = await caller.over_http(body), await caller.over_events(body)
                assert here, f"{name} was not refused"
                assert here <= CODES, name
                assert (name, there) == (name, here)
            outcome, _took = await caller.over_a_socket(body)
            if isinstance(outcome, set):
                assert (name, outcome) == (name, here)
            else:
                # A socket's message that is none ends the socket, so a limit of its JSON does too.
                assert CLOSED[outcome] in here or outcome == 4400, (name, outcome)
                assert here <= {"BAD_REQUEST", "LIMIT_EXCEEDED"}, name
        with_ids = await caller.http.post("/graphql", json={"query": "{ me { id } }"})
        assert with_ids.status_code == httpx.codes.OK
