"""Counting absence: free days, runs, years."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from eperf.domain.attendance.calendar import WorkCalendar
from eperf.domain.attendance.day import DayStatus
from eperf.domain.discipline.absence import Absence, Run, absence_of_days, count_absence

ODD = WorkCalendar(holidays={date(2026, 1, 1): "Tahun Baru", date(2026, 3, 19): "Nyepi"})
SIX = WorkCalendar(days_per_week=6)
dates = st.dates(date(2025, 11, 1), date(2026, 4, 30))
absences = st.sets(dates, max_size=40)


def span(first: date, last: date) -> list[date]:
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def count(*days: date, calendar: WorkCalendar = ODD) -> Absence:
    return count_absence(days, calendar.is_working_day)


def test_a_weekend_and_a_holiday_neither_break_nor_lengthen_a_run() -> None:
    absence = count(date(2026, 3, 18), date(2026, 3, 20), date(2026, 3, 23))
    assert absence.runs == (Run(date(2026, 3, 18), date(2026, 3, 23), 3),)
    stayed_away_on_free_days_too = count(*span(date(2026, 3, 18), date(2026, 3, 23)))
    assert stayed_away_on_free_days_too == absence


def test_saturday_counts_in_a_six_day_week() -> None:
    friday, saturday, monday = date(2026, 3, 6), date(2026, 3, 7), date(2026, 3, 9)
    assert count(friday, monday, calendar=SIX).longest_run == 1
    assert count(friday, saturday, monday, calendar=SIX).longest_run == 3


def test_one_working_day_of_presence_breaks_a_run() -> None:
    absence = count(*span(date(2026, 3, 2), date(2026, 3, 5)), *span(date(2026, 3, 9), date(2026, 3, 13)))
    assert [run.days for run in absence.runs] == [4, 5]


def test_years_count_apart_and_a_run_goes_on_across_new_year() -> None:
    absence = count(*span(date(2025, 12, 29), date(2026, 1, 6)))
    assert absence.days_by_year == {2025: 3, 2026: 3}
    assert absence.longest_run == 6
    assert absence.longest_run_in(2025) == absence.longest_run_in(2026) == 6
    assert absence.longest_run_in(2027) == 0


def test_nobody_absent_has_no_run_and_no_year() -> None:
    assert count() == Absence({}, ())
    assert count().longest_run == 0
    assert count(date(2026, 3, 7)) == Absence({}, ())


def test_a_day_named_twice_is_one_day() -> None:
    assert count(date(2026, 3, 2), date(2026, 3, 2)).days_by_year == {2026: 1}


@given(absences, st.randoms(use_true_random=False))
def test_the_order_of_dates_means_nothing(days: set[date], chance: Random) -> None:
    shuffled = sorted(days)
    chance.shuffle(shuffled)
    assert count(*shuffled) == count(*sorted(days))


@given(absences)
def test_runs_and_years_both_sum_to_all_days(days: set[date]) -> None:
    absence = count(*days)
    working = sum(ODD.is_working_day(day) for day in days)
    assert sum(absence.days_by_year.values()) == working
    assert sum(run.days for run in absence.runs) == working
    assert all(run.days <= (run.last - run.first).days + 1 for run in absence.runs)


@given(absences, dates)
def test_one_more_day_of_absence_never_shortens_the_longest_run(days: set[date], more: date) -> None:
    assert count(*days).longest_run <= count(*days, more).longest_run


statuses = st.dictionaries(dates, st.sampled_from(DayStatus), max_size=60)


@given(statuses)
def test_classified_days_are_counted_like_their_dates(days: dict[date, DayStatus]) -> None:
    absence = absence_of_days(days, ODD.is_working_day)
    absent = [day for day, status in days.items() if status is DayStatus.ABSENT]
    assert sum(absence.days_by_year.values()) == len(absent)
    assert absence.longest_run <= len(absent)


def test_what_a_day_was_beats_the_calendar() -> None:
    absent, off, present = DayStatus.ABSENT, DayStatus.HOLIDAY, DayStatus.PRESENT
    monday = date(2026, 3, 9)
    days = {monday: absent, date(2026, 3, 10): off, date(2026, 3, 11): absent}
    assert absence_of_days(days, ODD.is_working_day).longest_run == 2
    assert absence_of_days({**days, date(2026, 3, 10): present}, ODD.is_working_day).longest_run == 1
    assert absence_of_days({**days, date(2026, 3, 10): DayStatus.LEAVE}, ODD.is_working_day).longest_run == 1


def test_a_working_day_without_a_word_breaks_a_run_and_a_weekend_does_not() -> None:
    absent = DayStatus.ABSENT
    across_a_weekend = {date(2026, 3, 6): absent, date(2026, 3, 9): absent}
    assert absence_of_days(across_a_weekend, ODD.is_working_day).longest_run == 2
    with_a_gap = {date(2026, 3, 9): absent, date(2026, 3, 11): absent}
    assert absence_of_days(with_a_gap, ODD.is_working_day).longest_run == 1


def test_a_saturday_that_was_classified_as_absence_counts() -> None:
    days = {date(2026, 3, 6): DayStatus.ABSENT, date(2026, 3, 7): DayStatus.ABSENT}
    assert absence_of_days(days, ODD.is_working_day).longest_run == 2
