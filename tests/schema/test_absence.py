"""The ledger of absence as a frontend sees it, by both read paths."""

from __future__ import annotations

from datetime import date
from typing import Any

import orjson
import pytest
from graphql import parse

from eperf.adapters.broker import Bell
from eperf.domain.access import Role
from eperf.planner.plans import Plan, Plans
from eperf.planner.read import Reader
from eperf.planner.steering import steering
from eperf.planner.writer import writer
from eperf.schema.context import Context
from eperf.schema.scalars import FORMS
from eperf.store import database as store
from eperf.store.attendance import DayRow
from eperf.store.sqlite import Unfit
from tests.schema.conftest import SCHEMA, Ask
from tests.support.town import NOW, Town

QUERY = """{ employees { nodes { name absence { year absentDays longestRun lateMin earlyMin daysFromMinutes
  minutesBasis withMinutes { tier }
  proposal { tier penaltyClass text because salaryStopsNextMonth legalBasis duties { duty legalBasis text } } } } } }"""


async def absent(town: Town, who: str, *days: date) -> None:
    for day in days:
        await DayRow.create(
            employee_id=town.people[who], unit_id=town.units["office"], date=day, status="absent",
            missing_taps=0, policy="test", policy_version="1", steps=[],
        )  # fmt: skip


def year(data: dict[str, Any], name: str) -> dict[str, Any]:
    person = next(one for one in data["employees"]["nodes"] if one["name"] == name)
    shown: dict[str, Any] = person["absence"][0]
    return shown


async def test_a_proposal_says_what_it_rests_on_and_what_has_to_happen_first(town: Town, ask: Ask) -> None:
    await absent(town, "Budi", *(date(2026, 3, day) for day in (2, 3, 4)))
    answer = await ask("Sri", QUERY)
    assert answer.errors is None
    shown = year(answer.data, "Budi")
    assert (shown["year"], shown["absentDays"], shown["longestRun"]) == (2026, 3, 3)
    assert shown["proposal"]["tier"] == "oral_warning"
    assert shown["proposal"]["text"] == "Oral warning"
    assert shown["proposal"]["legalBasis"] == "PP 94/2021 pasal 8-11"
    assert [duty["duty"] for duty in shown["proposal"]["duties"]] == ["summon", "examine", "act"]
    assert year(answer.data, "Wati")["proposal"]["tier"] == "none"
    assert year(answer.data, "Wati")["proposal"]["duties"] == []


async def test_who_may_read_a_person_but_not_the_attendance_sees_no_ledger(town: Town, ask: Ask) -> None:
    answer = await ask("Eka", QUERY, (Role.SIGNER, "city"))
    assert answer.errors is None
    ledgers = {one["name"]: one["absence"] for one in answer.data["employees"]["nodes"]}
    assert {name for name, ledger in ledgers.items() if ledger is not None} == {"Eka"}
    assert len(ledgers) == 5


async def test_a_ledger_of_too_many_at_once_is_refused_with_the_limit(
    town: Town, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("eperf.services.attendance.discipline.MOST", 2)
    answer = await ask("Sri", QUERY)
    assert {str(error.original_error) for error in answer.errors} == {"The limit absence of 2 was passed: 3."}


@pytest.mark.parametrize("language", ["id", "en"])
async def test_both_read_paths_show_the_same_ledger(town: Town, language: str) -> None:
    await absent(town, "Budi", *(date(2026, 3, day) for day in range(2, 14)))
    viewer = town.viewer("Sri")

    def context() -> Context:
        return Context(viewer, language, "test", lambda: NOW, town.registry, Bell())

    plans = Plans(Reader(SCHEMA, FORMS), writer(store.dialect()), store.text, Unfit)
    document = parse(QUERY)
    roots = plans.roots(Plan(steering(document)), document, document.definitions[0], {})  # type: ignore[arg-type]
    by_plan = await plans.answer(roots, {}, context())
    resolved = await SCHEMA.execute(QUERY, context_value=context())
    assert resolved.errors is None
    assert orjson.dumps({"data": resolved.data}) == by_plan
    shown = year(resolved.data, "Budi")["proposal"]
    assert shown["tier"] == "dismissal"
    assert shown["text"].startswith("Pemberhentian" if language == "id" else "Honourable")
