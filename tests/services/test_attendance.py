"""From a machine's upload to classified days, on a real database."""

from __future__ import annotations

import asyncio
from datetime import date

import pytest

from eperf.domain.access import Role
from eperf.domain.attendance.punch import PunchKind
from eperf.domain.attendance.source import DeviceReply, DeviceRequest
from eperf.domain.errors import Forbidden
from eperf.services.attendance.clock import clock
from eperf.services.attendance.days import close_day
from eperf.services.attendance.devices import enrol, register
from eperf.services.attendance.receiving import MOST_STRANGERS
from eperf.store.attendance import DayRow, DeviceRow, PunchRow
from eperf.store.event import EventRow
from eperf.store.scoring import DirtyRow
from tests.support.reception import receive
from tests.support.town import NOW, TODAY, Town

YESTERDAY = date(2026, 11, 23)


async def push(town: Town, body: str, serial: str = "OFFICE1", stamp: str = "1") -> DeviceReply:
    query = {"SN": serial, "table": "ATTLOG", "Stamp": stamp}
    request = DeviceRequest("POST", "/iclock/cdata", query, body.encode())
    return await receive(town.call("Sri"), town.registry.sources["eperf/adms-push"], request)


def line(pin: str, time: str, status: int = 0) -> str:
    return f"{pin}\t{time}\t{status}\t1\t0\t0\t0\n"


async def test_an_upload_becomes_punches_days_events_and_a_dirty_month(town: Town) -> None:
    reply = await push(town, line("2", "2026-11-23 07:25:00") + line("2", "2026-11-23 16:05:00", 1))
    assert reply.body.decode().startswith("OK: 2")
    punches = await PunchRow.all().order_by("occurred_at")
    assert [(p.employee_id, p.outcome, p.kind) for p in punches] == [
        (town.people["Budi"], "used", "in"),
        (town.people["Budi"], "used", "out"),
    ]
    assert punches[0].occurred_at.isoformat() == "2026-11-23T00:25:00+00:00"
    day = await DayRow.get(employee_id=town.people["Budi"], date=YESTERDAY)
    assert (day.status, day.late_min, day.missing_taps) == ("present", 0, 0)
    assert day.steps
    kinds = sorted([event.kind for event in await EventRow.all()])
    assert kinds == ["attendance.day-classified", "attendance.punched", "attendance.punched"]
    assert [(d.employee_id, d.period) for d in await DirtyRow.all()] == [(town.people["Budi"], "2026-11")]


async def test_a_resend_is_acknowledged_and_adds_nothing(town: Town) -> None:
    body = line("2", "2026-11-23 07:25:00") + line("3", "2026-11-23 07:26:00")
    replies = [await push(town, body) for _ in range(3)]
    assert {reply.body for reply in replies} == {replies[0].body}
    assert await PunchRow.all().count() == 2
    assert await EventRow.filter(kind="attendance.punched").count() == 2


async def test_copies_of_one_upload_at_once_count_once(town: Town) -> None:
    body = line("2", "2026-11-23 07:25:00")
    await asyncio.gather(*(push(town, body) for _ in range(10)))
    assert await PunchRow.all().count() == 1
    assert await EventRow.filter(kind="attendance.punched").count() == 1


async def test_an_unknown_pin_is_kept_and_finds_its_owner_when_enrolled(town: Town) -> None:
    await push(town, line("77", "2026-11-23 07:25:00"))
    punch = await PunchRow.get(pin="77")
    assert (punch.employee_id, punch.outcome, punch.reason) == (None, "unexplained", "unknown-pin")
    admin = town.call("Eka", (Role.PERSONNEL_ADMIN, "city"))
    assert await enrol(admin, town.device, [("77", town.people["Joko"])], date(2026, 1, 1)) == 1
    punch = await PunchRow.get(pin="77")
    assert (punch.employee_id, punch.outcome, punch.reason) == (town.people["Joko"], "used", None)
    assert await DayRow.exists(employee_id=town.people["Joko"], date=YESTERDAY)


async def test_an_unknown_machine_is_refused_kept_as_inactive_and_can_be_adopted(town: Town) -> None:
    reply = await push(town, line("2", "2026-11-23 07:25:00"), serial="STRANGER9")
    assert reply.status == 403
    assert (await DeviceRow.get(serial="STRANGER9")).state == "inactive"
    assert await PunchRow.all().count() == 0
    admin = town.call("Eka", (Role.PERSONNEL_ADMIN, "city"))
    await register(admin, "STRANGER9", "Back door", town.units["office"], "eperf/adms-push")
    assert (await push(town, line("2", "2026-11-23 07:25:00"), serial="STRANGER9")).status == 200
    assert (await PunchRow.get(pin="2")).outcome == "unexplained"


async def test_strangers_are_kept_only_up_to_a_bound(town: Town) -> None:
    await DeviceRow.bulk_create(
        [
            DeviceRow(serial=f"S{n}", name="x", source="eperf/adms-push", state="inactive")
            for n in range(MOST_STRANGERS)
        ]
    )
    assert (await push(town, "", serial="ONEMORE")).status == 403
    assert not await DeviceRow.exists(serial="ONEMORE")


async def test_the_next_handshake_resumes_at_the_last_stamp(town: Town) -> None:
    await push(town, line("2", "2026-11-23 07:25:00"), stamp="4711")
    request = DeviceRequest("GET", "/iclock/cdata", {"SN": "OFFICE1", "options": "all"})
    reply = await receive(town.call("Sri"), town.registry.sources["eperf/adms-push"], request)
    assert "ATTLOGStamp=4711" in reply.body.decode().split()


async def test_who_clocks_in_and_out_by_oneself_has_a_day(town: Town) -> None:
    await clock(town.call("Budi", now=NOW.replace(hour=0)), PunchKind.IN)
    await clock(town.call("Budi", now=NOW.replace(hour=10)), PunchKind.OUT)
    day = await DayRow.get(employee_id=town.people["Budi"], date=TODAY)
    assert (day.first_in, day.last_out) == (NOW.replace(hour=0), NOW.replace(hour=10))


async def test_clocking_in_twice_in_one_second_is_once(town: Town) -> None:
    first = await clock(town.call("Budi"), PunchKind.IN)
    assert await clock(town.call("Budi"), PunchKind.IN) == first
    assert await EventRow.filter(kind="attendance.punched").count() == 1


async def test_only_employees_clock_in(town: Town) -> None:
    call = town.call("Budi")
    nobody = type(call)(type(call.viewer)(account_id=1, name="service"), NOW, registry=town.registry)
    with pytest.raises(Forbidden):
        await clock(nobody, PunchKind.IN)


async def test_closing_a_day_names_the_absent_and_closing_again_changes_nothing(town: Town) -> None:
    await push(town, line("2", "2026-11-23 07:25:00") + line("2", "2026-11-23 16:05:00", 1))
    assert await close_day(town.call("Sri"), YESTERDAY) == 4
    assert (await DayRow.get(employee_id=town.people["Wati"], date=YESTERDAY)).status == "absent"
    events = await EventRow.all().count()
    assert await close_day(town.call("Sri"), YESTERDAY) == 0
    assert await EventRow.all().count() == events
