"""Today's presence as a frontend sees it: by both read paths, over a subscription, and through a served stream."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import httpx
import orjson
import pytest
from graphql import parse
from websockets.asyncio.client import connect

from eperf.adapters.broker import Bell
from eperf.domain.access import Role
from eperf.domain.attendance.punch import PunchKind
from eperf.planner.plans import Plan, Plans
from eperf.planner.read import Reader
from eperf.planner.steering import steering
from eperf.planner.writer import writer
from eperf.schema.context import Context
from eperf.schema.ids import global_id
from eperf.schema.scalars import FORMS
from eperf.services.attendance import live
from eperf.services.attendance.clock import clock
from eperf.store import database as store
from eperf.store import log
from eperf.store.access import TokenRow
from eperf.store.sqlite import Unfit
from tests.app.graphql.listen import listening
from tests.app.graphql.talk import PROTOCOL, Talk
from tests.faults.workload import populate, token_of
from tests.schema.conftest import SCHEMA, Ask
from tests.support.database import run
from tests.support.server import Server
from tests.support.town import NOW, Town

AUDITOR = (Role.AUDITOR, "city")
FACTS = "date total present late onLeave onDuty notSeen off"
QUERY = (
    "{ units { nodes { code presence { %s } } } employees { nodes { name presence { date state status firstIn lastOut } } } }"
    % FACTS
)
LIVE = (
    "subscription($unit: ID!) { presence(unit: $unit) { unit { code } presence { %s } changed { name presence { state } } more } }"
    % FACTS
)


async def test_the_units_and_the_people_of_a_screen_are_one_request(town: Town, ask: Ask) -> None:
    await clock(town.call("Budi"), PunchKind.IN)
    answer = await ask("Sri", QUERY)
    assert answer.errors is None
    units = {one["code"]: one["presence"] for one in answer.data["units"]["nodes"]}
    own = {"date": "2026-11-24", "total": 3, "late": 1, "notSeen": 2} | dict.fromkeys(
        ("present", "onLeave", "onDuty", "off"), 0
    )
    assert units == {"city": own, "office": own, "archive": own | {"total": 0, "late": 0, "notSeen": 0}}
    people = {one["name"]: one["presence"] for one in answer.data["employees"]["nodes"]}
    assert people["Budi"]["state"] == "LATE"
    assert people["Budi"]["firstIn"] == "2026-11-24T03:00:00Z"
    assert people["Wati"] == {
        "date": "2026-11-24", "state": "NOT_SEEN", "status": "open", "firstIn": None, "lastOut": None,
    }  # fmt: skip


async def test_who_may_read_people_but_no_attendance_sees_no_presence(town: Town, ask: Ask) -> None:
    await clock(town.call("Budi"), PunchKind.IN)
    answer = await ask("Eka", QUERY, (Role.SIGNER, "city"))
    assert answer.errors is None
    people = {one["name"]: one["presence"] for one in answer.data["employees"]["nodes"]}
    assert {name for name, shown in people.items() if shown is not None} == {"Eka"}
    assert len(people) == 5
    assert {one["presence"]["total"] for one in answer.data["units"]["nodes"]} == {0, 1}


@pytest.mark.parametrize("who", ["Sri", "Eka"])
async def test_both_read_paths_show_the_same_presence(town: Town, who: str) -> None:
    for name in ("Budi", "Eka"):
        await clock(town.call(name), PunchKind.IN)

    def context() -> Context:
        return Context(town.viewer(who), "en", "test", lambda: NOW, town.registry, Bell())

    plans = Plans(Reader(SCHEMA, FORMS), writer(store.dialect()), store.text, Unfit)
    document = parse(QUERY)
    roots = plans.roots(Plan(steering(document)), document, document.definitions[0], {})  # type: ignore[arg-type]
    by_plan = await plans.answer(roots, {}, context())
    resolved = await SCHEMA.execute(QUERY, context_value=context())
    assert resolved.errors is None
    assert orjson.dumps({"data": resolved.data}) == by_plan


async def test_a_month_of_a_unit_has_its_days_with_their_people_steps_and_corrections(
    town: Town, ask: Ask
) -> None:
    await clock(town.call("Budi"), PunchKind.IN)
    await clock(town.call("Eka"), PunchKind.IN)
    text = """{ unit(code: "office") {
      attendance(month: "2026-11") { nodes { date status employee { name } unit { code } steps { rule text } } }
      day: attendance(month: "2026-11", date: "2026-11-25") { nodes { date } }
      corrections(month: "2026-11") { nodes { date } } }
      me { punches(month: "2026-11", date: "2026-11-24") { nodes { kind } }
        gone: punches(month: "2026-10") { nodes { kind } } } }"""
    answer = await ask("Eka", text, AUDITOR)
    assert answer.errors is None
    [day] = answer.data["unit"]["attendance"]["nodes"]
    assert (day["status"], day["employee"], day["unit"]) == (
        "late",
        {"name": "Budi"},
        {"code": "office"},
    )
    assert day["steps"]
    assert answer.data["unit"]["day"]["nodes"] == answer.data["unit"]["corrections"]["nodes"] == []
    assert answer.data["me"]["punches"]["nodes"] == [{"kind": "in"}]
    assert answer.data["me"]["gone"]["nodes"] == []


async def test_the_subscription_names_who_has_changed_and_how_they_stand_now(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "PAUSE_SECONDS", 0.05)
    context = Context(town.viewer("Sri"), "en", "test", lambda: NOW, town.registry, Bell(look_again=0.05))
    given = {"unit": global_id("Unit", town.units["city"])}
    heard: Any = await SCHEMA.subscribe(LIVE, variable_values=given, context_value=context)
    async with asyncio.timeout(10):
        first = await anext(heard)
        assert first.errors is None
        assert first.data["presence"]["changed"] == []
        assert first.data["presence"]["presence"]["total"] == 3
        for name in ("Eka", "Budi"):
            await clock(town.call(name), PunchKind.IN)
        await log.number()
        second = (await anext(heard)).data["presence"]
    await heard.aclose()
    assert second["unit"] == {"code": "city"}
    assert second["presence"]["late"] == 1
    assert second["changed"] == [{"name": "Budi", "presence": {"state": "LATE"}}]
    assert second["more"] is False


CLOCK_IN = "mutation { clockIn { __typename } }"


def text_for(town: Town) -> str:
    return LIVE.replace("($unit: ID!)", "").replace("$unit", f'"{global_id("Unit", town.units["city"])}"')


async def _token(url: str, town: Town, name: str) -> int:
    await store.connect(url)
    try:
        return (await TokenRow.get(account_id=town.accounts[name])).id
    finally:
        await store.disconnect()


def test_a_served_live_view_tells_of_a_tap_and_ends_when_the_token_is_revoked(
    database_url: str, serve: Callable[..., Server]
) -> None:
    town = populate(database_url)
    host = serve(database_url).url.removeprefix("http://")
    number = run(_token(database_url, town, "Sri"))
    revoke = [sys.executable, "-m", "eperf", "token", "revoke", str(number)]

    async def play() -> tuple[Any, Any, list[Any]]:
        async with listening(host, text_for(town), 30, authorization=f"Bearer {token_of('Sri')}") as ear:
            first = await ear.hear()
            async with httpx.AsyncClient(base_url=f"http://{host}") as http:
                answer = await http.post(
                    "/graphql",
                    json={"query": CLOCK_IN},
                    headers={"authorization": f"Bearer {token_of('Budi')}"},
                )
                assert answer.json() == {"data": {"clockIn": {"__typename": "Punch"}}}
            # The numbers may be ahead of the log, which names Budi in the next message then.
            second = await ear.hear()
            while not second["data"]["presence"]["changed"]:
                second = await ear.hear()
            await asyncio.to_thread(
                subprocess.run,
                revoke,
                env={**os.environ, "EPERF_DATABASE_URL": database_url},
                check=True,
                timeout=60,
            )
            return first, second, await ear.to_the_end()

    first, second, rest = run(play())
    assert first["data"]["presence"]["presence"]["total"] == 3
    assert [one["name"] for one in second["data"]["presence"]["changed"]] == ["Budi"]
    assert rest[-2]["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
    assert rest[-1] == "complete"


def test_a_served_live_view_comes_over_a_socket(database_url: str, serve: Callable[..., Server]) -> None:
    town = populate(database_url)
    host = serve(database_url).url.removeprefix("http://")

    async def play() -> Any:
        async with connect(f"ws://{host}/graphql", subprotocols=PROTOCOL) as socket:
            talk = await Talk(socket).init({"authorization": f"Bearer {token_of('Sri')}"})
            await talk.subscribe(text_for(town))
            return await talk.hear()

    assert run(play())["payload"]["data"]["presence"]["presence"]["total"] == 3
