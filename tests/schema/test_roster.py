"""The roster as a frontend meets it."""

from __future__ import annotations

from typing import Any

from eperf.domain.access import Role
from eperf.schema.ids import global_id
from tests.schema.conftest import Ask
from tests.support.town import Town

ADMIN = (Role.PERSONNEL_ADMIN, "city")
ASSIGN = """mutation($in: AssignShiftInput!) { found: assignShift(input: $in) {
  ... on Employee { id roster(since: "2026-11-16", until: "2026-11-18") { nodes { date name start end breakMinutes
    employee { name } } } }
  ... on Problem { code field } } }"""
WITHDRAW = """mutation($in: WithdrawShiftInput!) { found: withdrawShift(input: $in) {
  ... on Employee { roster { nodes { date } } } ... on Problem { code field } } }"""


def night(town: Town, **changes: Any) -> dict[str, Any]:
    budi = global_id("Employee", town.people["Budi"])
    given = {
        "employee": budi,
        "days": ["2026-11-16", "2026-11-17"],
        "name": "Malam",
        "start": "22:00",
        "end": "06:00",
    }
    return {"in": {**given, "breakMinutes": 60, **changes}}


async def test_a_shift_is_assigned_read_and_withdrawn(ask: Ask, town: Town) -> None:
    found = (await ask("Eka", ASSIGN, ADMIN, **night(town))).data["found"]
    shift = {
        "name": "Malam",
        "start": "22:00",
        "end": "06:00",
        "breakMinutes": 60,
        "employee": {"name": "Budi"},
    }
    assert found["roster"]["nodes"] == [{"date": "2026-11-16", **shift}, {"date": "2026-11-17", **shift}]
    away = {"in": {"employee": found["id"], "days": ["2026-11-16"]}}
    left = (await ask("Eka", WITHDRAW, ADMIN, **away)).data["found"]
    assert left["roster"]["nodes"] == [{"date": "2026-11-17"}]


async def test_what_cannot_be_is_a_problem_with_its_field(ask: Ask, town: Town) -> None:
    for changes, field in (({"end": "12:30"}, "end"), ({"days": []}, "days"), ({"start": "7:00"}, "start")):
        assert (await ask("Eka", ASSIGN, ADMIN, **night(town, **changes))).data["found"]["field"] == field
    refused = (await ask("Budi", ASSIGN, **night(town))).data["found"]
    assert refused == {"code": "FORBIDDEN", "field": "employee"}
