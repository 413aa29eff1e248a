"""The calendar of a unit: the almanac, decrees on top of it, the nearest unit last; and the hours that follow."""

from __future__ import annotations

import dataclasses
import random
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eperf.domain.attendance.arithmetic import week_min
from eperf.domain.attendance.calendar import ZONES, WorkCalendar, civil_day
from eperf.domain.attendance.classify import Flexibility, measured, without_taps
from eperf.domain.attendance.day import DayInput, DaySchedule, LocalPunch, local_at
from eperf.domain.attendance.holiday import (
    MOST_DAYS,
    Entry,
    EntryKind,
    FreeDays,
    Holiday,
    checked_entry,
    free_days,
)
from eperf.domain.attendance.punch import PunchKind
from eperf.domain.attendance.taps import TapPair
from eperf.domain.errors import BadInput
from eperf.plugins.builtin.office_hours import OfficeHours, OfficeHoursSettings

MONDAY = date(2026, 3, 2)
SPAN = [MONDAY + timedelta(days=n) for n in range(28)]
CITY, OFFICE, ROOM, OTHER = 1, 2, 3, 9
FREE = [kind for kind in EntryKind if kind is not EntryKind.RAMADAN]

days = st.sampled_from(SPAN)
entries = st.builds(
    lambda kind, first, length, unit, adds: Entry(
        kind, first, first + timedelta(days=length), "Libur", "SKB 1/2026", unit, adds
    ),
    st.sampled_from(EntryKind),
    days,
    st.integers(0, 6),
    st.sampled_from([None, CITY, OFFICE, ROOM, OTHER]),
    st.booleans(),
)
base = st.lists(
    st.builds(Holiday, days, st.sampled_from(FREE), st.just("Hari raya"), st.just("SKB")), max_size=6
)


def entry(**changes: object) -> Entry:
    known = Entry(EntryKind.NATIONAL, MONDAY, MONDAY, "Hari raya", "SKB 1/2026")
    return dataclasses.replace(known, **changes)  # type: ignore[arg-type]


def free(
    given: list[Entry], above: tuple[int, ...] = (OFFICE, CITY), almanac: tuple[Holiday, ...] = ()
) -> FreeDays:
    return free_days(SPAN, almanac, given, above)


def test_a_decree_frees_days_and_another_takes_them_away_again() -> None:
    assert list(free([entry()]).holidays) == [MONDAY]
    assert free([entry(), entry(adds=False)]).holidays == {}
    almanac = (Holiday(MONDAY, EntryKind.NATIONAL, "Hari raya", "SKB"),)
    assert free([entry(adds=False)], almanac=almanac).holidays == {}


def test_what_is_said_of_one_kind_leaves_the_others_standing() -> None:
    almanac = (
        Holiday(MONDAY, EntryKind.NATIONAL, "Hari raya", "SKB"),
        Holiday(MONDAY, EntryKind.JOINT_LEAVE, "Cuti bersama", "SKB"),
    )
    left = free([entry(kind=EntryKind.NATIONAL, adds=False)], almanac=almanac)
    assert left.holidays[MONDAY].name == "Cuti bersama"


@pytest.mark.parametrize("above", [(ROOM, OFFICE, CITY), (OFFICE, CITY), (CITY,)])
def test_the_nearest_unit_decides_in_whatever_order_entries_were_recorded(above: tuple[int, ...]) -> None:
    rows = [entry(unit_id=CITY, adds=False), entry(), entry(unit_id=OFFICE)]
    for order in (rows, rows[::-1]):
        assert (MONDAY in free(order, above).holidays) == (OFFICE in above)


def test_units_that_are_not_above_say_nothing() -> None:
    assert free([entry(unit_id=OTHER)]).holidays == {}
    assert free([entry(), entry(unit_id=OTHER, adds=False)]).holidays != {}


def test_ramadan_is_worked_and_no_holiday() -> None:
    found = free([entry(kind=EntryKind.RAMADAN, last=MONDAY + timedelta(days=6))])
    assert found.holidays == {}
    assert list(found.ramadan) == SPAN[:7]


@given(base, st.lists(entries, max_size=8))
def test_what_is_free_stands_in_the_almanac_or_in_an_entry_and_days_never_leave_the_span(
    almanac: list[Holiday], given_entries: list[Entry]
) -> None:
    found = free_days(SPAN, almanac, given_entries, (ROOM, OFFICE, CITY))
    for day, holiday in found.holidays.items():
        assert day in SPAN
        assert holiday.date == day
        assert any(one.date == day and one.kind is holiday.kind for one in almanac) or any(
            one.adds and one.covers(day) and one.kind is holiday.kind for one in given_entries
        )
    assert set(found.ramadan) <= set(SPAN)


@given(base, st.lists(entries, max_size=8), st.randoms())
def test_only_the_order_within_one_unit_matters(
    almanac: list[Holiday], given_entries: list[Entry], chance: random.Random
) -> None:
    by_unit: dict[int | None, list[Entry]] = {}
    for one in given_entries:
        by_unit.setdefault(one.unit_id, []).append(one)
    groups = list(by_unit.values())
    chance.shuffle(groups)
    mixed = [one for group in groups for one in group]
    above = (ROOM, OFFICE, CITY)
    assert free_days(SPAN, almanac, mixed, above) == free_days(SPAN, almanac, given_entries, above)


@given(base, st.lists(entries, max_size=8), st.sampled_from(FREE), days)
def test_a_last_entry_of_the_unit_itself_has_the_last_word(
    almanac: list[Holiday], given_entries: list[Entry], kind: EntryKind, day: date
) -> None:
    above = (ROOM, OFFICE, CITY)
    added = free_days(
        SPAN, almanac, [*given_entries, entry(kind=kind, first=day, last=day, unit_id=ROOM)], above
    )
    assert day in added.holidays
    removed = free_days(
        SPAN,
        almanac,
        [*given_entries, *(entry(kind=one, first=day, last=day, unit_id=ROOM, adds=False) for one in FREE)],
        above,
    )
    assert day not in removed.holidays


@given(st.lists(entries, max_size=8), days)
def test_a_calendar_of_one_day_says_what_that_of_the_month_says_of_it(
    given_entries: list[Entry], day: date
) -> None:
    above = (ROOM, OFFICE, CITY)
    month, alone = free_days(SPAN, (), given_entries, above), free_days([day], (), given_entries, above)
    assert alone.holidays.get(day) == month.holidays.get(day)
    assert (day in alone.ramadan) == (day in month.ramadan)


@given(st.sampled_from([5, 6]), st.lists(days, max_size=10), st.lists(days, max_size=10))
def test_five_or_six_days_a_week_owe_their_hours_on_every_day_but_free_ones(
    week: int, holidays: list[date], ramadan: list[date]
) -> None:
    found = free_days(
        SPAN,
        [Holiday(day, EntryKind.NATIONAL, "Hari raya", "SKB") for day in holidays],
        [entry(kind=EntryKind.RAMADAN, first=day, last=day) for day in ramadan],
        (CITY,),
    )
    calendar = WorkCalendar(
        week,  # type: ignore[arg-type]
        {day: one.name for day, one in found.holidays.items()},
        tuple((day, day) for day in found.ramadan),
    )
    for day in SPAN:
        owed = calendar.hours_on(day)
        assert (owed is None) == (day.isoweekday() > week or day in holidays)
        if owed is not None:
            assert owed.net_min == (1950 if day in ramadan else 2250) // week
    for start in range(0, 28, 7):
        owed_days = [h for day in SPAN[start : start + 7] if (h := calendar.hours_on(day))]
        minutes = week_min([(h.start_min, h.end_min, h.break_min, 1) for h in owed_days])
        assert minutes <= 2250
        if not set(SPAN[start : start + 7]) & {*holidays, *ramadan}:
            assert minutes == 2250


@given(st.sampled_from(sorted(ZONES)), days, st.booleans(), st.sampled_from([5, 6]))
def test_a_holiday_is_one_in_each_zone_on_its_own_civil_day(
    zone: str, day: date, is_free: bool, week: int
) -> None:
    seen = DayInput(
        day, ZONES[zone], is_holiday=is_free, holiday_name="Hari raya", holiday_basis="SKB 1/2026"
    )
    status = OfficeHours().classify(seen, OfficeHoursSettings(days_per_week=week)).status  # type: ignore[arg-type]
    assert (status == "holiday") == is_free
    noon = datetime.combine(day, time(12), ZONES[zone])
    assert civil_day(noon.astimezone(UTC), ZONES[zone]) == day


def test_the_step_of_a_holiday_says_its_name_and_its_decree() -> None:
    seen = DayInput(
        MONDAY, ZONES["WIB"], is_holiday=True, holiday_name="Hari raya", holiday_basis="SKB 1/2026"
    )
    (step,) = OfficeHours().classify(seen, OfficeHoursSettings()).steps
    assert (step.legal_basis, step.facts) == ("SKB 1/2026", {"name": "Hari raya"})
    assert "Hari raya" in step.text_id
    assert "Hari raya" in step.text_en


@given(
    st.sampled_from(sorted(ZONES)),
    days,
    st.integers(0, 1439),
    st.integers(60, 720),
    st.integers(-120, 59),
    st.integers(-59, 120),
)
def test_a_shift_over_midnight_has_the_minutes_of_one_by_day(
    zone: str, day: date, start: int, length: int, come: int, go: int
) -> None:
    """Whether a shift ends today or tomorrow changes nothing but the date of its end, in all three zones."""
    end = start + length
    schedule = DaySchedule(time(start // 60, start % 60), time(end // 60 % 24, end % 60))
    assert (schedule.end_min > 1440) == (end > 1440)
    assert schedule.net_min == length
    tap_in, tap_out = start + come, end + go
    if tap_out - tap_in <= 2 or tap_out == 1439 or tap_in >= end or tap_out <= start:
        return
    pair = TapPair(
        LocalPunch(local_at(day, tap_in, ZONES[zone]), PunchKind.IN, 1),
        LocalPunch(local_at(day, tap_out, ZONES[zone]), PunchKind.OUT, 2),
    )
    result = measured(DayInput(day, ZONES[zone]), schedule, pair, Flexibility())
    assert result.late_min == max(0, come)
    assert result.early_min == max(0, -go)
    assert result.worked_min == tap_out - tap_in
    assert result.date == day
    assert without_taps(DayInput(day, ZONES[zone]), schedule).status == "absent"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"last": MONDAY - timedelta(days=1)}, "lastDay"),
        ({"last": MONDAY + timedelta(days=MOST_DAYS)}, "lastDay"),
        ({"first": date(1999, 12, 31)}, "firstDay"),
        ({"name": " "}, "name"),
        ({"legal_basis": ""}, "legalBasis"),
        ({"name": "x" * 201}, "name"),
    ],
)
def test_an_entry_that_says_nothing_is_refused_by_field(changes: dict[str, object], field: str) -> None:
    with pytest.raises(BadInput) as refused:
        checked_entry(entry(**changes))
    assert refused.value.field == field


def test_an_entry_of_the_longest_span_is_taken() -> None:
    assert len(checked_entry(entry(last=MONDAY + timedelta(days=MOST_DAYS - 1))).days()) == MOST_DAYS
