"""The almanac and decrees in classified days and in scores, on a real database."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import pytest

from eperf.adapters.almanac import holidays_of
from eperf.domain.access import Role, Viewer
from eperf.domain.attendance.holiday import Entry, EntryKind
from eperf.domain.attendance.punch import PunchKind
from eperf.domain.errors import Conflict, Forbidden, KeyReused, NotFound, Taken
from eperf.domain.period import YearMonth
from eperf.domain.scoring.cut import Cohort
from eperf.services.attendance import calendar, days
from eperf.services.attendance.clock import clock
from eperf.services.attendance.days import close_day, reclassify
from eperf.services.call import Call
from eperf.services.scoring import score_dirty
from eperf.store import frames
from eperf.store.attendance import DayRow
from eperf.store.calendar import CalendarRow, StaleDayRow
from eperf.store.event import EventRow
from eperf.store.organisation import UnitRow
from eperf.store.people import EmployeeRow, PlacementRow
from eperf.store.scoring import DirtyRow
from tests.support.town import NOW, TODAY, Town

YESTERDAY = TODAY - timedelta(days=1)
CHRISTMAS = date(2025, 12, 25)
ADMIN = (Role.PERSONNEL_ADMIN, "city")


def admin(town: Town, key: str | None = None, unit: str = "city") -> Call:
    return town.call("Eka", (Role.PERSONNEL_ADMIN, unit), key=key)


def free(day: date = YESTERDAY, **changes: object) -> Entry:
    known = Entry(EntryKind.OTHER, day, day, "Pemilihan kepala daerah", "Keppres 1/2026")
    return dataclasses.replace(known, **changes)  # type: ignore[arg-type]


async def settle(town: Town) -> None:
    while await reclassify(town.call("Sri")):
        pass


async def status(town: Town, name: str, day: date = YESTERDAY) -> str:
    return (await DayRow.get(employee_id=town.people[name], date=day)).status


async def test_a_national_holiday_is_no_absence(town: Town) -> None:
    await close_day(town.call("Sri"), CHRISTMAS)
    row = await DayRow.get(employee_id=town.people["Budi"], date=CHRISTMAS)
    assert row.status == "holiday"
    assert row.steps[0]["facts"]["name"] in {one.name for one in holidays_of(2025) if one.date == CHRISTMAS}


async def test_before_there_are_units_nobody_enters_for_everywhere(database: str) -> None:
    nobody = Viewer(account_id=1, name="somebody", employee_id=None, roles=frozenset(), grants=frozenset())
    with pytest.raises(Forbidden):
        await calendar.add(Call(nobody, NOW), free())
    assert not await CalendarRow.exists()


async def test_joint_leave_is_free_too(town: Town) -> None:
    joint = next(
        one.date
        for one in holidays_of(2025)
        if one.kind is EntryKind.JOINT_LEAVE and one.date.isoweekday() <= 5
    )
    await close_day(town.call("Sri"), joint)
    assert await status(town, "Budi", joint) == "holiday"


async def test_a_decree_frees_a_day_that_was_closed_and_its_withdrawal_makes_it_absent_again(
    town: Town,
) -> None:
    await close_day(town.call("Sri"), YESTERDAY)
    assert await status(town, "Budi") == "absent"
    number = await calendar.add(admin(town), free())
    await DirtyRow.all().delete()
    await settle(town)
    row = await DayRow.get(employee_id=town.people["Budi"], date=YESTERDAY)
    assert (row.status, row.steps[0]["legal_basis"]) == ("holiday", "Keppres 1/2026")
    assert {one.employee_id for one in await DirtyRow.all()} == set(town.people.values())
    await calendar.withdraw(admin(town), number)
    await settle(town)
    assert await status(town, "Budi") == "absent"
    assert [
        row.payload["what"]
        for row in await EventRow.filter(kind="attendance.calendar-changed").order_by("id")
    ] == [
        "added",
        "withdrawn",
    ]


async def test_a_decree_may_take_a_holiday_away(town: Town) -> None:
    await close_day(town.call("Sri"), CHRISTMAS)
    await calendar.add(admin(town), free(CHRISTMAS, kind=EntryKind.NATIONAL, adds=False))
    await settle(town)
    assert await status(town, "Budi", CHRISTMAS) == "absent"


async def test_an_entry_of_a_unit_holds_there_alone(town: Town) -> None:
    await close_day(town.call("Sri"), YESTERDAY)
    await calendar.add(admin(town), free(unit_id=town.units["office"]))
    await settle(town)
    assert await status(town, "Budi") == "holiday"
    assert await status(town, "Eka") == "absent"


async def test_a_day_belongs_to_the_unit_of_that_day_not_to_that_of_today(town: Town) -> None:
    await PlacementRow.filter(employee_id=town.people["Budi"]).update(valid_to=TODAY)
    await PlacementRow.create(
        employee_id=town.people["Budi"], unit_id=town.units["archive"], valid_from=TODAY
    )
    await EmployeeRow.filter(id=town.people["Budi"]).update(unit_id=town.units["archive"])
    await close_day(town.call("Sri"), YESTERDAY)
    await calendar.add(admin(town), free(unit_id=town.units["office"]))
    await settle(town)
    row = await DayRow.get(employee_id=town.people["Budi"], date=YESTERDAY)
    assert (row.unit_id, row.status) == (town.units["office"], "holiday")


async def test_in_ramadan_the_shorter_hours_are_owed(town: Town) -> None:
    await close_day(town.call("Sri"), YESTERDAY)
    await calendar.add(admin(town), free(kind=EntryKind.RAMADAN, first=YESTERDAY - timedelta(days=9)))
    await settle(town)
    row = await DayRow.get(employee_id=town.people["Budi"], date=YESTERDAY)
    assert row.status == "absent"
    assert row.steps[0]["facts"] == {"start": "08:00", "end": "15:00", "break_min": "30"}


async def test_a_decree_for_days_ahead_waits_for_them(town: Town) -> None:
    ahead = TODAY + timedelta(days=14)
    await calendar.add(admin(town), free(ahead))
    assert await StaleDayRow.all().count() == 0
    later = dataclasses.replace(town.call("Sri"), now=NOW + timedelta(days=15))
    await close_day(later, ahead)
    assert await status(town, "Budi", ahead) == "holiday"


async def test_in_each_zone_a_day_is_free_on_its_own_date(town: Town) -> None:
    await UnitRow.filter(id=town.units["office"]).update(zone="Asia/Jayapura")
    late = datetime(2026, 11, 23, 16, 0, tzinfo=UTC)  # the 23rd in the west, the 24th in the east
    await calendar.add(admin(town), free(TODAY))
    east = dataclasses.replace(town.call("Budi"), now=late)
    await clock(east, PunchKind.IN)
    assert await status(town, "Budi", TODAY) == "holiday"
    await clock(dataclasses.replace(town.call("Eka"), now=late), PunchKind.IN)
    assert await status(town, "Eka", YESTERDAY) != "holiday"


async def test_everywhere_takes_the_right_over_every_top_unit(town: Town) -> None:
    for call in (town.call("Budi"), admin(town, unit="office"), town.call("Eka", (Role.UNIT_LEADER, "city"))):
        with pytest.raises(Forbidden):
            await calendar.add(call, free())
    other = await UnitRow.create(code="other", name="Other", kind="city", zone="Asia/Jakarta")
    with pytest.raises(Forbidden):
        await calendar.add(admin(town), free())
    await other.delete()
    await calendar.add(admin(town), free())
    with pytest.raises(Forbidden):
        await calendar.add(admin(town, unit="office"), free(unit_id=town.units["archive"]))
    number = await calendar.add(admin(town, unit="office"), free(unit_id=town.units["office"]))
    with pytest.raises(Forbidden):
        await calendar.withdraw(admin(town, unit="archive"), number)
    with pytest.raises(NotFound):
        await calendar.add(admin(town), free(unit_id=2**40))
    assert await CalendarRow.all().count() == 2


async def test_one_key_is_one_entry_and_a_second_for_the_same_day_is_refused(town: Town) -> None:
    first = await calendar.add(admin(town, key="k"), free())
    assert await calendar.add(admin(town, key="k"), free()) == first
    with pytest.raises(KeyReused):
        await calendar.add(admin(town, key="k"), free(name="Lain"))
    with pytest.raises(Taken):
        await calendar.add(admin(town), free(name="Lain"))
    await calendar.withdraw(admin(town), first)
    with pytest.raises(Conflict):
        await calendar.withdraw(admin(town), first)
    with pytest.raises(NotFound):
        await calendar.withdraw(admin(town), 2**40)
    assert await calendar.add(admin(town), free(name="Lain")) != first


async def test_of_ten_who_enter_one_day_at_once_one_does(town: Town) -> None:
    calls = (calendar.add(admin(town), free(name=f"Libur {n}")) for n in range(10))
    outcomes = await asyncio.gather(*calls, return_exceptions=True)
    assert sum(isinstance(one, int) for one in outcomes) == 1
    assert sum(isinstance(one, Taken) for one in outcomes) == 9
    assert await CalendarRow.all().count() == 1
    assert await StaleDayRow.all().count() == 1


async def test_a_day_that_is_marked_again_while_it_is_classified_stays_marked(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    await close_day(town.call("Sri"), YESTERDAY)
    number = await calendar.add(admin(town), free())
    real = days.stale.people

    async def meanwhile(row: StaleDayRow) -> list[int]:
        found = await real(row)
        await calendar.withdraw(admin(town), number)
        monkeypatch.undo()
        return found

    monkeypatch.setattr(days.stale, "people", meanwhile)
    assert await reclassify(town.call("Sri")) == 1
    assert await StaleDayRow.all().count() == 1
    await settle(town)
    assert await StaleDayRow.all().count() == 0
    assert await status(town, "Budi") == "absent"


async def test_the_months_free_days_are_named_with_their_rule(town: Town) -> None:
    await calendar.add(admin(town), free(TODAY, unit_id=town.units["office"]))
    office = await calendar.of_month(town.units["office"], YearMonth(2026, 11))
    archive = await calendar.of_month(town.units["archive"], YearMonth(2026, 11))
    assert office.holidays[TODAY].legal_basis == "Keppres 1/2026"
    assert TODAY not in archive.holidays
    with pytest.raises(NotFound):
        await calendar.of_month(2**40, YearMonth(2026, 11))


async def test_a_free_day_is_no_working_day_of_the_month_that_is_scored(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[int] = []
    real = frames.months

    async def spying(cohorts: Sequence[Cohort], period: YearMonth) -> object:
        seen.extend(cohort.working_days for cohort in cohorts)
        return await real(cohorts, period)

    monkeypatch.setattr(frames, "months", spying)
    await calendar.add(admin(town), free(TODAY))
    await score_dirty(town.call("Sri"))
    assert set(seen) == {20}  # November 2026 has 21 week days


async def test_a_unit_whose_days_cannot_be_read_keeps_no_other_days_waiting(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = YESTERDAY - timedelta(days=3)
    for day in (before, YESTERDAY):
        await close_day(town.call("Sri"), day)
        await calendar.add(admin(town), free(day))
    real = days.classify

    async def broken(call: Call, opened: object, wanted: list[tuple[int, date]]) -> int:
        if wanted[0][1] == before:
            raise NotFound("part", "gone")
        return await real(call, opened, wanted)  # type: ignore[arg-type]

    monkeypatch.setattr(days, "classify", broken)
    with pytest.raises(ExceptionGroup):
        await reclassify(town.call("Sri"))
    assert await status(town, "Budi") == "holiday"
    assert [row.date for row in await StaleDayRow.all()] == [before]
    monkeypatch.undo()
    await settle(town)
    assert await status(town, "Budi", before) == "holiday"


async def test_many_who_close_and_free_the_same_days_at_once_end_in_free_days(town: Town) -> None:
    for _ in range(3):
        await close_day(town.call("Sri"), YESTERDAY)
        number = await calendar.add(admin(town), free())
        await asyncio.gather(
            *(close_day(town.call("Sri"), YESTERDAY) for _ in range(4)),
            *(reclassify(town.call("Sri")) for _ in range(4)),
            *(clock(town.call(name), PunchKind.IN) for name in town.people),
        )
        assert {row.status for row in await DayRow.filter(date=YESTERDAY)} == {"holiday"}
        await calendar.withdraw(admin(town), number)
        await settle(town)
