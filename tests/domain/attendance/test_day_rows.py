"""One row a day, and days as events."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eperf.domain.attendance.calendar import ZONES
from eperf.domain.attendance.day import DayResult, DayStatus
from eperf.domain.attendance.day_rows import DayRecord, one_row_a_day
from eperf.domain.attendance.ladder import Cause
from eperf.domain.attendance.ladder_days import events_of
from eperf.domain.attendance.ladder_month import Event, month_cut
from eperf.domain.attendance.ladders import ladder_named
from eperf.domain.errors import Conflict

MONDAY = date(2026, 3, 2)
ABSENT = DayRecord(MONDAY, DayStatus.ABSENT)
LATE = DayRecord(MONDAY, DayStatus.LATE, time(8, 0), time(16, 0))
DUTY = DayRecord(date(2026, 3, 3), DayStatus.DUTY)


def test_an_absent_row_beside_another_of_its_day_is_dropped() -> None:
    assert one_row_a_day([ABSENT, LATE, DUTY]) == [LATE, DUTY]
    assert one_row_a_day([DUTY, ABSENT]) == [ABSENT, DUTY]


def test_identical_rows_count_once() -> None:
    assert one_row_a_day([LATE, LATE, ABSENT, ABSENT]) == [LATE]
    assert one_row_a_day([ABSENT, ABSENT]) == [ABSENT]
    assert one_row_a_day([]) == []


def test_rows_of_a_day_that_contradict_each_other_are_refused() -> None:
    with pytest.raises(Conflict, match="different things"):
        one_row_a_day([LATE, DayRecord(MONDAY, DayStatus.PRESENT)])


@given(
    st.dictionaries(st.dates(), st.sampled_from(DayStatus)), st.randoms(use_true_random=False), st.booleans()
)
def test_leftovers_and_doubles_change_nothing_in_any_order(
    days: dict[date, DayStatus], chance: Random, leftovers: bool
) -> None:
    clean = [DayRecord(day, status) for day, status in sorted(days.items())]
    rows = clean * 2 + [DayRecord(day, DayStatus.ABSENT) for day in days if leftovers]
    chance.shuffle(rows)
    assert one_row_a_day(rows) == clean


def at(hour: int) -> datetime:
    return datetime(2026, 3, 2, hour, tzinfo=ZONES["WIB"])


@pytest.mark.parametrize(
    ("day", "events"),
    [
        (DayResult(MONDAY, DayStatus.PRESENT, at(7), at(16)), []),
        (DayResult(MONDAY, DayStatus.ABSENT, late_min=None, early_min=None), [("absent", None)]),
        (
            DayResult(MONDAY, DayStatus.LATE_AND_EARLY, at(8), at(15), 30, 60),
            [("late", 30), ("early", 60)],
        ),
        (
            DayResult(MONDAY, DayStatus.INCOMPLETE, at(8), None, 30, None, missing_taps=1),
            [("late", 30), ("missing_out", None)],
        ),
        (
            DayResult(MONDAY, DayStatus.INCOMPLETE, None, at(15), None, 60, missing_taps=1),
            [("early", 60), ("missing_in", None)],
        ),
        (
            DayResult(MONDAY, DayStatus.INCOMPLETE, None, None, None, None, missing_taps=1),
            [("missing_in", None)],
        ),
        (
            DayResult(MONDAY, DayStatus.INCOMPLETE, None, None, None, None, missing_taps=2),
            [("missing_in", None), ("missing_out", None)],
        ),
        # The out-tap of a day that still runs is awaited, not missing.
        (DayResult(MONDAY, DayStatus.PRESENT, at(7), None, 0, None), []),
        (DayResult(MONDAY, DayStatus.HOLIDAY), []),
        (DayResult(MONDAY, DayStatus.LEAVE), []),
        (DayResult(MONDAY, DayStatus.OPEN, late_min=None, early_min=None), []),
    ],
)
def test_a_day_gives_the_events_that_it_shows(day: DayResult, events: list[tuple[str, int | None]]) -> None:
    assert events_of([day]) == [Event(Cause(cause), minutes, day=MONDAY) for cause, minutes in events]


def test_a_month_of_days_is_a_month_on_a_ladder() -> None:
    days = [
        DayResult(MONDAY, DayStatus.LATE, at(8), at(16), 30),
        DayResult(date(2026, 3, 3), DayStatus.ABSENT, late_min=None, early_min=None),
    ]
    assert month_cut(ladder_named("ma-2020"), events_of(days)).cut_pct == Decimal("5.5")
