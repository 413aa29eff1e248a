"""Periods and windows under two, six and twelve a year."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eperf.domain.errors import BadInput
from eperf.domain.promotion.periods import (
    REGIMES,
    WINDOWS,
    first_period,
    is_period,
    tmt_for_submission,
    window,
)
from eperf.domain.promotion.service_time import add_months, first_of_month, full_months

DAY = timedelta(days=1)
days = st.dates(date(2015, 1, 1), date(2035, 12, 31))


def _periods(year: int) -> list[date]:
    return [date(year, month, 1) for month in range(1, 13) if is_period(date(year, month, 1))]


@pytest.mark.parametrize(("year", "count"), [(2022, 2), (2023, 2), (2024, 6), (2026, 12), (2030, 12)])
def test_each_regime_has_its_number_of_periods(year: int, count: int) -> None:
    assert len(_periods(year)) == count


def test_the_year_of_the_change_has_the_periods_of_both_regimes() -> None:
    assert [day.month for day in _periods(2025)] == [2, 4, 6, 8, 10, 11, 12]


def test_regimes_and_windows_follow_each_other_without_a_gap_and_name_their_law() -> None:
    for rows in (REGIMES, WINDOWS):
        assert [row.valid_from for row in rows[1:]] == [row.valid_to for row in rows[:-1]]
        assert rows[-1].valid_to is None
        assert all(row.legal_basis for row in rows)


@given(days)
def test_a_period_is_the_first_of_a_month_and_the_next_one_is_never_before_the_day(day: date) -> None:
    found = first_period(day)
    assert found >= day
    assert is_period(found)
    assert found.day == 1
    assert not any(is_period(day + n * DAY) for n in range((found - day).days))


@given(st.dates(date(2025, 12, 16), date(2035, 12, 31)))
def test_with_twelve_periods_every_day_lies_in_exactly_one_window(day: date) -> None:
    near = [add_months(day.replace(day=1), n) for n in range(4)]
    holding = [tmt for tmt in near if window(tmt).opens <= day <= window(tmt).closes]
    assert holding == [tmt_for_submission(day)]


@given(days)
def test_every_day_under_every_regime_has_one_period_to_send_for_and_it_is_the_next_that_is_open(
    day: date,
) -> None:
    tmt = tmt_for_submission(day)
    assert day <= window(tmt).closes
    earlier = [p for year in (day.year, day.year + 1) for p in _periods(year) if day <= p < tmt]
    assert all(window(p).closes < day for p in earlier)


@given(days, st.integers(0, 400))
def test_who_sends_later_is_never_promoted_earlier(day: date, later: int) -> None:
    assert tmt_for_submission(day) <= tmt_for_submission(day + later * DAY)


@given(st.dates(date(2015, 1, 1), date(2035, 1, 1)))
def test_windows_of_two_periods_never_overlap_and_close_before_the_day(day: date) -> None:
    first = first_period(day)
    second = first_period(first + DAY)
    assert window(first).opens <= window(first).closes < first
    assert window(first).closes < window(second).opens


def test_the_window_of_old_was_january_to_the_twentieth_of_february() -> None:
    found = window(date(2023, 4, 1))
    assert (found.opens, found.closes) == (date(2023, 1, 1), date(2023, 2, 20))


@pytest.mark.parametrize("tmt", [date(2025, 3, 1), date(2026, 3, 2), date(2023, 2, 1)])
def test_a_day_that_is_no_period_has_no_window(tmt: date) -> None:
    with pytest.raises(BadInput, match="tmt"):
        window(tmt)


@given(days, st.integers(0, 600))
def test_so_many_months_are_full_from_that_day_on_and_not_a_day_before(day: date, months: int) -> None:
    reached = add_months(day, months)
    assert full_months(day, reached) >= months
    assert full_months(day, reached - DAY) < months


def test_a_day_number_that_a_month_does_not_have_is_reached_on_the_first_of_the_next() -> None:
    assert add_months(date(2024, 2, 29), 12) == date(2025, 3, 1)
    assert add_months(date(2024, 2, 29), 48) == date(2028, 2, 29)
    assert add_months(date(2025, 1, 31), 1) == date(2025, 3, 1)
    assert first_of_month(date(2025, 12, 2)) == date(2026, 1, 1)


def test_a_time_beyond_the_calendar_is_refused() -> None:
    with pytest.raises(BadInput, match="date"):
        add_months(date(9999, 1, 1), 12)
    with pytest.raises(BadInput, match="date"):
        first_period(date(9999, 12, 2))
