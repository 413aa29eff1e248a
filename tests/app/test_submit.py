"""What `submitActivity` answers is what a query for the activity then answers, however it came to be shown."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from eperf.app import web
from eperf.schema.ids import global_id
from eperf.store import reporting
from eperf.store.access import TokenRow
from eperf.store.activity import ActivityRow
from eperf.store.file import FileRow
from tests.faults.workload import token_of
from tests.support.database import KIND
from tests.support.house import house_of
from tests.support.town import NOW, Town, build

Ask = Callable[..., Awaitable[Any]]

PLAIN = "__typename id date minutes quantity result state submittedAt decidedAt version"
AROUND = "employee { id name unit { name parent { name } } supervisor { name } } unit { id name } item { code points: pointsPerUnit }"
AMONG_OTHERS = "id employee { activities(first: 5) { nodes { id result } } }"
WITH_EVIDENCE = "id evidence { id sha256 }"


@pytest.fixture
async def town(database: str) -> Town:
    town = await build()
    for name in ("Budi", "Wati"):
        await TokenRow.create(
            account_id=town.accounts[name], name="test", created_at=NOW, expires_at=NOW + timedelta(days=1),
            digest=hashlib.sha256(token_of(name).encode()).hexdigest(),
        )  # fmt: skip
    return town


@pytest.fixture
async def ask(town: Town, database: str, tmp_path: Path) -> AsyncIterator[Ask]:
    built = web.build(house_of(database, tmp_path, town.registry, lambda: NOW))
    transport = httpx.ASGITransport(built.app)
    async with web.closing(built), httpx.AsyncClient(transport=transport, base_url="http://test") as client:

        async def run(text: str, variables: dict[str, Any], name: str = "Budi") -> Any:
            headers = {"Authorization": f"Bearer {token_of(name)}", "Accept": "application/json"}
            answer = await client.post(
                "/graphql", json={"query": text, "variables": variables}, headers=headers
            )
            assert "data" in answer.json(), answer.text
            return answer.json()["data"]

        yield run


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """For each report that was written: whether the statement that wrote it has shown it too."""
    real, outcomes = reporting.write, []

    async def write(*given: Any) -> Any:
        written = await real(*given)
        if written is not None:
            outcomes.append(written.text is not None)
        return written

    monkeypatch.setattr(reporting, "write", write)
    return outcomes


async def submit(ask: Ask, town: Town, fields: str, **changes: Any) -> Any:
    given = {
        "item": global_id("CatalogueItem", town.item), "date": "2026-11-24", "minutes": 30, "quantity": "1.5",
        "result": 'Rapat "koordinasi" $1 {0} ☕', **changes,
    }  # fmt: skip
    text = "mutation($input: SubmitActivityInput!) { submitActivity(input: $input) { ... on Activity { %s } ... on Problem { code } } }"
    return (await ask(text % fields, {"input": given}))["submitActivity"]


async def queried(ask: Ask, fields: str, number: str) -> Any:
    text = "query($id: ID!) { node(id: $id) { ... on Activity { %s } } }" % fields
    return (await ask(text, {"id": number}))["node"]


@pytest.mark.parametrize(
    ("fields", "at_once"),
    [(PLAIN, True), (f"{PLAIN} {AROUND}", True), (AMONG_OTHERS, False), (WITH_EVIDENCE, False)],
)
async def test_a_new_activity_is_shown_as_a_query_shows_it(
    town: Town, ask: Ask, told: list[bool], fields: str, at_once: bool
) -> None:
    """PostgreSQL shows at once what needs the new row alone; SQLite shows everything at once."""
    file = await FileRow.create(
        sha256="1" * 64, size=1, media_type="text/plain", account_id=town.accounts["Budi"], created_at=NOW
    )
    for number in range(2):  # the second by a remembered plan
        shown = await submit(
            ask, town, fields, evidence=[global_id("File", file.id)], idempotencyKey=f"k{number}"
        )
        assert shown == await queried(ask, fields, shown["id"])
        assert len(told) == number + 1
        assert told[-1] is (at_once or KIND == "sqlite")


async def test_an_answer_by_a_known_key_is_the_whole_activity_again(
    town: Town, ask: Ask, told: list[bool]
) -> None:
    first = await submit(ask, town, f"{PLAIN} {AROUND}", idempotencyKey="k")
    assert await submit(ask, town, f"{PLAIN} {AROUND}", idempotencyKey="k") == first
    assert len(told) == await ActivityRow.all().count() == 1


async def test_a_refusal_shows_no_activity(town: Town, ask: Ask, told: list[bool]) -> None:
    item = global_id("CatalogueItem", 999)
    assert await submit(ask, town, PLAIN, item=item) == {"code": "NOT_FOUND"}
    assert await submit(ask, town, PLAIN, minutes=0) == {"code": "BAD_INPUT"}
    assert told == []


DEEP = "id"
for _ in range(4):
    DEEP = "id employee { activities(first: 1) { nodes { %s } pageInfo { hasNextPage endCursor } } }" % DEEP


async def test_an_answer_beyond_the_databases_limits_is_put_together_by_the_resolvers_and_the_change_is_made_once(
    ask: Ask, town: Town
) -> None:
    for key in ("deep-1", "deep-1", "deep-2"):
        answer = await submit(
            ask, town, DEEP.replace("id employee", "id minutes employee", 1), idempotencyKey=key
        )
        assert answer["minutes"] == 30
        assert answer["employee"]["activities"]["nodes"]
    assert await ActivityRow.all().count() == 2


async def test_of_two_changes_each_is_made_once_though_the_second_answer_takes_the_resolvers(
    ask: Ask, town: Town
) -> None:
    given = {
        "item": global_id("CatalogueItem", town.item),
        "date": "2026-11-24",
        "minutes": 30,
        "quantity": "1.5",
        "result": "Rapat",
    }
    text = "mutation($a: SubmitActivityInput!, $b: SubmitActivityInput!) { a: submitActivity(input: $a) { ... on Activity { id } } b: submitActivity(input: $b) { ... on Activity { %s } } c: submitActivity(input: $a) { ... on Problem { code } } }"
    for round_ in (1, 2):
        data = await ask(text % DEEP, {"a": given, "b": {**given, "minutes": 0 if round_ == 2 else 20}})
        assert data["a"]["id"]
        assert await ActivityRow.all().count() == (3 if round_ == 1 else 5)
