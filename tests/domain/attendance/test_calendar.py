"""Working days, decreed hours, and the civil day in three zones."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eperf.domain.attendance.arithmetic import week_min
from eperf.domain.attendance.calendar import (
    DECREED_HOURS,
    ZONES,
    WorkCalendar,
    civil_day,
    local_time,
    zone_named,
    zone_offset_min,
)
from eperf.domain.errors import BadInput

MONDAY = date(2026, 3, 2)
RAMADAN = ((date(2026, 2, 18), date(2026, 3, 19)),)


def _week(calendar: WorkCalendar, monday: date) -> int:
    days = [calendar.hours_on(monday + timedelta(days=n)) for n in range(7)]
    return week_min([(day.start_min, day.end_min, day.break_min, 1) for day in days if day])


@pytest.mark.parametrize("days", [5, 6])
def test_five_days_or_six_make_the_decreed_week(days: int) -> None:
    assert _week(WorkCalendar(days), MONDAY) == 2250  # type: ignore[arg-type]
    assert _week(WorkCalendar(days, ramadan=RAMADAN), MONDAY) == 1950  # type: ignore[arg-type]


def test_the_hours_of_a_day_follow_from_the_decree() -> None:
    calendar = WorkCalendar(ramadan=((date(2026, 3, 9), date(2026, 3, 13)),))
    hours = {day: calendar.hours_on(date(2026, 3, day)) for day in (2, 6, 7, 9, 13)}
    spans = {day: (h.start, h.end, h.break_min) if h else None for day, h in hours.items()}
    assert spans == {
        2: (time(7, 30), time(16, 0), 60),
        6: (time(7, 30), time(16, 30), 90),
        7: None,
        9: (time(8, 0), time(15, 0), 30),
        13: (time(8, 0), time(15, 30), 60),
    }
    assert all(h.legal_basis == "Perpres 21/2023 pasal 4" for h in hours.values() if h)


def test_a_holiday_is_no_working_day_and_says_its_name() -> None:
    calendar = WorkCalendar(holidays={date(2026, 8, 17): "Hari Kemerdekaan"})
    assert calendar.is_work_weekday(date(2026, 8, 17))
    assert not calendar.is_working_day(date(2026, 8, 17))
    assert calendar.hours_on(date(2026, 8, 17)) is None
    assert calendar.is_working_day(date(2026, 8, 18))


def test_no_hours_are_invented_for_days_before_the_decree() -> None:
    assert WorkCalendar().hours_on(date(2023, 4, 11)) is None
    assert WorkCalendar().hours_on(date(2023, 4, 12)) is not None
    assert all(row.legal_basis for row in DECREED_HOURS)


def test_one_instant_is_two_days_in_two_zones() -> None:
    instant = datetime(2026, 3, 2, 16, 30, tzinfo=UTC)
    assert civil_day(instant, ZONES["WIB"]) == date(2026, 3, 2)
    assert civil_day(instant, ZONES["WITA"]) == date(2026, 3, 3)
    assert civil_day(instant, ZONES["WIT"]) == date(2026, 3, 3)


def test_the_three_zones_are_known_by_both_names_and_no_other_is() -> None:
    assert {name: zone_offset_min(zone_named(name)) for name in ZONES} == {
        "WIB": 420,
        "WITA": 480,
        "WIT": 540,
    }
    assert zone_named("Asia/Makassar") is ZONES["WITA"]
    for name in ("UTC", "wib", "../../etc/passwd", "Asia/Singapore", ""):
        with pytest.raises(BadInput):
            zone_named(name)


def test_a_naive_instant_has_no_civil_day() -> None:
    with pytest.raises(ValueError, match="naive"):
        civil_day(datetime(2026, 3, 2), ZONES["WIB"])


@given(st.datetimes(datetime(2000, 1, 1), datetime(2099, 12, 31)), st.sampled_from(sorted(ZONES)))
def test_the_wall_clock_is_the_same_instant_at_the_zone_s_distance(wall: datetime, name: str) -> None:
    instant = wall.replace(tzinfo=UTC)
    local = local_time(instant, ZONES[name])
    assert local == instant
    assert local.replace(tzinfo=UTC) - instant == timedelta(minutes=zone_offset_min(ZONES[name]))
