"""Leave, duty orders and the calendar as a frontend meets them."""

from __future__ import annotations

from typing import Any

import pytest

from eperf.domain.access import Role
from eperf.schema.ids import global_id
from eperf.store.file import FileRow
from tests.schema.conftest import Ask
from tests.support.town import NOW, Town

ADMIN = (Role.PERSONNEL_ADMIN, "city")
ASK = """mutation($in: RequestLeaveInput!) { requestLeave(input: $in) {
  ... on Leave { id kind firstDay lastDay workingDays state version employee { name } files { mediaType } }
  ... on Problem { code field } } }"""
DECIDE = """mutation($in: LeaveDecisionInput!) { found: %s(input: $in) {
  ... on Leave { state version decidedBy { name } decisionNote } ... on Problem { code field } } }"""
BRING = """mutation($in: RequestDutyInput!) { requestDuty(input: $in) {
  ... on DutyOrder { id kind state letter place } ... on Problem { code field } } }"""
ENTER = """mutation($in: AddCalendarEntryInput!) { addCalendarEntry(input: $in) {
  ... on CalendarEntry { id kind firstDay lastDay adds legalBasis unit { code } withdrawnAt }
  ... on Problem { code field } } }"""
ANNUAL = {"kind": "ANNUAL", "firstDay": "2026-11-23", "lastDay": "2026-11-25", "reason": "Acara keluarga"}


async def requested(ask: Ask, name: str = "Budi", **changes: Any) -> Any:
    result = await ask(name, ASK, **{"in": {**ANNUAL, **changes}})
    assert result.errors is None
    return result.data["requestLeave"]


async def letter(town: Town, name: str = "Budi") -> str:
    row = await FileRow.create(
        sha256="a" * 64, size=1, media_type="application/pdf", account_id=town.accounts[name], created_at=NOW
    )
    return global_id("File", row.id)


async def test_leave_from_the_request_to_the_day(town: Town, ask: Ask) -> None:
    asked = await requested(ask)
    number = asked.pop("id")
    assert asked == {
        "kind": "ANNUAL", "firstDay": "2026-11-23", "lastDay": "2026-11-25", "workingDays": 3, "state": "REQUESTED",
        "version": 1, "employee": {"name": "Budi"}, "files": [],
    }  # fmt: skip
    waiting = await ask("Sri", "{ leavesToDecide { nodes { id reason } } }")
    assert waiting.data["leavesToDecide"]["nodes"] == [{"id": number, "reason": "Acara keluarga"}]
    decided = await ask("Sri", DECIDE % "approveLeave", **{"in": {"leave": number}})
    assert decided.data["found"] == {
        "state": "APPROVED", "version": 2, "decidedBy": {"name": "Sri"}, "decisionNote": None,
    }  # fmt: skip
    again = await ask("Sri", DECIDE % "refuseLeave", **{"in": {"leave": number, "note": "Tidak"}})
    assert again.data["found"] == {"code": "CONFLICT", "field": "leave"}
    mine = await ask(
        "Budi",
        """{ me { leaves(since: "2026-11-25", until: "2026-11-30") { nodes { state } }
        later: leaves(since: "2026-11-26") { nodes { state } }
        attendance(month: "2026-11") { nodes { date status steps { text } } } } }""",
    )
    assert mine.data["me"]["leaves"]["nodes"] == [{"state": "APPROVED"}]
    assert mine.data["me"]["later"]["nodes"] == []
    days = {day["date"]: day["status"] for day in mine.data["me"]["attendance"]["nodes"]}
    assert days == {"2026-11-23": "leave", "2026-11-24": "leave"}


async def test_a_problem_names_its_code_and_the_input_that_caused_it(town: Town, ask: Ask) -> None:
    cases = [
        ({"lastDay": "2026-11-22"}, {"code": "BAD_INPUT", "field": "lastDay"}),
        ({"kind": "SICK"}, {"code": "LEAVE_NOT_ALLOWED", "field": "files"}),
        ({"kind": "MATERNITY", "child": 4}, {"code": "LEAVE_NOT_ALLOWED", "field": "child"}),
        ({"reason": ""}, {"code": "BAD_INPUT", "field": "reason"}),
        ({"files": ["wrong"]}, {"code": "BAD_INPUT", "field": "files"}),
        ({"files": [await letter(town, "Wati")]}, {"code": "NOT_FOUND", "field": "files"}),
        ({"travelDays": -1}, {"code": "BAD_INPUT", "field": "travelDays"}),
    ]
    for changes, problem in cases:
        assert await requested(ask, **changes) == problem, changes
    await requested(ask)
    assert await requested(ask) == {"code": "SPAN_TAKEN", "field": "firstDay"}


async def test_who_may_not_see_a_leave_may_not_know_of_it(town: Town, ask: Ask) -> None:
    number = (await requested(ask))["id"]
    text = "query($id: ID!) { node(id: $id) { id } leaves { nodes { id } } leavesToDecide { nodes { id } } }"
    for viewer, grants, seen, decides in (
        ("Budi", (), True, False),
        ("Sri", (), True, True),
        ("Wati", (), False, False),
        ("Eka", (), False, False),
        ("Eka", (ADMIN,), True, False),
        ("Eka", ((Role.INTEGRATOR, "city"),), False, False),
        ("Eka", ((Role.SIGNER, "city"),), False, False),
    ):
        found = (await ask(viewer, text, *grants, id=number)).data
        assert (found["node"] is not None) == seen, viewer
        assert (found["leaves"]["nodes"] != []) == seen, viewer
        assert (found["leavesToDecide"]["nodes"] != []) == decides, viewer
        if not seen:
            refused = await ask(viewer, DECIDE % "approveLeave", *grants, **{"in": {"leave": number}})
            assert refused.data["found"] == {"code": "NOT_FOUND", "field": "leave"}
    own = await ask("Budi", DECIDE % "approveLeave", **{"in": {"leave": number}})
    assert own.data["found"] == {"code": "FORBIDDEN", "field": "leave"}


async def test_a_list_is_narrowed_by_unit_state_and_period(town: Town, ask: Ask) -> None:
    number = (await requested(ask))["id"]
    office, archive = (global_id("Unit", town.units[code]) for code in ("office", "archive"))
    text = "query($f: RequestFilter) { leaves(filter: $f) { nodes { id } } }"
    for given, found in (
        ({"unit": office, "state": "REQUESTED"}, True),
        ({"unit": archive}, False),
        ({"state": "APPROVED"}, False),
        ({"since": "2026-11-25", "until": "2026-11-25"}, True),
        ({"since": "2026-11-26"}, False),
        ({"until": "2026-11-22"}, False),
        ({}, True),
    ):
        answer = await ask("Sri", text, f=given)
        assert answer.data["leaves"]["nodes"] == ([{"id": number}] if found else []), given


async def test_a_duty_order_is_brought_with_its_letter_and_shows_it_to_who_decides(
    town: Town, ask: Ask
) -> None:
    given = {
        "kind": "OUT_OF_TOWN", "firstDay": "2026-11-23", "lastDay": "2026-11-23", "letter": "090/12/2026",
        "place": "Surabaya", "reason": "Rapat koordinasi", "files": [await letter(town)],
    }  # fmt: skip
    bare = await ask("Budi", BRING, **{"in": {**given, "files": []}})
    assert bare.data["requestDuty"] == {"code": "LEAVE_NOT_ALLOWED", "field": "files"}
    done = (await ask("Budi", BRING, **{"in": given})).data["requestDuty"]
    shown = await ask("Sri", "{ dutyOrdersToDecide { nodes { id files { mediaType } employee { name } } } }")
    assert shown.data["dutyOrdersToDecide"]["nodes"] == [
        {"id": done["id"], "files": [{"mediaType": "application/pdf"}], "employee": {"name": "Budi"}}
    ]
    decide = "mutation($in: DutyDecisionInput!) { approveDuty(input: $in) { ... on DutyOrder { state } } }"
    decided = await ask("Sri", decide, **{"in": {"dutyOrder": done["id"]}})
    assert decided.data["approveDuty"] == {"state": "APPROVED"}
    days = await ask("Budi", '{ me { attendance(month: "2026-11") { nodes { date status } } } }')
    assert days.data["me"]["attendance"]["nodes"] == [{"date": "2026-11-23", "status": "duty"}]


async def test_a_decree_is_entered_listed_seen_in_its_unit_and_withdrawn(town: Town, ask: Ask) -> None:
    office, archive = (global_id("Unit", town.units[code]) for code in ("office", "archive"))
    given = {
        "kind": "OTHER", "firstDay": "2026-12-09", "name": "Pemilihan kepala daerah", "legalBasis": "Keppres 1/2026",
        "unit": office,
    }  # fmt: skip
    refused = await ask("Budi", ENTER, **{"in": given})
    assert refused.data["addCalendarEntry"] == {"code": "FORBIDDEN", "field": "unit"}
    entry = (await ask("Eka", ENTER, ADMIN, **{"in": given})).data["addCalendarEntry"]
    assert entry["unit"] == {"code": "office"}
    assert (entry["firstDay"], entry["lastDay"], entry["adds"]) == ("2026-12-09", "2026-12-09", True)
    listed = await ask("Budi", '{ calendar(filter: {since: "2026-12-09", standing: true}) { nodes { id } } }')
    assert listed.data["calendar"]["nodes"] == [{"id": entry["id"]}]
    free = 'query($u: ID!) { holidays(unit: $u, month: "2026-12") { date kind legalBasis estimated } }'
    own = (await ask("Budi", free, u=office)).data["holidays"]
    assert {"date": "2026-12-09", "kind": "OTHER", "legalBasis": "Keppres 1/2026", "estimated": False} in own
    other = (await ask("Budi", free, u=archive)).data["holidays"]
    assert [one["date"] for one in other] == [one["date"] for one in own if one["date"] != "2026-12-09"]
    assert {"2026-12-24", "2026-12-25"} <= {one["date"] for one in other}
    away = "mutation($in: WithdrawCalendarEntryInput!) { withdrawCalendarEntry(input: $in) { __typename } }"
    await ask("Eka", away, ADMIN, **{"in": {"entry": entry["id"]}})
    assert (await ask("Budi", free, u=office)).data["holidays"] == other
    listed = await ask("Budi", "{ calendar(filter: {standing: true}) { nodes { id } } }")
    assert listed.data["calendar"]["nodes"] == []
    kept = await ask("Budi", "{ calendar { nodes { id withdrawnAt } } }")
    assert kept.data["calendar"]["nodes"][0]["withdrawnAt"] is not None


@pytest.mark.parametrize("who", [None, "Budi"])
async def test_holidays_are_for_who_may_come_in(town: Town, ask: Ask, who: str | None) -> None:
    text = 'query($u: ID!) { holidays(unit: $u, month: "2026-12") { date } }'
    result = await ask(who, text, u=global_id("Unit", town.units["office"]))
    assert (result.errors is None) == (who is not None)
    unknown = await ask(who, text, u=global_id("Unit", 2**40))
    assert unknown.errors is not None


async def test_a_day_is_corrected_by_hand_and_signed(town: Town, ask: Ask) -> None:
    head = (Role.UNIT_LEADER, "office")
    text = """mutation($in: RequestCorrectionInput!) { requestCorrection(input: $in) {
      ... on DayCorrection { id state signUntil tapIn reason } ... on Problem { code field } } }"""
    given = {
        "date": "2026-11-23", "tapIn": "2026-11-23T00:25:00Z", "tapOut": "2026-11-23T09:05:00Z",
        "reason": "DEVICE_BROKEN", "note": "Mesin mati", "files": [await letter(town)],
    }  # fmt: skip
    wrong = await ask("Budi", text, **{"in": {**given, "date": "2026-11-25"}})
    assert wrong.data["requestCorrection"] == {"code": "BAD_INPUT", "field": "date"}
    done = (await ask("Budi", text, **{"in": given})).data["requestCorrection"]
    number = done.pop("id")
    assert done == {
        "state": "REQUESTED", "signUntil": "2026-12-02", "tapIn": "2026-11-23T00:25:00Z", "reason": "DEVICE_BROKEN",
    }  # fmt: skip
    waiting = "{ correctionsToSign { nodes { id files { mediaType } } } }"
    assert (await ask("Sri", waiting)).data["correctionsToSign"]["nodes"] == []
    assert (await ask("Eka", waiting, head)).data["correctionsToSign"]["nodes"] == [
        {"id": number, "files": [{"mediaType": "application/pdf"}]}
    ]
    sign = "mutation($in: CorrectionDecisionInput!) { signCorrection(input: $in) { ... on DayCorrection { state } } }"
    signed = await ask("Eka", sign, head, **{"in": {"correction": number}})
    assert signed.data["signCorrection"] == {"state": "APPROVED"}
    mine = '{ me { corrections(month: "2026-11") { nodes { id } } attendance(month: "2026-11") { nodes { status } } } }'
    found = (await ask("Budi", mine)).data["me"]
    assert found["corrections"]["nodes"] == [{"id": number}]
    assert found["attendance"]["nodes"] == [{"status": "present"}]


async def test_the_rules_of_leave_are_there_to_read(town: Town, ask: Ask) -> None:
    text = "{ leaveRules { kind employees validFrom validTo most unit officialLetterAfter legalBasis confirmed } }"
    rules = (await ask("Budi", text)).data["leaveRules"]
    assert {
        "kind": "SICK", "employees": ["CPNS", "PNS"], "validFrom": "2017-04-07", "validTo": None, "most": 12,
        "unit": "months", "officialLetterAfter": 14, "legalBasis": "PP 11/2017, Peraturan BKN 24/2017",
        "confirmed": True,
    } in rules  # fmt: skip
    assert (await ask(None, text)).errors is not None


async def test_a_day_tells_nobody_which_leave_it_was(town: Town, ask: Ask) -> None:
    number = (await requested(ask, kind="MISCARRIAGE", files=[await letter(town)]))["id"]
    await ask("Sri", DECIDE % "approveLeave", **{"in": {"leave": number}})
    text = '{ employees { nodes { attendance(month: "2026-11") { nodes { status steps { rule text } } } } } }'
    seen = await ask("Eka", text, (Role.INTEGRATOR, "city"))
    assert seen.errors is None
    assert "leave" in str(seen.data)
    assert "miscarriage" not in str(seen.data)
