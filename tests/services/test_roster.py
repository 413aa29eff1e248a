"""Shifts of a roster in classified days, and what makes past days be classified again, on a real database."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any

import pytest

from eperf.domain.access import Role
from eperf.domain.attendance.calendar import ZONES
from eperf.domain.attendance.correction import CorrectionAsked, CorrectionReason
from eperf.domain.attendance.day import Shift
from eperf.domain.attendance.roster import checked_shift
from eperf.domain.errors import BadInput, Forbidden, KeyReused, NotFound, TooMany
from eperf.domain.people import Post
from eperf.services import binding, organisation, people
from eperf.services.attendance import correction, roster
from eperf.services.attendance.days import classify, close_day, reclassify
from eperf.services.call import Call, work
from eperf.services.parts import Slot
from eperf.store.attendance import DayRow, PunchRow
from eperf.store.days import WRITTEN
from eperf.store.event import EventRow
from eperf.store.file import FileRow
from eperf.store.organisation import UnitRow
from eperf.store.roster import RosterRow, StaleSpanRow
from eperf.store.scoring import DirtyRow
from tests.support.town import NOW, TODAY, Town

MONDAY, TUESDAY = TODAY - timedelta(days=8), TODAY - timedelta(days=7)
DAY = timedelta(days=1)
NIGHT = checked_shift("Malam", "22:00", "06:00", 60)
EARLY = checked_shift("Pagi", "06:00", "14:00", 60)


def admin(town: Town, key: str | None = None, unit: str = "city") -> Call:
    return town.call("Eka", (Role.PERSONNEL_ADMIN, unit), (Role.PLUGIN_ADMIN, unit), key=key)


async def by_roster(town: Town, unit: str = "office") -> None:
    await binding.bind(admin(town), town.units[unit], Slot.WORK_TIME, "eperf/shifts", {}, date(2026, 1, 1))


async def tap(town: Town, name: str, day: date, text: str, kind: str, zone: str = "WIB") -> None:
    moment = datetime.combine(day, time.fromisoformat(text), ZONES[zone])
    await PunchRow.create(
        source="eperf/adms-push", pin="2", occurred_at=moment.astimezone(UTC), date=day, kind=kind, line="",
        digest=f"{name}{moment}", received_at=NOW, employee_id=town.people[name], outcome="used",
    )  # fmt: skip


async def classified(town: Town, name: str, *days: date, now: datetime = NOW) -> None:
    call = dataclasses.replace(town.call("Sri"), now=now)
    async with work(call) as opened:
        await classify(call, opened, [(town.people[name], day) for day in days])


async def settle(town: Town) -> None:
    while await reclassify(town.call("Sri")):
        pass


async def figures(town: Town, name: str, day: date) -> tuple[Any, ...] | None:
    row = await DayRow.get_or_none(employee_id=town.people[name], date=day)
    return row and (row.status, row.late_min, row.early_min, row.missing_taps)


async def assign(town: Town, name: str, days: Iterable[date], shift: Shift | None) -> int:
    return await roster.assign(admin(town), town.people[name], list(days), shift)


@pytest.mark.parametrize("zone", sorted(ZONES))
async def test_the_morning_s_tap_belongs_to_the_night_and_to_no_other_day(town: Town, zone: str) -> None:
    await UnitRow.filter(id=town.units["office"]).update(zone=ZONES[zone].key)
    await by_roster(town)
    await assign(town, "Budi", [MONDAY], NIGHT)
    await tap(town, "Budi", MONDAY, "21:55", "in", zone)
    await tap(town, "Budi", TUESDAY, "06:02", "out", zone)
    # Only the civil day of the last tap is asked for: the night is found by the roster.
    await classified(town, "Budi", TUESDAY)
    assert await figures(town, "Budi", MONDAY) == ("present", 0, 0, 0)
    assert await figures(town, "Budi", TUESDAY) == ("off", 0, 0, 0)
    row = await DayRow.get(employee_id=town.people["Budi"], date=MONDAY)
    assert [step["rule"] for step in row.steps][:2] == ["shift", "start_day"]
    assert row.last_out == datetime.combine(TUESDAY, time(6, 2), ZONES[zone])


async def test_a_night_runs_until_nothing_more_can_come_and_is_then_closed_with_the_next_day(
    town: Town,
) -> None:
    await by_roster(town)
    await assign(town, "Budi", [MONDAY], NIGHT)
    await tap(town, "Budi", MONDAY, "21:55", "in")
    midnight = datetime.combine(TUESDAY, time(0, 5), ZONES["WIB"]).astimezone(UTC)
    await close_day(dataclasses.replace(town.call("Sri"), now=midnight), MONDAY)
    assert await figures(town, "Budi", MONDAY) == ("present", 0, None, 0)
    await close_day(dataclasses.replace(town.call("Sri"), now=midnight + DAY), TUESDAY)
    assert await figures(town, "Budi", MONDAY) == ("incomplete", 0, None, 1)


async def test_a_shift_that_starts_after_midnight_has_who_came_before_it(town: Town) -> None:
    await by_roster(town)
    await assign(town, "Budi", [TUESDAY], checked_shift("Dini hari", "00:30", "08:00", 30))
    await tap(town, "Budi", MONDAY, "23:50", "in")
    await tap(town, "Budi", TUESDAY, "08:01", "out")
    await classified(town, "Budi", MONDAY, TUESDAY)
    assert await figures(town, "Budi", MONDAY) == ("off", 0, 0, 0)
    assert await figures(town, "Budi", TUESDAY) == ("present", 0, 0, 0)


async def test_a_change_of_the_past_roster_classifies_both_days_again(town: Town) -> None:
    await by_roster(town)
    await tap(town, "Budi", MONDAY, "21:55", "in")
    await tap(town, "Budi", TUESDAY, "06:02", "out")
    await classified(town, "Budi", MONDAY, TUESDAY)
    await settle(town)
    await DirtyRow.all().delete()
    await assign(town, "Budi", [MONDAY], NIGHT)
    await settle(town)
    assert await figures(town, "Budi", MONDAY) == ("present", 0, 0, 0)
    assert {row.employee_id for row in await DirtyRow.all()} == {town.people["Budi"]}
    await assign(town, "Budi", [MONDAY], None)
    await settle(town)
    assert await figures(town, "Budi", MONDAY) == ("off", 0, 0, 0)
    assert not await RosterRow.exists()
    told = await EventRow.filter(kind="attendance.roster-changed").order_by("id")
    assert [row.payload["shift"] for row in told] == ["Malam", None]


async def test_a_roster_ahead_waits_for_its_days_and_the_same_again_writes_nothing(town: Town) -> None:
    ahead = [TODAY + timedelta(days=n) for n in range(7, 14)]
    await assign(town, "Budi", ahead, NIGHT)
    await assign(town, "Budi", ahead, NIGHT)
    assert not await StaleSpanRow.exists()
    assert await RosterRow.all().count() == 7
    assert await EventRow.filter(kind="attendance.roster-changed").count() == 1


async def test_who_may_not_and_what_is_no_roster_is_refused(town: Town) -> None:
    budi = town.people["Budi"]
    for call in (
        town.call("Budi"),
        town.call("Eka", (Role.UNIT_LEADER, "city")),
        admin(town, unit="archive"),
    ):
        with pytest.raises(Forbidden):
            await roster.assign(call, budi, [MONDAY], NIGHT)
    with pytest.raises(NotFound):
        await roster.assign(admin(town), 2**40, [MONDAY], NIGHT)
    with pytest.raises(TooMany):
        await assign(town, "Budi", [MONDAY + timedelta(days=n) for n in range(63)], NIGHT)
    for days in ([], [date(1999, 12, 31)], [MONDAY, MONDAY + timedelta(days=400)]):
        with pytest.raises(BadInput):
            await assign(town, "Budi", days, NIGHT)
    await assign(town, "Budi", [MONDAY], NIGHT)
    with pytest.raises(BadInput):
        await assign(town, "Budi", [TUESDAY], checked_shift("Subuh", "05:00", "12:00", 0))
    await assign(town, "Budi", [MONDAY - DAY], checked_shift("Piket", "23:00", "12:00", 0))
    with pytest.raises(BadInput):
        await assign(town, "Budi", [MONDAY], EARLY)


async def test_one_key_is_one_change(town: Town) -> None:
    budi = town.people["Budi"]
    for _ in range(2):
        assert await roster.assign(admin(town, key="k"), budi, [MONDAY], NIGHT) == budi
    with pytest.raises(KeyReused):
        await roster.assign(admin(town, key="k"), budi, [MONDAY], EARLY)


async def test_a_correction_may_say_when_somebody_left_in_the_morning_of_a_night(town: Town) -> None:
    file = await FileRow.create(
        account_id=town.accounts["Budi"],
        sha256="0" * 64,
        media_type="application/pdf",
        size=1,
        created_at=NOW,
    )
    left = datetime.combine(TUESDAY, time(6, 0), ZONES["WIB"]).astimezone(UTC)
    asked = CorrectionAsked(MONDAY, None, left, CorrectionReason.DEVICE_BROKEN, "Mesin mati", (file.id,))
    with pytest.raises(BadInput):
        await correction.ask(town.call("Budi"), asked)
    await assign(town, "Budi", [MONDAY], NIGHT)
    assert await correction.ask(town.call("Budi"), asked)


async def test_a_policy_bound_for_the_past_classifies_the_days_since_then_again(town: Town) -> None:
    for day in (MONDAY, TUESDAY):
        await close_day(town.call("Sri"), day)
    settings = {"days_per_week": 5, "start": "09:00", "end": "17:00"}
    await binding.bind(
        admin(town), town.units["office"], Slot.WORK_TIME, "eperf/office-hours", settings, TUESDAY
    )
    await settle(town)
    facts = {
        (row.employee_id, row.date): row.steps[0]["facts"]["start"]
        for row in await DayRow.filter(date__in=[MONDAY, TUESDAY])
    }
    for name in town.people:
        assert facts[town.people[name], MONDAY] == "07:30"
        assert facts[town.people[name], TUESDAY] == ("07:30" if name == "Eka" else "09:00")
    assert not await StaleSpanRow.exists()


async def test_a_unit_that_moves_takes_its_days_of_this_month_under_the_rules_of_its_new_place(
    town: Town,
) -> None:
    before = date(2026, 10, 28)
    for day in (before, MONDAY):
        await close_day(town.call("Sri"), day)
    await binding.bind(
        admin(town), town.units["archive"], Slot.WORK_TIME, "eperf/office-hours",
        {"start": "09:00", "end": "17:00"}, date(2026, 1, 1),
    )  # fmt: skip
    await settle(town)
    await organisation.change_unit(admin(town), town.units["office"], parent_id=town.units["archive"])
    await settle(town)

    async def start(day: date) -> object:
        row = await DayRow.get(employee_id=town.people["Budi"], date=day)
        return row.steps[0]["facts"]["start"]

    assert await start(MONDAY) == "09:00"
    assert await start(before) == "07:30"


async def test_a_placement_of_the_past_takes_the_days_since_then_with_it(town: Town) -> None:
    for day in (MONDAY, TUESDAY):
        await close_day(town.call("Sri"), day)
    await people.place(admin(town), town.people["Budi"], Post(town.units["archive"], None, None), TUESDAY)
    await settle(town)
    units = {row.date: row.unit_id for row in await DayRow.filter(employee_id=town.people["Budi"])}
    assert units == {MONDAY: town.units["office"], TUESDAY: town.units["archive"]}


@pytest.mark.parametrize("seed", range(3))
async def test_many_days_at_once_are_what_each_is_alone_in_any_order(town: Town, seed: int) -> None:
    chance = Random(seed)
    await by_roster(town)
    days = [MONDAY - timedelta(days=n) for n in range(10)]
    for name in ("Budi", "Wati", "Eka"):
        for day in days:
            shift = chance.choice((None, NIGHT, EARLY, Shift("Libur")))
            if shift is not None:
                await assign(town, name, [day], shift)
            for number in range(chance.randrange(4)):
                text = f"{chance.randrange(24):02}:{chance.randrange(60):02}:{number:02}"
                await tap(town, name, day, text, chance.choice(("in", "out", "unknown")))
    keys = [(town.people[name], day) for name in town.people for day in days]

    async def all_days() -> dict[Any, Any]:
        rows = await DayRow.all()
        return {(r.employee_id, r.date): [getattr(r, name) for name in WRITTEN] for r in rows}

    call = town.call("Sri")
    async with work(call) as opened:
        await classify(call, opened, keys)
    at_once = await all_days()
    await DayRow.all().delete()
    for key in chance.sample(keys, len(keys)):
        async with work(call) as opened:
            await classify(call, opened, [key])
    assert await all_days() == at_once
    told = await EventRow.all().count()
    async with work(call) as opened:
        assert await classify(call, opened, chance.sample(keys, len(keys))) == 0
    assert await EventRow.all().count() == told
    used = [
        (row.employee_id, at)
        for row in await DayRow.filter(missing_taps=0, status__not_in=["open", "absent", "off"])
        for at in (row.first_in, row.last_out)
    ]
    assert len(set(used)) == len(used)
