"""Wrong clocks: seen by the records that come live, told by an officer, and put right beside what the machine said."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from eperf.domain.access import Role
from eperf.domain.attendance.source import DeviceRequest
from eperf.domain.errors import BadInput, Forbidden, NotFound, TooMany
from eperf.services.attendance.clocks import correct_clock
from eperf.services.attendance.devices import enrol
from eperf.services.call import Call
from eperf.store.attendance import DayRow, DeviceRow, PunchRow
from eperf.store.device import ClockErrorRow
from eperf.store.event import EventRow
from tests.support.reception import receive
from tests.support.town import NOW, TODAY, Town

WIB = timedelta(hours=7)
HOUR = 3600


def officer(town: Town, **more: Any) -> Call:
    return town.call("Eka", (Role.PERSONNEL_ADMIN, "city"), **more)


async def push(town: Town, *lines: tuple[str, datetime], now: datetime = NOW, info: str = "") -> None:
    """Records of PINs at UTC instants, as the machine writes them in its own time."""
    source = town.registry.sources["eperf/adms-push"]
    body = "".join(f"{pin}\t{at + WIB:%Y-%m-%d %H:%M:%S}\t0\t1\n" for pin, at in lines)
    query = {"SN": "OFFICE1", "table": "ATTLOG", "Stamp": "1"}
    request = DeviceRequest("POST", "/iclock/cdata", query, body.encode())
    if not lines:
        request = DeviceRequest("GET", "/iclock/getrequest", {"SN": "OFFICE1", "INFO": info})
    assert (await receive(officer(town, now=now), source, request)).status == 200


async def live(town: Town, ahead: int, count: int, start: datetime = NOW) -> datetime:
    """A machine in touch for a while whose clock is ahead by so many seconds; gives when it was last heard."""
    now = start
    for _ in range(count):
        now += timedelta(minutes=1)
        await push(town, now=now)
        await push(town, ("2", now + timedelta(seconds=ahead)), now=now)
    return now


async def device() -> DeviceRow:
    return await DeviceRow.get(serial="OFFICE1")


@pytest.mark.parametrize("ahead", [-7200, -20, 0, 95, 86400 * 400])
async def test_the_drift_is_the_median_of_live_records_with_its_sign(town: Town, ahead: int) -> None:
    await live(town, ahead, 12)
    found = await device()
    assert found.drift_sec == ahead
    assert found.drift_samples == [ahead] * 7  # the first five minutes in touch count nothing


async def test_late_uploads_do_not_look_like_a_slow_clock(town: Town) -> None:
    now = await live(town, 30, 15)
    # The line was cut for a day: what waited comes in batches and one by one, and then it is live again.
    now += timedelta(days=1)
    await push(town, now=now)
    await push(town, *[("2", now - timedelta(hours=20, minutes=n)) for n in range(300)], now=now)
    for n in range(8):
        now += timedelta(seconds=20)
        await push(town, ("2", now - timedelta(hours=10, minutes=n)), now=now)
    assert (await device()).drift_sec == 30
    now = await live(town, 30, 8, now)
    # Even in the middle of live records, a batch is no sample and a few late ones move no median.
    await push(town, *[("3", now - timedelta(hours=3, minutes=n)) for n in range(11)], now=now)
    await push(town, ("3", now - timedelta(hours=9)), now=now)
    found = await device()
    assert found.drift_sec == 30
    assert len(found.drift_samples or []) > 10


async def test_a_resend_is_no_sample_and_too_few_records_say_nothing(town: Town) -> None:
    now = await live(town, 0, 8)
    assert (await device()).drift_sec is None
    for _ in range(20):
        await push(town, ("2", now), now=now + timedelta(minutes=2))
    assert len((await device()).drift_samples or []) == 3


async def test_a_clock_that_is_set_right_shows_so_after_some_records(town: Town) -> None:
    now = await live(town, 3600, 20)
    now = await live(town, 0, 20, now)
    assert (await device()).drift_sec == 0


async def test_the_backlog_is_what_the_machine_holds_beyond_what_is_kept(town: Town) -> None:
    await push(town, *[("2", NOW - timedelta(minutes=n)) for n in range(3)])
    await push(town, info="Ver 8.0,57,3,10,10.0.0.9")
    found = await device()
    assert (found.facts["logs"], found.kept) == ("10", 3)


async def test_a_clock_that_was_an_hour_ahead_is_put_right_and_keeps_what_it_said(town: Town) -> None:
    wrong = datetime(2026, 11, 23, 1, 25, tzinfo=UTC)  # 08:25, really 07:25
    fine = datetime(2026, 11, 20, 0, 25, tzinfo=UTC)
    await push(town, ("2", wrong), ("2", fine))
    before = await DayRow.get(employee_id=town.people["Budi"], date=date(2026, 11, 23))
    assert before.late_min
    told = await correct_clock(
        officer(town),
        town.device,
        wrong - timedelta(hours=1),
        wrong + timedelta(hours=1),
        HOUR,
        "DST by mistake",
    )
    moved, kept = await PunchRow.all().order_by("-occurred_at")
    assert (moved.occurred_at, moved.device_at, moved.clock_error_id) == (
        wrong - timedelta(hours=1), wrong, told,
    )  # fmt: skip
    assert (kept.occurred_at, kept.device_at, kept.clock_error_id) == (fine, None, None)
    assert "08:25:00" in moved.line
    after = await DayRow.get(employee_id=town.people["Budi"], date=date(2026, 11, 23))
    assert (after.first_in, after.late_min) == (wrong - timedelta(hours=1), 0)
    row = await ClockErrorRow.get()
    assert (row.id, row.punches, row.ahead_sec, row.reason) == (told, 1, HOUR, "DST by mistake")
    assert await EventRow.filter(kind="attendance.device-clock-corrected").count() == 1


async def test_a_record_that_crosses_midnight_leaves_one_day_and_reaches_the_other(town: Town) -> None:
    after_midnight = datetime(2026, 11, 23, 17, 30, tzinfo=UTC)  # the 24th, 00:30
    await push(town, ("2", after_midnight))
    assert (await PunchRow.get()).date == date(2026, 11, 24)
    await correct_clock(officer(town), town.device, after_midnight, None, 16 * HOUR, "x")
    punch = await PunchRow.get()
    assert (punch.date, punch.occurred_at) == (date(2026, 11, 23), after_midnight - timedelta(hours=16))
    days = {row.date: row.first_in for row in await DayRow.filter(employee_id=town.people["Budi"])}
    assert days == {date(2026, 11, 23): punch.occurred_at, date(2026, 11, 24): None}


async def test_what_is_told_before_or_after_the_records_come_makes_no_difference(town: Town) -> None:
    """A dead battery: the machine writes January 2000; whoever tells it, a resend of the same memory adds nothing."""
    dead = [datetime(2000, 1, 1, 0, 5, tzinfo=UTC) + timedelta(minutes=n) for n in range(3)]
    ahead = round((dead[0] - datetime(2026, 11, 24, 0, 20, tzinfo=UTC)).total_seconds())
    await push(town, ("2", dead[0]))
    await correct_clock(
        officer(town), town.device, dead[0], datetime(2000, 2, 1, tzinfo=UTC), ahead, "battery"
    )
    await push(town, *[("2", at) for at in dead])
    rows = await PunchRow.all().order_by("device_at")
    assert [row.device_at for row in rows] == dead
    assert [row.date for row in rows] == [TODAY] * 3
    assert [row.copies for row in rows] == [1, 0, 0]
    day = await DayRow.get(employee_id=town.people["Budi"], date=TODAY)
    assert day.first_in == datetime(2026, 11, 24, 0, 20, tzinfo=UTC)
    assert (await DayRow.filter(date=date(2000, 1, 1), first_in__isnull=False)) == []


async def test_what_was_told_last_counts_and_zero_takes_it_back(town: Town) -> None:
    at = datetime(2026, 11, 23, 0, 25, tzinfo=UTC)
    await push(town, ("2", at))
    digest = (await PunchRow.get()).digest
    for ahead, real in ((HOUR, at - timedelta(hours=1)), (60, at - timedelta(minutes=1)), (0, at)):
        await correct_clock(officer(town), town.device, at, at + timedelta(1), ahead, "again")
        punch = await PunchRow.get()
        assert punch.occurred_at == real
        assert punch.digest == digest
    assert (punch.device_at, punch.clock_error_id) == (None, None)
    day = await DayRow.get(employee_id=town.people["Budi"], date=date(2026, 11, 23))
    assert day.first_in == at


async def test_an_owner_is_found_by_the_right_day(town: Town) -> None:
    at = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
    await push(town, ("2", at), ("88", at))
    await enrol(officer(town), town.device, [("2", town.people["Wati"])], date(2026, 11, 23))
    await enrol(officer(town), town.device, [("88", town.people["Joko"])], date(2026, 11, 24))
    assert {p.pin: p.employee_id for p in await PunchRow.all()} == {"2": town.people["Wati"], "88": None}
    await correct_clock(officer(town), town.device, at, None, -24 * HOUR, "a day behind")
    owners = {p.pin: (p.employee_id, p.outcome, p.reason) for p in await PunchRow.all()}
    assert owners == {"2": (town.people["Wati"], "used", None), "88": (town.people["Joko"], "used", None)}
    await correct_clock(officer(town), town.device, at, None, 24 * HOUR, "a day ahead")
    owners = {p.pin: (p.employee_id, p.outcome, p.reason) for p in await PunchRow.all()}
    assert owners == {"2": (town.people["Budi"], "used", None), "88": (None, "unexplained", "unknown-pin")}
    left = await DayRow.get(employee_id=town.people["Joko"], date=date(2026, 11, 24))
    assert left.first_in is None


@pytest.mark.parametrize(
    ("until", "ahead", "reason"),
    [(NOW, 60, "x"), (NOW - timedelta(1), 60, "x"), (None, 2**40, "x"), (None, 60, ""), (None, 60, "a\x00b")],
)
async def test_what_cannot_be_is_refused(town: Town, until: datetime | None, ahead: int, reason: str) -> None:
    with pytest.raises(BadInput):
        await correct_clock(officer(town), town.device, NOW, until, ahead, reason)
    assert await ClockErrorRow.all().count() == 0


async def test_only_an_officer_of_the_machine_s_unit_tells_of_its_clock(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    for call in (town.call("Budi"), town.call("Joko", (Role.PERSONNEL_ADMIN, "archive"))):
        with pytest.raises(Forbidden):
            await correct_clock(call, town.device, NOW, None, 60, "x")
    with pytest.raises(NotFound):
        await correct_clock(officer(town), 10**9, NOW, None, 60, "x")
    first = await correct_clock(officer(town, key="k"), town.device, NOW, None, 60, "x")
    assert await correct_clock(officer(town, key="k"), town.device, NOW, None, 60, "x") == first
    await push(town, ("2", NOW), ("2", NOW + timedelta(seconds=1)), now=NOW)
    monkeypatch.setattr("eperf.services.attendance.clocks.MOST_PUNCHES", 1)
    with pytest.raises(TooMany):
        await correct_clock(officer(town), town.device, NOW, None, 120, "x")
    assert await ClockErrorRow.all().count() == 1
