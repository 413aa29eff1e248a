"""Two ways and one meaning: what a file brings ends as what a push brings, whatever is there already."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eperf.domain.access import Role
from eperf.domain.attendance.frames import records_of, skipped_of
from eperf.domain.attendance.punch import PunchKind, RawPunch, SkippedLine, Verify, digest, record_key
from eperf.services.attendance import bulk
from eperf.services.attendance.bulk import foreseen_file, take_in_file
from eperf.services.attendance.days import reclassify
from eperf.services.attendance.intake import Taken, take_in
from eperf.services.call import work
from eperf.store import database as store
from eperf.store.attendance import DayRow, DeviceRow, EnrolmentRow, PunchRow, UnreadRow
from eperf.store.calendar import StaleDayRow
from eperf.store.device import ClockErrorRow
from eperf.store.event import EventRow
from eperf.store.rekey import rekey
from tests.support.town import SINCE, Town, build

FIRST = datetime(2026, 11, 16, 16, 30, tzinfo=UTC)  # half an hour before midnight in Surabaya
LINES = ("1\t0\tNone", "sampah", "\\x00\t'\"", "2\t1\t0")

# A record: PIN, half hours after the first, status; or a number: a line that is none, in one profile at least.
Record = tuple[str, int, int | None] | int
RECORDS = st.tuples(
    st.sampled_from(["1", "2", "3", "77", '"', "\\N"]),
    st.integers(0, 3),
    st.sampled_from([None, 0, 1, 255]),
) | st.integers(0, 3)
# An upload comes as a file or is pushed to both.
UPLOADS = st.lists(
    st.tuples(st.booleans(), st.lists(RECORDS, min_size=1, max_size=8)), min_size=1, max_size=4
)

ERRORS = st.lists(
    st.tuples(
        st.integers(0, 3), st.none() | st.integers(1, 4), st.sampled_from([-1440, -30, 0, 30, 60, 1440])
    ).filter(lambda one: one[1] is None or one[1] > one[0]),
    max_size=3,
)


@pytest.fixture
async def town(database: str) -> Town:
    return await build()


def officer(town: Town) -> Any:
    return town.call("Eka", (Role.PERSONNEL_ADMIN, "city"))


def records(given: Sequence[Record]) -> tuple[list[RawPunch], list[SkippedLine]]:
    punches = [
        RawPunch(
            pin=one[0], occurred_at=FIRST + timedelta(minutes=30 * one[1]), device_local="", kind=PunchKind.IN,
            status=one[2], status_text=None, verify=Verify.FACE, verify_code=None, verify_text=None, workcode=None,
            raw="\t".join(map(str, one)), line_no=place,
        )
        for place, one in enumerate(given, start=1)
        if not isinstance(one, int)
    ]  # fmt: skip
    skipped = [
        SkippedLine(place, LINES[one], "record_unreadable")
        for place, one in enumerate(given, start=1)
        if isinstance(one, int)
    ]
    return punches, skipped


async def device(town: Town, serial: str) -> DeviceRow:
    row = await DeviceRow.create(
        serial=serial, name=serial, source="eperf/usb-file", unit_id=town.units["office"], state="active"
    )
    people = town.people
    for pin, name, since, until in (
        ("1", "Sri", SINCE, None), ("2", "Budi", SINCE, date(2026, 11, 17)), ("2", "Wati", date(2026, 11, 18), None),
        ("3", "Eka", date(2026, 11, 17), None), ('"', "Joko", SINCE, None),
    ):  # fmt: skip
        await EnrolmentRow.create(
            device_id=row.id, pin=pin, employee_id=people[name], valid_from=since, valid_to=until
        )
    return row


async def small(town: Town, to: DeviceRow, given: Sequence[Record]) -> Taken:
    async with work(officer(town)) as opened:
        return await take_in(officer(town), opened, to, "eperf/usb-file", *records(given), "Asia/Jakarta")


async def large(town: Town, to: DeviceRow, given: Sequence[Record]) -> Taken:
    punches, skipped = records(given)
    frames = (records_of(punches), skipped_of(skipped), "Asia/Jakarta")
    before = await foreseen_file(to, *frames)
    async with work(officer(town)) as opened:
        done = await take_in_file(officer(town), opened, to, "eperf/usb-file", *frames)
    counts = (done.used, done.duplicates, done.unexplained)
    assert (before.used, before.duplicates, before.unexplained) == counts
    assert before.strangers == done.strangers
    by_line = {punch.line_no: punch for punch in punches}
    return Taken(*counts, tuple(by_line[place] for place, _ in done.strangers))


async def wrong(of: DeviceRow, errors: Sequence[tuple[int, int | None, int]]) -> None:
    """Tells of a clock: from and before which half hour it was ahead by so many minutes."""
    for first, until, ahead in errors:
        await ClockErrorRow.create(
            device_id=of.id, begins=FIRST + timedelta(minutes=30 * first), ahead_sec=60 * ahead, reason="", told_at=FIRST,
            ends=None if until is None else FIRST + timedelta(minutes=30 * until),
        )  # fmt: skip


async def kept(of: DeviceRow) -> tuple[list[Any], list[Any], int]:
    names = (
        "source",
        "pin",
        "occurred_at",
        "date",
        "kind",
        "verify",
        "line",
        "employee_id",
        "outcome",
        "reason",
        "device_at",
    )
    punches = await PunchRow.filter(device_id=of.id)
    unread = await UnreadRow.filter(device_id=of.id)
    aheads = {row.id: row.ahead_sec for row in await ClockErrorRow.filter(device_id=of.id)}
    said = {punch.id: punch.digest.partition(" ")[2] for punch in punches}
    return (
        sorted(
            (
                punch.digest.partition(" ")[2],
                punch.copies,
                str(aheads.get(punch.clock_error_id or 0)),
                *(str(getattr(punch, name)) for name in names),
            )
            for punch in punches
        ),
        sorted(
            (row.line, row.outcome, str(row.reason), row.copies, said.get(row.punch_id or 0, ""))
            for row in unread
        ),
        (await DeviceRow.get(id=of.id)).kept,
    )


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(uploads=UPLOADS, errors=ERRORS, at_once=st.sampled_from([2, 50_000]))
async def test_a_file_ends_as_the_same_records_pushed(
    town: Town,
    monkeypatch: pytest.MonkeyPatch,
    uploads: list[tuple[bool, list[Record]]],
    errors: list[tuple[int, int | None, int]],
    at_once: int,
) -> None:
    monkeypatch.setattr(bulk, "AT_ONCE", at_once)
    await UnreadRow.all().delete()
    await PunchRow.all().delete()
    await ClockErrorRow.all().delete()
    await DeviceRow.exclude(id=town.device).delete()
    pushed, carried = await device(town, "PUSHED"), await device(town, "CARRIED")
    await wrong(pushed, errors)
    await wrong(carried, errors)
    for is_file, came in uploads:
        one = await small(town, pushed, came)
        other = await (large if is_file else small)(town, carried, came)
        assert (one.used, one.duplicates, one.unexplained) == (
            other.used,
            other.duplicates,
            other.unexplained,
        )
        assert sorted(punch.line_no for punch in one.strangers) == sorted(
            punch.line_no for punch in other.strangers
        )
        assert await kept(pushed) == await kept(carried)
    punches, unread, count = await kept(carried)
    assert count == len(punches) + sum(row[1] == "unexplained" for row in unread)


async def test_a_file_marks_the_days_of_its_people_and_tells_once(town: Town) -> None:
    row = await device(town, "CARRIED")
    await large(town, row, [("1", 0, 0), ("1", 1, 1), ("3", 1, 0), ("77", 1, 0)])
    (told,) = await EventRow.all()
    assert (told.kind, told.subject_type, told.subject_id) == (
        "attendance.punches-imported",
        "Device",
        row.id,
    )
    assert told.payload == {"rows": 3, "first": "2026-11-16", "last": "2026-11-17"}
    marked = {(one.date.day, one.unit_id) for one in await StaleDayRow.all()}
    assert marked == {(16, town.units["office"]), (17, town.units["office"]), (17, town.units["archive"])}
    assert not await DayRow.all().count()
    while await reclassify(officer(town)):
        pass
    days = {(one.employee_id, one.date.day) for one in await DayRow.all()}
    assert days == {(town.people["Sri"], 16), (town.people["Sri"], 17), (town.people["Eka"], 17)}
    await large(town, row, [("1", 0, 0), ("77", 1, 0)])
    assert await EventRow.filter(kind="attendance.punches-imported").count() == 1
    assert not await StaleDayRow.all().count()


async def test_no_foreign_key_is_asked_for_each_punch_on_postgres(database: str) -> None:
    if database.startswith("sqlite"):
        return
    found = await store.connection().execute_query_dict(
        "SELECT conname FROM pg_constraint WHERE conrelid = 'punch'::regclass AND contype = 'f'"
    )
    assert found == []


async def test_keys_of_before_are_written_out_and_a_resend_is_still_a_duplicate(town: Town) -> None:
    row = await device(town, "CARRIED")
    given: list[Record] = [("1", 0, None), ("2", 1, 255), ("3", 2, 1)]
    await small(town, row, given)
    client = store.connection()
    await client.execute_script("ALTER TABLE device ADD COLUMN first_source VARCHAR(100)")
    await client.execute_script(f"UPDATE device SET first_source = 'eperf/adms-push' WHERE id = {row.id}")
    keys = [punch.digest for punch in await PunchRow.all().order_by("id")]
    for punch, one in zip(await PunchRow.all().order_by("id"), given, strict=True):
        assert not isinstance(one, int)
        punch.digest = digest("eperf/adms-push", "CARRIED", one[0], punch.occurred_at, one[2])
        await punch.save()

    class Editor:
        client = store.connection()

    await rekey(None, Editor)
    assert [punch.digest for punch in await PunchRow.all().order_by("id")] == keys
    assert (await large(town, row, given)).duplicates == 3


@given(
    st.integers(1, 2**40),
    st.text("!#AZaz09~", min_size=1, max_size=24),
    st.datetimes(datetime(2000, 1, 1), datetime(2099, 12, 31)),
    st.none() | st.integers(0, 9999),
)
def test_a_key_fits_its_column_and_differs_by_each_part(
    number: int, pin: str, wall: datetime, status: int | None
) -> None:
    at = wall.replace(tzinfo=UTC)
    key = record_key(number, pin, at, status)
    assert len(key) <= 64
    assert key == record_key(number, pin, at.replace(microsecond=0), status)
    others = {
        record_key(number + 1, pin, at, status), record_key(number, pin + "x", at, status),
        record_key(number, pin, at + timedelta(seconds=1), status), record_key(number, pin, at, 10_000),
    }  # fmt: skip
    assert len(others | {key}) == 5
