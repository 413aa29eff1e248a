"""Routes of plugins stand behind the same door as eperf's own, and what they do is done whole or not at all."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from eperf.app import auth
from eperf.app.guests.routes import routes
from eperf.domain.events import ScoreChanged
from eperf.plugins import BadInput, Event
from eperf.plugins.service import Desk, HttpReply, HttpRequest, HttpRoute, Permission, Reach, Role
from eperf.schema.ids import global_id
from eperf.services.access.token import NewToken, create_token
from eperf.store.event import EventRow
from eperf.store.people import EmployeeRow
from eperf.testing import registry_of
from tests.plugins.samples import module
from tests.support.house import house_of, serving
from tests.support.town import NOW, Town, build

READ = Permission("sample.read", {Role.EMPLOYEE: Reach.SELF, Role.SUPERVISOR: Reach.REPORTS})
Ask = Callable[..., Any]


@dataclass(frozen=True, kw_only=True)
class Renamed(Event):
    """An employee has another name."""

    kind = "sample.renamed"
    subject_type = "Employee"


async def names(desk: Desk, request: HttpRequest) -> HttpReply:
    return HttpReply(json.dumps([one.name for one in await desk.people()]).encode(), filename="names.json")


async def one(desk: Desk, request: HttpRequest) -> HttpReply:
    person = await desk.person(request.path["id"], "id")
    return HttpReply(person.name.encode(), "text/plain; charset=utf-8")


async def rename(desk: Desk, request: HttpRequest) -> HttpReply:
    """Renames, tells it, and then does what it is told to."""
    person = await desk.person(request.path["id"], "id")
    await EmployeeRow.filter(id=person.id).update(name=request.body.decode())
    desk.emit(Renamed(subject_id=person.id, employee_id=person.id, unit_id=person.unit_id))
    how = request.query.get("then", "")
    if how == "fails":
        raise ValueError("secret detail")
    if how == "leaves":
        sys.exit(3)
    if how == "refuses":
        raise BadInput("name", request.body.decode(), "not liked")
    if how == "hangs":
        await asyncio.sleep(60)
    if how == "lies":
        desk.emit(ScoreChanged(subject_id=1, period="2026-11", score_h=1, previous_h=None, state="final"))
    return {"not": "a reply"} if how == "babbles" else HttpReply(b"", status=201)  # type: ignore[return-value]


async def anybody(desk: Desk, request: HttpRequest) -> HttpReply:
    return HttpReply(json.dumps({"account": desk.account_id, "people": len(await desk.people())}).encode())


async def tells(desk: Desk, request: HttpRequest) -> HttpReply:
    desk.emit(Renamed(subject_id=1))
    return HttpReply(b"")


async def led(desk: Desk, request: HttpRequest) -> HttpReply:
    return HttpReply(b"asks nothing")


LEAD = Permission("sample.lead", {Role.UNIT_LEADER: Reach.SUBTREE})
ROUTES = [
    HttpRoute("GET", "/names", names, READ),
    HttpRoute("GET", "/people/{id}", one, READ),
    HttpRoute("POST", "/people/{id}", rename, READ),
    HttpRoute("GET", "/anybody", anybody),
    HttpRoute("GET", "/tells", tells, READ),
    HttpRoute("GET", "/led", led, LEAD),
]


@pytest.fixture
async def town(database: str) -> Town:
    return await build()


@pytest.fixture
async def ask(town: Town, database: str, tmp_path: Path) -> AsyncIterator[Ask]:
    registry = registry_of("sample", module(eperf_routes=lambda: ROUTES, eperf_event_kinds=lambda: [Renamed]))
    house = house_of(database, tmp_path / "data", registry, lambda: NOW, request_seconds=0.5, body_bytes=1024)
    tokens = {
        name: str((await create_token(house.call(), NewToken("test"), town.accounts[name])).token)
        for name in ("Sri", "Budi")
    }
    async with (
        serving(routes(house, auth.build(house))) as port,
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}/plugins/sample", trust_env=False) as client,
    ):

        async def send(who: str | None, method: str, path: str, **given: Any) -> httpx.Response:
            headers = {"accept-language": "en"} | (
                {} if who is None else {"authorization": f"Bearer {tokens[who]}"}
            )
            return await client.request(method, path, headers=headers, **given)

        yield send


async def test_a_desk_reaches_whom_the_permission_reaches(ask: Ask, town: Town) -> None:
    answer = await ask("Sri", "GET", "/names")
    assert answer.json() == ["Sri", "Budi", "Wati"]
    assert answer.headers["content-disposition"] == 'attachment; filename="names.json"'
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert (await ask("Budi", "GET", "/names")).json() == ["Budi"]
    wati = f"/people/{global_id('Employee', town.people['Wati'])}"
    assert (await ask("Sri", "GET", wati)).text == "Wati"
    for who, path, status, code in (
        ("Budi", wati, 403, "FORBIDDEN"),
        (None, wati, 401, "UNAUTHENTICATED"),
        ("Sri", "/people/nobody", 400, "BAD_INPUT"),
        ("Sri", f"/people/{global_id('Employee', 999)}", 404, "NOT_FOUND"),
        ("Sri", f"/people/{global_id('Unit', 1)}", 400, "BAD_INPUT"),
    ):
        refused = await ask(who, "GET", path)
        assert (refused.status_code, refused.json()["errors"][0]["code"]) == (status, code)


async def test_other_methods_and_paths_are_refused_as_everywhere(ask: Ask) -> None:
    answer = await ask("Sri", "PUT", "/names")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")
    assert (await ask("Sri", "HEAD", "/names")).status_code == 200
    assert (await ask("Sri", "GET", "/nothing")).status_code == 404


async def test_a_route_that_asks_nothing_is_still_kept_from_who_has_no_such_role(ask: Ask) -> None:
    assert (await ask("Sri", "GET", "/led")).status_code == 403


async def test_a_public_route_knows_no_caller_and_reaches_nobody(ask: Ask) -> None:
    refused = await ask("Sri", "GET", "/anybody")
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (403, "FORBIDDEN")


async def test_a_body_has_the_bound_of_the_others(ask: Ask, town: Town) -> None:
    wati = f"/people/{global_id('Employee', town.people['Wati'])}"
    assert (await ask("Sri", "POST", wati, content=b"x" * 1025)).status_code == 413
    assert (await EmployeeRow.get(id=town.people["Wati"])).name == "Wati"


WRONG = {"fails": 500, "leaves": 500, "refuses": 400, "hangs": 503, "lies": 500, "babbles": 500}


async def test_what_goes_wrong_is_masked_and_changes_nothing(ask: Ask, town: Town) -> None:
    wati = f"/people/{global_id('Employee', town.people['Wati'])}"
    for how, status in WRONG.items():
        answer = await ask("Sri", "POST", wati, params={"then": how}, content=b"Lain")
        assert answer.status_code == status, (how, answer.text)
        code = {400: "BAD_INPUT", 503: "UNAVAILABLE"}.get(status, "INTERNAL")
        assert answer.json()["errors"][0]["code"].startswith(code)
        assert "secret" not in answer.text
        assert (await EmployeeRow.get(id=town.people["Wati"])).name == "Wati", how
        assert not await EventRow.filter(kind__startswith="sample").exists()
    # The server lives, and its connection is fit for the next.
    assert (await ask("Sri", "POST", wati, content=b"Lain")).status_code == 201
    assert (await EmployeeRow.get(id=town.people["Wati"])).name == "Lain"
    told = await EventRow.get(kind="sample.renamed")
    assert (told.employee_id, told.account_id) == (town.people["Wati"], town.accounts["Sri"])


async def test_who_reads_tells_nothing(ask: Ask) -> None:
    assert (await ask("Sri", "GET", "/tells")).status_code == 500
    assert not await EventRow.filter(kind="sample.renamed").exists()
