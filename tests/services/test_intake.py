"""Raw is sacred: what came in is what is kept and its copies, whichever way it came and in whatever order."""

from __future__ import annotations

import json
import random
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eperf.domain.access import Role
from eperf.domain.attendance.carried import CarriedFile
from eperf.domain.attendance.source import DeviceRequest
from eperf.domain.table import Table
from eperf.services.attendance.days import reclassify
from eperf.services.attendance.devices import enrol, register
from eperf.services.imports.punches import import_punches
from eperf.store.attendance import DayRow, DeviceRow, EnrolmentRow, PunchRow, UnreadRow
from eperf.store.event import EventRow
from eperf_fingerspot.signature import signature_of
from tests.support.reception import receive
from tests.support.town import NOW, SINCE, Town

TOKEN = "rahasia-uji"
FIRST = date(2026, 11, 16)

# A record: PIN, days after the first, hour, state; or a number: one of the things that are no record.
Record = tuple[str, int, int, int] | int
RECORDS = st.tuples(
    st.sampled_from(["1", "2", "3", "77", "88"]), st.integers(0, 3), st.integers(7, 8), st.integers(0, 1)
)
UPLOADS = st.lists(st.lists(RECORDS | st.integers(0, 2), min_size=1, max_size=6), min_size=1, max_size=4)
ENROLMENTS = st.lists(
    st.tuples(st.sampled_from(["2", "77", "88"]), st.sampled_from(["Joko", "Wati"]), st.integers(0, 3)),
    max_size=3,
)


def officer(town: Town) -> Any:
    return town.call("Eka", (Role.PERSONNEL_ADMIN, "city"))


def wall(record: tuple[str, int, int, int]) -> str:
    return f"{FIRST + timedelta(days=record[1])} {record[2]:02}:00:00"


async def by_adms(town: Town, device: DeviceRow, records: Sequence[Record]) -> int:
    lines = [
        ("junk", "\t2026-11-16 07:00:00\t0", "2\tnever\t0")[one]
        if isinstance(one, int)
        else f"{one[0]}\t{wall(one)}\t{one[3]}\t1\t0"
        for one in records
    ]
    query = {"SN": device.serial, "table": "ATTLOG", "Stamp": "1"}
    request = DeviceRequest("POST", "/iclock/cdata", query, "\n".join(lines).encode())
    reply = await receive(officer(town), town.registry.sources[device.source], request)
    assert reply.status == 200
    return len(lines)


async def by_webhook(town: Town, device: DeviceRow, records: Sequence[Record]) -> int:
    data = [
        (None, {"pin": "2"}, {"scan": "2026-11-16 07:00"})[one]
        if isinstance(one, int)
        else {"pin": one[0], "scan": wall(one), "status_scan": str(one[3]), "verify": "1"}
        for one in records
    ]
    body = json.dumps({"type": "attlog", "cloud_id": device.serial, "data": data}).encode()
    request = DeviceRequest("POST", "/fingerspot/webhook", {}, body)
    reply = await receive(officer(town), town.registry.sources[device.source], request)
    assert reply.status == 200
    return len(data)


async def by_hub(town: Town, device: DeviceRow, records: Sequence[Record]) -> int:
    for one in records:
        event: dict[str, Any] = {"event": "attendance", "cloudId": device.serial}
        if isinstance(one, int):
            event |= ({}, {"employeeNo": "2"}, {"eventTime": "2026-11-16T07:00:00Z"})[one]
        else:
            event |= {
                "employeeNo": one[0],
                "eventTime": f"{wall(one).replace(' ', 'T')}+07:00",
                "attendanceStatus": ("check_in", "check_out")[one[3]],
            }
        body = json.dumps(event).encode()
        headers = {
            "x-hub-api-timestamp": str(int(NOW.timestamp())),
            "x-hub-api-signature-256": signature_of(TOKEN, body),
        }
        request = DeviceRequest("POST", "/fingerspot/hub", {}, body, headers=headers)
        assert (await receive(officer(town), town.registry.sources[device.source], request)).status == 200
    return len(records)


async def by_stick(town: Town, device: DeviceRow, records: Sequence[Record]) -> int:
    lines = [
        ("junk", "2\tnever\t1\t0\t1", "  \t2026-11-16 07:00:00")[one]
        if isinstance(one, int)
        else f"{one[0]:>9}\t{wall(one)}\t1\t{one[3]}\t1\t0"
        for one in records
    ]
    return await _carried(town, device, CarriedFile("\r\n".join(lines).encode()))


async def by_table(town: Town, device: DeviceRow, records: Sequence[Record]) -> int:
    rows = [
        (("", "2026-11-16 07:00", "in"), ("2", "", "in"), ("2", "soon", ""))[one]
        if isinstance(one, int)
        else (one[0], wall(one), ("masuk", "pulang")[one[3]])
        for one in records
    ]
    return await _carried(town, device, CarriedFile(table=Table.of(("pin", "time", "state"), rows)))


async def _carried(town: Town, device: DeviceRow, file: CarriedFile) -> int:
    foreseen = await import_punches(officer(town), device.serial, device.source, file, {}, True)
    done = await import_punches(officer(town), device.serial, device.source, file, {}, False)
    assert (foreseen.rows, foreseen.used, foreseen.duplicates, foreseen.unexplained, foreseen.strangers) == (
        done.rows, done.used, done.duplicates, done.unexplained, done.strangers,
    )  # fmt: skip
    assert done.rows == done.used + done.duplicates + done.unexplained
    await reclassify(officer(town))
    return done.rows


Way = Callable[[Town, DeviceRow, Sequence[Record]], Awaitable[int]]
WAYS: dict[str, Way] = {
    "eperf/adms-push": by_adms,
    "fingerspot/cloud": by_webhook,
    "fingerspot/hub": by_hub,
    "eperf/usb-file": by_stick,
    "eperf/table-file": by_table,
}


async def device_of(town: Town, source: str) -> DeviceRow:
    """A device of a source with nothing kept of it, where the PINs 1, 2 and 3 are Sri's, Budi's and Wati's."""
    options = {"token": TOKEN}
    number = await register(officer(town), "D1", "Door", town.units["office"], source, options)
    await UnreadRow.all().delete()
    await PunchRow.all().delete()
    await DayRow.all().delete()
    await EventRow.all().delete()
    await EnrolmentRow.filter(device_id=number).delete()
    for pin, name in (("1", "Sri"), ("2", "Budi"), ("3", "Wati")):
        await EnrolmentRow.create(device_id=number, pin=pin, employee_id=town.people[name], valid_from=SINCE)
    return await DeviceRow.get(id=number)


async def require_whole(device: DeviceRow, taken_in: int) -> None:
    """Count in = count out, and each record has exactly one end."""
    punches = await PunchRow.filter(device_id=device.id)
    unread = await UnreadRow.filter(device_id=device.id)
    assert sum(row.copies + 1 for row in [*punches, *unread]) == taken_in
    for punch in punches:
        assert (punch.outcome, punch.reason) == (
            ("used", None) if punch.employee_id else ("unexplained", "unknown-pin")
        )
        if punch.employee_id:
            assert await DayRow.exists(employee_id=punch.employee_id, date=punch.date)
    for row in unread:
        assert (row.outcome, bool(row.reason)) in (("unexplained", True), ("duplicate", False))
        assert (row.outcome == "duplicate") == (row.punch_id is not None)


@pytest.mark.parametrize("source", WAYS)
@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(uploads=UPLOADS, enrolments=ENROLMENTS, seed=st.integers(0, 2**32))
async def test_whatever_comes_in_is_used_a_duplicate_or_unexplained(
    town: Town, source: str, uploads: list[list[Record]], enrolments: list[tuple[str, str, int]], seed: int
) -> None:
    ends = []
    for order in (uploads, random.Random(seed).sample(uploads, len(uploads))):
        device = await device_of(town, source)
        taken_in = 0
        for records in order:
            taken_in += await WAYS[source](town, device, records)
            await require_whole(device, taken_in)
        for pin, name, day in enrolments:
            since = FIRST + timedelta(days=day)
            await enrol(officer(town), device.id, [(pin, town.people[name])], since)
            await require_whole(device, taken_in)
        punches = await PunchRow.filter(device_id=device.id)
        kept = {(p.pin, p.occurred_at, p.kind): (p.employee_id, p.copies) for p in punches}
        meant = [one for records in uploads for one in records if not isinstance(one, int)]
        assert len(punches) == len(kept) == len(set(meant))
        ends.append(kept)
    assert ends[0] == ends[1]


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(uploads=UPLOADS, enrolments=ENROLMENTS.filter(bool))
async def test_enrolling_before_or_after_the_records_came_makes_no_difference(
    town: Town, uploads: list[list[Record]], enrolments: list[tuple[str, str, int]]
) -> None:
    async def days() -> dict[tuple[int, date], Any]:
        found = await DayRow.filter(status__not="absent")
        return {(row.employee_id, row.date): (row.status, row.first_in, row.last_out) for row in found}

    async def enrolled(device: DeviceRow) -> None:
        for pin, name, day in enrolments:
            await enrol(officer(town), device.id, [(pin, town.people[name])], FIRST + timedelta(days=day))

    ends = []
    for late in (False, True):
        device = await device_of(town, "eperf/adms-push")
        if not late:
            await enrolled(device)
        for records in uploads:
            await by_adms(town, device, records)
        if late:
            await enrolled(device)
        owners = {(p.pin, p.date, p.kind, p.occurred_at): p.employee_id for p in await PunchRow.all()}
        ends.append((owners, await days()))
    assert ends[0] == ends[1]


async def test_a_pin_that_was_taken_for_somebody_else_s_moves_with_its_days(town: Town) -> None:
    device = await device_of(town, "eperf/adms-push")
    await by_adms(town, device, [("2", 0, 7, 0), ("2", 1, 7, 0)])
    moved = await enrol(officer(town), device.id, [("2", town.people["Joko"])], FIRST + timedelta(days=1))
    assert moved == 1
    owners = [punch.employee_id for punch in await PunchRow.all().order_by("occurred_at")]
    assert owners == [town.people["Budi"], town.people["Joko"]]
    budi = await DayRow.get(employee_id=town.people["Budi"], date=FIRST + timedelta(days=1))
    assert (budi.status, budi.first_in) == ("absent", None)
    joko = await DayRow.get(employee_id=town.people["Joko"], date=FIRST + timedelta(days=1))
    assert joko.first_in == datetime(2026, 11, 17, 0, 0, tzinfo=UTC)


async def test_enrolling_again_the_same_way_moves_nothing_and_tells_nothing(town: Town) -> None:
    device = await device_of(town, "eperf/adms-push")
    await by_adms(town, device, [("2", 0, 7, 0), ("77", 0, 7, 0)])
    people = [("2", town.people["Budi"]), ("77", town.people["Joko"])]
    assert await enrol(officer(town), device.id, people, SINCE) == 1
    told = await EventRow.all().count()
    assert await enrol(officer(town), device.id, people, SINCE) == 0
    assert await EventRow.all().count() == told


async def test_a_resend_of_a_whole_memory_adds_no_row_and_is_counted(town: Town) -> None:
    device = await device_of(town, "eperf/adms-push")
    records: list[Record] = [("2", day, hour, 0) for day in range(4) for hour in range(24)] + [0, 1, 2]
    for _ in range(3):
        await by_adms(town, device, records)
    assert await PunchRow.all().count() == 96
    assert await UnreadRow.all().count() == 3
    assert {row.copies for row in [*await PunchRow.all(), *await UnreadRow.all()]} == {2}
    await require_whole(device, 297)
