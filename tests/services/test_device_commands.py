"""Commands to machines: queued by an officer, told when the machine asks, ended by its own answers only."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from eperf.domain.access import Role
from eperf.domain.attendance.command import (
    LONGEST_QUERY,
    MOST_TIMES,
    MOST_WAITING,
    RESEND_AFTER,
    CommandAsked,
    CommandKind,
)
from eperf.domain.attendance.source import DeviceReply, DeviceRequest
from eperf.domain.errors import BadInput, Forbidden, KeyReused, NotFound, TooMany
from eperf.plugins.builtin.adms_commands import MAX_ORDERS
from eperf.services.attendance.commands import command, send_people
from eperf.services.attendance.devices import enrol, register
from eperf.services.call import Call
from eperf.store.attendance import EnrolmentRow, PunchRow
from eperf.store.device import DeviceCommandRow
from eperf.store.event import EventRow
from tests.support.reception import receive
from tests.support.town import NOW, SINCE, TODAY, Town

INFO = CommandAsked(CommandKind.INFO)


def officer(town: Town, **more: Any) -> Call:
    return town.call("Eka", (Role.PERSONNEL_ADMIN, "city"), **more)


async def hear(
    town: Town, method: str, path: str, body: bytes = b"", serial: str = "OFFICE1", now: datetime = NOW
) -> DeviceReply:
    source = town.registry.sources["eperf/adms-push"]
    return await receive(officer(town, now=now), source, DeviceRequest(method, path, {"SN": serial}, body))


async def poll(town: Town, serial: str = "OFFICE1", now: datetime = NOW) -> list[str]:
    answer = (await hear(town, "GET", "/iclock/getrequest", serial=serial, now=now)).body.decode()
    return [] if answer == "OK" else answer.splitlines()


async def said(town: Town, body: str, serial: str = "OFFICE1", now: datetime = NOW) -> None:
    reply = await hear(town, "POST", "/iclock/devicecmd", body.encode(), serial, now)
    assert (reply.status, reply.body) == (200, b"OK")


async def states() -> list[tuple[str, int | None, str | None]]:
    return [(row.state, row.return_code, row.meaning) for row in await DeviceCommandRow.all().order_by("id")]


async def test_a_command_is_told_once_and_ended_by_what_the_machine_says(town: Town) -> None:
    number = await command(officer(town), town.device, INFO)
    assert await poll(town) == [f"C:{number}:INFO"]
    assert await poll(town) == []
    assert await states() == [("sent", None, None)]
    await said(town, f"ID={number}&Return=0&CMD=INFO")
    row = await DeviceCommandRow.get()
    assert (row.state, row.return_code, row.meaning, row.times_sent) == ("done", 0, "ok", 1)
    assert row.ended_at == NOW
    assert await EventRow.filter(kind="attendance.device-commanded").count() == 1


async def test_several_results_in_one_post_end_each_its_own_with_its_meaning(town: Town) -> None:
    numbers = [await command(officer(town), town.device, INFO) for _ in range(4)]
    assert len(await poll(town)) == 4
    first, second, third, fourth = numbers
    await said(
        town,
        f"ID={first}&Return=0&CMD=INFO\nid = {second} & return = -1002 & cmd = X\n"
        f"ID={third}\nReturn=-1004\nCMD=Shell\nID={fourth}&Return=soon",
    )
    assert await states() == [
        ("done", 0, "ok"),
        ("failed", -1002, "syntax"),
        ("failed", -1004, "table unsupported"),
        ("failed", None, None),
    ]


async def test_an_unanswered_command_is_told_again_and_given_up_at_last(town: Town) -> None:
    await command(officer(town), town.device, INFO)
    now = NOW
    for _ in range(MOST_TIMES):
        assert len(await poll(town, now=now)) == 1
        assert await poll(town, now=now + RESEND_AFTER - timedelta(seconds=1)) == []
        now += RESEND_AFTER
    assert await poll(town, now=now) == []
    assert await states() == [("unanswered", None, None)]


async def test_a_poll_is_told_a_bounded_number_and_the_next_poll_the_next(town: Town) -> None:
    numbers = [await command(officer(town), town.device, INFO) for _ in range(MAX_ORDERS + 3)]
    first, second = await poll(town), await poll(town)
    assert [int(line.split(":")[1]) for line in first + second] == numbers
    assert (len(first), len(second)) == (MAX_ORDERS, 3)


async def test_a_command_is_told_to_its_machine_only_and_nobody_else_s_answer_ends_it(town: Town) -> None:
    other = await register(officer(town), "OFFICE2", "Back", town.units["office"], "eperf/adms-push")
    mine = await command(officer(town), town.device, INFO)
    theirs = await command(officer(town), other, CommandAsked(CommandKind.CHECK))
    await said(town, f"ID={mine}&Return=0")  # before it was told: not an answer to it
    assert await poll(town) == [f"C:{mine}:INFO"]
    assert await poll(town, "OFFICE2") == [f"C:{theirs}:CHECK"]
    await said(town, f"ID={mine}&Return=-1", "OFFICE2")
    await said(town, f"ID={theirs}&Return=-1")
    assert [state for state, *_ in await states()] == ["sent", "sent"]
    await said(town, f"ID={mine}&Return=0")
    await said(town, f"ID={mine}&Return=-1")  # the first answer counts
    assert await states() == [("done", 0, "ok"), ("sent", None, None)]


@pytest.mark.parametrize(
    "body",
    [
        b"", b"\x00" * 1000, b"ID=&Return=0", b"ID=-1&Return=0", b"ID=" + b"9" * 40 + b"&Return=0", b"Return=0&CMD=INFO",
        b"ID=999999999999999999&Return=0", b"ID=0&Return=0", b"\n".join(b"ID=%d&Return=0" % n for n in range(500, 5_500)),
        b"ID=1 OR 1=1&Return=0", b"&&&===\xff\xfe", "ID=١&Return=0".encode(),
    ],
)  # fmt: skip
async def test_hostile_results_change_nothing(town: Town, body: bytes) -> None:
    number = await command(officer(town), town.device, INFO)
    assert await poll(town) == [f"C:{number}:INFO"]
    reply = await hear(town, "POST", "/iclock/devicecmd", body)
    assert reply.status == 200
    assert await states() == [("sent", None, None)]
    await said(town, f"ID={number}&Return={'9' * 18}")
    assert await states() == [("failed", None, None)]


async def test_a_machine_that_is_not_heard_is_told_nothing(town: Town) -> None:
    await command(officer(town), town.device, INFO)
    office = town.units["office"]
    away = {"networks": "203.0.113.0/24"}
    await register(officer(town), "OFFICE1", "Front door", office, "eperf/adms-push", away)
    reply = await hear(town, "GET", "/iclock/getrequest")
    assert (reply.status, b"INFO" in reply.body) == (403, False)
    assert await states() == [("waiting", None, None)]


async def test_the_records_of_a_span_are_asked_for_in_the_machine_s_own_time(town: Town) -> None:
    first = datetime(2026, 11, 1, 17, 0, tzinfo=UTC)
    span = CommandAsked(CommandKind.QUERY_RECORDS, first, first + timedelta(days=2))
    number = await command(officer(town), town.device, span)
    assert await poll(town) == [
        f"C:{number}:DATA QUERY ATTLOG StartTime=2026-11-02 00:00:00\tEndTime=2026-11-04 00:00:00"
    ]


async def test_people_are_sent_with_their_names_and_nothing_else(town: Town) -> None:
    await enrol(officer(town), town.device, [("77", town.people["Joko"])], TODAY + timedelta(days=1))
    await EnrolmentRow.filter(pin="3").update(valid_to=TODAY)
    assert await send_people(officer(town), town.device) == town.device
    rows = await DeviceCommandRow.all().order_by("id")
    assert [row.text for row in rows] == [
        "DATA UPDATE USERINFO PIN=1\tName=Sri\tPri=0",
        "DATA UPDATE USERINFO PIN=2\tName=Budi\tPri=0",
    ]
    one = CommandAsked(CommandKind.PUT_USER, pin="2")
    assert await command(officer(town), town.device, one)
    assert await command(officer(town), town.device, CommandAsked(CommandKind.DELETE_USER, pin="9"))
    texts = [row.text for row in await DeviceCommandRow.all().order_by("id")]
    assert texts[2:] == ["DATA UPDATE USERINFO PIN=2\tName=Budi\tPri=0", "DATA DELETE USERINFO PIN=9"]


@pytest.mark.parametrize(
    ("asked", "refusal"),
    [
        (CommandAsked(CommandKind.PUT_USER), BadInput),
        (CommandAsked(CommandKind.INFO, pin="1"), BadInput),
        (CommandAsked(CommandKind.QUERY_RECORDS), BadInput),
        (CommandAsked(CommandKind.QUERY_RECORDS, NOW, NOW - timedelta(seconds=1)), BadInput),
        (CommandAsked(CommandKind.QUERY_RECORDS, NOW, NOW + LONGEST_QUERY + timedelta(1)), BadInput),
        (CommandAsked(CommandKind.INFO, first=NOW), BadInput),
        (CommandAsked(CommandKind.DELETE_USER, pin="1\nC:9:CLEAR"), BadInput),
        (CommandAsked(CommandKind.DELETE_USER, pin="1\tPri=14"), BadInput),
        (CommandAsked(CommandKind.PUT_USER, pin="nobody"), NotFound),
    ],
)
async def test_what_is_no_command_is_refused(
    town: Town, asked: CommandAsked, refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        await command(officer(town), town.device, asked)
    assert await DeviceCommandRow.all().count() == 0


async def test_only_who_may_write_devices_commands_them(town: Town) -> None:
    for call in (town.call("Budi"), town.call("Joko", (Role.PERSONNEL_ADMIN, "archive"))):
        with pytest.raises(Forbidden):
            await command(call, town.device, INFO)
        with pytest.raises(Forbidden):
            await send_people(call, town.device)
    with pytest.raises(NotFound):
        await command(officer(town), 10**9, INFO)
    deaf = await register(officer(town), "CLOUD1", "Cloud", town.units["office"], "fingerspot/cloud")
    with pytest.raises(BadInput, match="take no commands"):
        await command(officer(town), deaf, INFO)


async def test_a_key_queues_once_and_the_queue_has_an_end(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = await command(officer(town, key="k1"), town.device, INFO)
    assert await command(officer(town, key="k1"), town.device, INFO) == first
    with pytest.raises(KeyReused):
        await command(officer(town, key="k1"), town.device, CommandAsked(CommandKind.CHECK))
    assert MOST_WAITING == 5000
    monkeypatch.setattr("eperf.services.attendance.commands.MOST_WAITING", 2)
    await command(officer(town), town.device, INFO)
    with pytest.raises(TooMany):
        await command(officer(town), town.device, INFO)
    assert await DeviceCommandRow.all().count() == 2


async def test_records_that_were_asked_for_again_add_nothing_twice(town: Town) -> None:
    line = b"2\t2026-11-23 07:25:00\t0\t1\n"
    source = town.registry.sources["eperf/adms-push"]
    for path, query in (
        ("/iclock/cdata", {"SN": "OFFICE1", "table": "ATTLOG", "Stamp": "1"}),
        ("/iclock/querydata", {"SN": "OFFICE1", "tablename": "ATTLOG"}),
    ):
        assert (await receive(officer(town), source, DeviceRequest("POST", path, query, line))).status == 200
    assert [(punch.copies, punch.outcome) for punch in await PunchRow.all()] == [(1, "used")]
    assert SINCE < TODAY
