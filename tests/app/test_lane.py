"""The lean lane of a whole application: the same answers as the ordinary way, and nothing it may not decide."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from eperf.app.graphql.engine import Engine
from eperf.schema.ids import global_id
from eperf.store.activity import ActivityRow
from tests.app.test_submit import DEEP
from tests.app.test_web_limits import Door, opened

ME = "query Me { me { name unit { name } } }"


@pytest.fixture
def lean(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Whether each request that the lane took up was answered there."""
    seen: list[bool] = []
    remembered = Engine.remembered

    async def watched(self: Engine, *given: Any) -> bytes | None:
        answer = await remembered(self, *given)
        seen.append(answer is not None)
        return answer

    monkeypatch.setattr(Engine, "remembered", watched)
    return seen


async def _post(door: Door, token: str, body: dict[str, Any], **headers: str) -> Any:
    sent = {
        "authorization": f"Bearer {token}",
        **{name.replace("_", "-"): text for name, text in headers.items()},
    }
    return await door._client.post("/graphql", json=body, headers=sent)


async def test_a_request_like_an_earlier_one_gets_the_same_answer_under_the_same_headers(
    database: str, tmp_path: Path, lean: list[bool]
) -> None:
    async with opened(database, tmp_path) as door:
        token = await door.token("Budi")
        first, second = [await _post(door, token, {"query": ME}) for _ in range(2)]
        assert lean == [True]
        assert first.content == second.content
        assert first.json()["data"]["me"]["name"] == "Budi"
        names = [name for name in first.headers if name != "date"]
        assert sorted(names) == sorted(name for name in second.headers if name != "date")
        for name in set(names) - {"x-request-id"}:
            assert first.headers[name] == second.headers[name], name
        assert first.headers["x-request-id"] != second.headers["x-request-id"]


async def test_the_lane_keeps_a_callers_request_id_and_minds_no_header_of_a_proxy(
    database: str, tmp_path: Path, lean: list[bool]
) -> None:
    async with opened(database, tmp_path) as door:
        token = await door.token("Budi")
        await _post(door, token, {"query": ME})
        answer = await _post(door, token, {"query": ME}, x_request_id="abc-1", traceparent="00-1-2-3")
        assert answer.headers["x-request-id"] == "abc-1"
        strange = await _post(door, token, {"query": ME}, x_request_id="a b")
        assert strange.headers["x-request-id"] != "a b"
        assert lean == [True, True]


async def test_the_lane_shows_each_caller_their_own(database: str, tmp_path: Path, lean: list[bool]) -> None:
    async with opened(database, tmp_path) as door:
        tokens = {name: await door.token(name) for name in ("Budi", "Joko")}
        for _ in range(3):
            for name, token in tokens.items():
                assert (await _post(door, token, {"query": ME})).json()["data"]["me"]["name"] == name
        assert sum(lean) >= 4


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"query": "{ me {"}, 200),
        ({"query": "{ nothing }"}, 200),
        ({"query": ME, "operationName": "Other"}, 200),
        ({"query": "query($id: ID!) { employee(id: $id) { name } }", "variables": {"id": "forged"}}, 200),
        (
            {
                "query": "query($first: Int) { units(first: $first) { nodes { name } } }",
                "variables": {"first": 0},
            },
            200,
        ),
        ({"variables": {}}, 400),
    ],
)
async def test_what_is_refused_is_refused_alike_the_second_time(
    database: str, tmp_path: Path, lean: list[bool], body: dict[str, Any], status: int
) -> None:
    async with opened(database, tmp_path) as door:
        token = await door.token("Budi")
        await _post(door, token, {"query": ME})
        answers = [await _post(door, token, body) for _ in range(3)]
        assert {answer.status_code for answer in answers} == {status}
        assert all("errors" in answer.json() for answer in answers)
        assert len({answer.content for answer in answers}) == 1
        assert True not in lean


async def test_a_body_that_does_not_come_at_once_takes_the_ordinary_way(
    database: str, tmp_path: Path, lean: list[bool]
) -> None:
    async with opened(database, tmp_path) as door:
        token = await door.token("Budi")
        await _post(door, token, {"query": ME})

        async def slowly() -> Any:
            yield b'{"query": '
            await asyncio.sleep(0.4)
            yield b'"{ me { name } }"}'

        answer = await door._client.post(
            "/graphql",
            content=slowly(),
            headers={"authorization": f"Bearer {token}", "content-type": "application/json"},
        )
        assert answer.json()["data"]["me"]["name"] == "Budi"
        assert lean == []


async def test_a_change_whose_answer_takes_the_resolvers_is_made_once_in_the_lane_too(
    database: str, tmp_path: Path, lean: list[bool]
) -> None:
    async with opened(database, tmp_path) as door:
        token = await door.token("Budi")
        await _post(door, token, {"query": ME})
        text = "mutation($input: SubmitActivityInput!) { submitActivity(input: $input) { ... on Activity { %s } } }"
        given = {"item": global_id("CatalogueItem", door._town.item), "date": "2026-11-24", "minutes": 30}
        given |= {"quantity": "1.5", "result": "Rapat"}
        for number in range(1, 4):
            body = {"query": text % DEEP, "variables": {"input": given}}
            answer = (await _post(door, token, body)).json()
            assert answer["data"]["submitActivity"]["employee"]["activities"]["nodes"], answer
            assert await ActivityRow.all().count() == number
        assert lean[-2:] == [True, True]
