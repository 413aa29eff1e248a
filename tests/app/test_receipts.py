"""Receipts over HTTP on a real server: a file for who may have it, a refusal for everybody else."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from eperf.app import auth, receipts
from eperf.app.house import House
from eperf.schema.ids import global_id
from eperf.services import receipt
from eperf.services.access.token import NewToken, create_token
from eperf.store.adjustment import AdjustmentRow
from tests.support.closed import POINTS, adjusted, chosen, closed, scored, worked
from tests.support.house import house_of, serving
from tests.support.town import NOW, Town, build


@dataclass
class Desk:
    """A town whose receipts are served."""

    town: Town
    house: House
    tokens: dict[str, str]
    client: httpx.AsyncClient

    async def get(self, number: str, name: str = "Budi", query: str = "period=2026-10") -> httpx.Response:
        headers = {"authorization": f"Bearer {self.tokens[name]}"}
        return await self.client.get(f"/receipts/{number}?{query}", headers=headers)

    def id_of(self, kind: str, name: str) -> str:
        return global_id(kind, self.town.people[name] if kind == "Employee" else self.town.units[name])


@pytest.fixture
async def desk(database: str, tmp_path: Path) -> AsyncIterator[Desk]:
    town = await build()
    house = house_of(database, tmp_path / "data", town.registry, lambda: NOW)
    tokens = {
        name: str((await create_token(house.call(), NewToken("test"), account)).token)
        for name, account in town.accounts.items()
    }
    await chosen(town, POINTS, {})
    await worked(town)
    await scored(town)
    async with (
        serving(receipts.routes(house, auth.build(house))) as port,
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client,
    ):
        yield Desk(town, house, tokens, client)


async def test_a_receipt_is_a_file_that_verifies(desk: Desk) -> None:
    answer = await desk.get(desk.id_of("Employee", "Budi"))
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/zip")
    assert answer.headers["content-disposition"].startswith('attachment; filename="employee-')
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert receipt.verify(desk.town.registry, answer.content).people == 1


async def test_an_entry_has_a_receipt_by_its_id(desk: Desk) -> None:
    kept = desk.house.blobs()
    await closed(desk.town, kept)
    await worked(desk.town)
    await adjusted(desk.town, kept)
    entry = await AdjustmentRow.get()
    answer = await desk.get(global_id("Adjustment", entry.id), query="")
    assert receipt.verify(desk.town.registry, answer.content).people == 1
    assert (await desk.get(global_id("Adjustment", entry.id), "Wati")).status_code == 403


@pytest.mark.parametrize(
    ("kind", "name", "who", "query", "status"),
    [
        ("Employee", "Budi", "Wati", "period=2026-10", 403),
        ("Employee", "Budi", "Sri", "period=2026-10", 200),
        ("Employee", "Budi", "Budi", "period=2026-09", 404),
        ("Employee", "Budi", "Budi", "period=2026", 400),
        ("Employee", "Budi", "Budi", "", 400),
        ("Unit", "office", "Budi", "period=2026-10", 403),
    ],
)
async def test_who_may_not_have_it_is_refused(
    desk: Desk, kind: str, name: str, who: str, query: str, status: int
) -> None:
    assert (await desk.get(desk.id_of(kind, name), who, query)).status_code == status


@pytest.mark.parametrize("number", ["x", global_id("Score", 1), global_id("Employee", 2**40)])
async def test_what_is_no_receipt_is_not_found(desk: Desk, number: str) -> None:
    assert (await desk.get(number)).status_code == 404


async def test_nobody_gets_one_without_a_token(desk: Desk) -> None:
    answer = await desk.client.get(f"/receipts/{desk.id_of('Employee', 'Budi')}?period=2026-10")
    assert answer.status_code == 401
