"""Shifts of a roster, and to which day a record belongs."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eperf.domain.attendance.calendar import ZONES
from eperf.domain.attendance.day import DaySchedule, Shift, local_at
from eperf.domain.attendance.roster import (
    LATEST_END,
    boundary_min,
    checked_shift,
    is_over,
    owner_day,
    require_apart,
    touched,
)
from eperf.domain.errors import BadInput

MONDAY = date(2026, 3, 2)
DAY = timedelta(days=1)
NIGHT = checked_shift("Malam", "22:00", "06:00", 60)
LATE = checked_shift("Siang", "14:00", "22:00", 60)
EARLY = checked_shift("Pagi", "06:00", "14:00", 60)
SMALL_HOURS = checked_shift("Dini hari", "00:30", "08:00", 30)


def at(day: date, text: str, zone: str = "WIB") -> datetime:
    return datetime.combine(day, time.fromisoformat(text), ZONES[zone])


@st.composite
def shifts(draw: st.DrawFn) -> Shift | None:
    kind = draw(st.sampled_from(["none", "free", "hours", "hours", "hours"]))
    if kind == "none":
        return None
    if kind == "free":
        return Shift("Libur")
    start, end = draw(st.integers(0, 1439)), draw(st.integers(0, 1439))
    if end <= start:
        end = min(end, LATEST_END.hour * 60)
    hours = DaySchedule(time(start // 60, start % 60), time(end // 60, end % 60))
    return Shift("Dinas", hours)


weeks = st.lists(shifts(), min_size=7, max_size=7)
moments = st.integers(0, 3 * 1440 * 60 - 1)
zones = st.sampled_from(sorted(ZONES))


@given(weeks, moments, zones)
def test_every_record_belongs_to_exactly_one_day_and_that_day_knows_it(
    week: list[Shift | None], second: int, zone: str
) -> None:
    """However the shifts lie, the stretches of the days meet without a gap and without an overlap."""
    on = dict(zip((MONDAY - 2 * DAY + DAY * n for n in range(7)), week, strict=True)).get
    moment = at(MONDAY, "00:00", zone) + timedelta(seconds=second)
    own = owner_day(moment.date(), moment, ZONES[zone], on)
    holds = []
    for n in range(-1, 4):
        day = MONDAY + DAY * n
        opens = local_at(day, boundary_min(on(day - DAY), on(day)), ZONES[zone])
        closes = local_at(day + DAY, boundary_min(on(day), on(day + DAY)), ZONES[zone])
        assert opens < closes
        if opens <= moment < closes:
            holds.append(day)
    assert holds == [own]
    assert own in touched(moment.date(), on)


@given(weeks, zones, st.lists(moments, max_size=12), st.randoms(use_true_random=False))
def test_the_order_of_records_changes_nothing(
    week: list[Shift | None], zone: str, seconds: list[int], chance: Random
) -> None:
    on = dict(zip((MONDAY - 2 * DAY + DAY * n for n in range(7)), week, strict=True)).get
    records = [at(MONDAY, "00:00", zone) + timedelta(seconds=second) for second in seconds]

    def owners(those: list[datetime]) -> dict[datetime, date]:
        return {one: owner_day(one.date(), one, ZONES[zone], on) for one in those}

    shuffled = chance.sample(records, len(records))
    assert owners(records) == owners(shuffled)


@given(moments, zones)
def test_without_a_roster_a_record_belongs_to_its_civil_day(second: int, zone: str) -> None:
    moment = at(MONDAY, "00:00", zone) + timedelta(seconds=second)
    assert owner_day(moment.date(), moment, ZONES[zone], {}.get) == moment.date()


@pytest.mark.parametrize(
    ("before", "shift", "minutes"),
    [
        (None, None, 0),
        (EARLY, EARLY, 0),
        (NIGHT, None, 600),
        (NIGHT, NIGHT, 600),
        (NIGHT, LATE, 600),
        (NIGHT, EARLY, 360),
        (LATE, EARLY, 120),
        (LATE, None, 120),
        (None, SMALL_HOURS, -210),
        (LATE, SMALL_HOURS, -45),
        (Shift("Libur"), NIGHT, 0),
    ],
)
def test_days_meet_at_midnight_or_where_the_shifts_let_them(
    before: Shift | None, shift: Shift | None, minutes: int
) -> None:
    assert boundary_min(before, shift) == minutes


@pytest.mark.parametrize("zone", sorted(ZONES))
def test_the_morning_after_a_night_shift_is_the_evening_s_in_every_zone(zone: str) -> None:
    on = {MONDAY: NIGHT, MONDAY + DAY: NIGHT}.get
    assert owner_day(MONDAY, at(MONDAY, "21:50", zone), ZONES[zone], on) == MONDAY
    assert owner_day(MONDAY + DAY, at(MONDAY + DAY, "06:10", zone), ZONES[zone], on) == MONDAY
    assert owner_day(MONDAY + DAY, at(MONDAY + DAY, "21:55", zone), ZONES[zone], on) == MONDAY + DAY


def test_a_night_is_over_when_nothing_more_can_come_of_it() -> None:
    on, zone = {MONDAY: NIGHT}.get, ZONES["WIT"]
    assert not is_over(MONDAY, at(MONDAY + DAY, "09:59", "WIT"), zone, on)
    assert is_over(MONDAY, at(MONDAY + DAY, "10:00", "WIT"), zone, on)
    assert not is_over(MONDAY, at(MONDAY, "23:59", "WIT"), zone, {}.get)
    assert is_over(MONDAY, at(MONDAY + DAY, "00:00", "WIT"), zone, {}.get)


@pytest.mark.parametrize(
    ("given_", "field"),
    [
        (("Malam", "22:00", None, 0), "end"),
        (("Malam", None, "06:00", 0), "start"),
        (("Malam", "22:00", "12:01", 0), "end"),
        (("Malam", "24:00", "06:00", 0), "start"),
        (("Malam", "22.00", "06:00", 0), "start"),
        (("Malam", "2²:00", "06:00", 0), "start"),
        (("Malam", "22:00", "06:00", 480), "breakMin"),
        (("Malam", "22:00", "06:00", -1), "breakMin"),
        (("Libur", None, None, 30), "breakMin"),
        ((" ", "22:00", "06:00", 0), "name"),
        (("x" * 65, "22:00", "06:00", 0), "name"),
    ],
)
def test_what_is_no_shift_is_refused_with_its_field(
    given_: tuple[str, str | None, str | None, int], field: str
) -> None:
    with pytest.raises(BadInput) as refused:
        checked_shift(*given_)
    assert refused.value.field == field


def test_a_watch_of_a_whole_day_is_a_shift() -> None:
    hours = checked_shift("Piket", "07:30", "07:30", 0).hours
    assert hours is not None
    assert (hours.start_min, hours.end_min, hours.net_min) == (450, 450 + 1440, 1440)


def test_a_shift_does_not_start_before_the_one_before_has_ended() -> None:
    require_apart(MONDAY, NIGHT, EARLY)
    require_apart(MONDAY, NIGHT, Shift("Libur"))
    require_apart(MONDAY, None, EARLY)
    with pytest.raises(BadInput):
        require_apart(MONDAY, checked_shift("Malam", "22:00", "06:01", 0), EARLY)
