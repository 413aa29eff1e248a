"""What an officer reads of machines and does to them, in GraphQL; and what nobody else is shown."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from eperf.domain.access import Role
from eperf.domain.attendance.source import DeviceRequest
from eperf.schema.ids import global_id
from eperf.store.attendance import DeviceRow, PunchRow
from tests.schema.conftest import Ask
from tests.support.reception import receive
from tests.support.town import NOW, Town

OFFICER = (Role.PERSONNEL_ADMIN, "city")
ELSEWHERE = (Role.PERSONNEL_ADMIN, "archive")
COMMAND = """mutation($input: CommandDeviceInput!) { commandDevice(input: $input) { __typename
  ... on DeviceCommand { id kind text state timesSent } ... on Problem { code field } } }"""
CORRECT = """mutation($input: CorrectDeviceClockInput!) { correctDeviceClock(input: $input) { __typename
  ... on ClockError { aheadBySec punches device { serial } } ... on Problem { code field } } }"""
SEND = """mutation($input: SendEnrolmentsInput!) { sendEnrolments(input: $input) { __typename
  ... on Device { commands(first: 9) { nodes { kind text } } } ... on Problem { code } } }"""
SICK = "query($filter: DeviceFilter) { devices(filter: $filter) { nodes { serial } } }"
ALL = """{ devices { nodes { serial health { clockDriftSec clockDriftBasis recordsHeld recordsKept backlog users
    waitingCommands } commands { nodes { state meaning returnCode } }
  unexplained { nodes { pin line reason receivedAt } } unread { nodes { line reason lineNo receivedAt } }
  clockErrors { nodes { aheadBySec } } } } }"""


async def push(town: Town, body: bytes, **query: str) -> None:
    source = town.registry.sources["eperf/adms-push"]
    method = "POST" if body else "GET"
    path = "/iclock/cdata" if body else "/iclock/getrequest"
    request = DeviceRequest(method, path, {"SN": "OFFICE1", "table": "ATTLOG", **query}, body)
    assert (await receive(town.call("Eka"), source, request)).status == 200


async def serials(ask: Ask, **given: Any) -> list[str]:
    result = await ask("Eka", SICK, OFFICER, filter=given)
    assert result.errors is None
    return [node["serial"] for node in result.data["devices"]["nodes"]]


async def test_an_officer_sees_what_a_machine_sent_that_ended_nowhere_and_never_a_secret(
    town: Town, ask: Ask
) -> None:
    await push(
        town, b"99\t2026-11-23 07:25:00\t0\t1\nUSER PIN=5\tName=Ani\tPasswd=1234\tCard=[77]\nrubbish\n"
    )
    await push(town, b"", INFO="Ver 8,57,3,12,10.0.0.9")
    result = await ask("Eka", ALL, OFFICER)
    assert result.errors is None
    [machine] = result.data["devices"]["nodes"]
    assert machine["health"] == {
        "clockDriftSec": None, "clockDriftBasis": 0, "recordsHeld": 12, "recordsKept": 3, "backlog": 9, "users": 57,
        "waitingCommands": 0,
    }  # fmt: skip
    [stranger] = machine["unexplained"]["nodes"]
    assert (stranger["pin"], stranger["reason"]) == ("99", "unknown-pin")
    lines = {node["lineNo"]: node["line"] for node in machine["unread"]["nodes"]}
    assert lines[3] == "rubbish"
    assert lines[2] == "USER PIN=5\tName=Ani\tPasswd=…\tCard=…"
    for name, grant in (("Eka", ELSEWHERE), ("Budi", ELSEWHERE)):
        hidden = await ask(name, ALL, grant)
        assert hidden.data["devices"]["nodes"] == []


@pytest.mark.parametrize("said", ["banyak", "-3", "1.5", "١٢", "9" * 5000, ""])
async def test_what_a_machine_says_of_itself_that_is_no_number_is_none(
    town: Town, ask: Ask, said: str
) -> None:
    await DeviceRow.filter(id=town.device).update(facts={"logs": said, "users": said})
    result = await ask("Eka", ALL, OFFICER)
    assert result.errors is None
    health = result.data["devices"]["nodes"][0]["health"]
    assert (health["recordsHeld"], health["backlog"], health["users"]) == (None, None, None)


async def test_nobody_s_punches_are_shown_to_who_reads_the_attendance_of_the_machine_s_unit(
    town: Town, ask: Ask
) -> None:
    await push(town, b"99\t2026-11-23 07:25:00\t0\t1\n")
    punch = global_id("Punch", (await PunchRow.get()).id)
    text = "query($id: ID!) { node(id: $id) { ... on Punch { pin deviceTime clockError { reason } } } }"
    seen = await ask("Eka", text, OFFICER, id=punch)
    assert seen.data["node"] == {"pin": "99", "deviceTime": None, "clockError": None}
    for name, grant in (("Eka", ELSEWHERE), ("Budi", ELSEWHERE)):
        assert (await ask(name, text, grant, id=punch)).data["node"] is None


async def test_a_command_is_queued_for_who_may_and_refused_as_a_problem(town: Town, ask: Ask) -> None:
    device = global_id("Device", town.device)
    done = await ask("Eka", COMMAND, OFFICER, input={"device": device, "command": "INFO"})
    made = done.data["commandDevice"]
    assert (made["kind"], made["text"], made["state"], made["timesSent"]) == ("INFO", "INFO", "WAITING", 0)
    for grant, given, code, field in (
        (ELSEWHERE, {"command": "INFO"}, "FORBIDDEN", "device"),
        (OFFICER, {"command": "PUT_USER"}, "BAD_INPUT", "pin"),
        (OFFICER, {"command": "PUT_USER", "pin": "404"}, "NOT_FOUND", "pin"),
        (OFFICER, {"command": "QUERY_RECORDS", "first": "2026-11-02T00:00:00Z"}, "BAD_INPUT", "first"),
        (OFFICER, {"command": "INFO", "device": global_id("Unit", 1)}, "BAD_INPUT", "device"),
    ):
        refused = (await ask("Eka", COMMAND, grant, input={"device": device, **given})).data["commandDevice"]
        assert (refused["code"], refused["field"]) == (code, field)
    sent = (await ask("Eka", SEND, OFFICER, input={"device": device})).data["sendEnrolments"]
    assert [node["text"] for node in sent["commands"]["nodes"]][-1] == "INFO"
    assert len(sent["commands"]["nodes"]) == 4
    health = (await ask("Eka", ALL, OFFICER)).data["devices"]["nodes"][0]["health"]
    assert health["waitingCommands"] == 4


async def test_a_wrong_clock_is_told_and_the_punch_shows_what_the_machine_said(town: Town, ask: Ask) -> None:
    await push(town, b"2\t2026-11-23 08:25:00\t0\t1\n")
    given = {
        "device": global_id("Device", town.device), "begins": "2026-11-23T00:00:00Z", "ends": "2026-11-24T00:00:00Z",
        "aheadBySec": 3600, "reason": "an hour ahead",
    }  # fmt: skip
    told = (await ask("Eka", CORRECT, OFFICER, input=given)).data["correctDeviceClock"]
    assert told == {
        "__typename": "ClockError", "aheadBySec": 3600, "punches": 1, "device": {"serial": "OFFICE1"},
    }  # fmt: skip
    refused = (await ask("Eka", CORRECT, ELSEWHERE, input=given)).data["correctDeviceClock"]
    assert refused["code"] == "FORBIDDEN"
    text = "{ me { punches { nodes { occurredAt deviceTime line } } } }"
    [punch] = (await ask("Budi", text)).data["me"]["punches"]["nodes"]
    assert (punch["occurredAt"], punch["deviceTime"]) == ("2026-11-23T00:25:00Z", "2026-11-23T01:25:00Z")


async def test_the_sick_are_found(town: Town, ask: Ask) -> None:
    for serial, drift, silent in (("FINE", 3, 1), ("FAST", 500, 1), ("SLOW", -500, 1), ("MUTE", None, 90)):
        await DeviceRow.create(
            serial=serial, name=serial, source="eperf/adms-push", unit_id=town.units["office"], state="active",
            drift_sec=drift, last_seen_at=NOW - timedelta(minutes=silent),
        )  # fmt: skip
    assert await serials(ask, driftOverSec=120) == ["FAST", "SLOW"]
    assert await serials(ask, silentForMin=60) == ["MUTE", "OFFICE1"]  # never heard of is silent, too
    assert await serials(ask, silentForMin=60, driftOverSec=0) == []
    assert await serials(ask, state="inactive") == []
    assert await serials(ask, unit=global_id("Unit", town.units["archive"])) == []
    for wrong in (
        {"silentForMin": -1},
        {"driftOverSec": -1},
        {"state": "asleep"},
        {"silentForMin": 2**31 - 1},
    ):
        result = await ask("Eka", SICK, OFFICER, filter=wrong)
        assert [error.original_error.code for error in result.errors] == ["BAD_INPUT"]
