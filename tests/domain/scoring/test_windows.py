from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eperf.domain.errors import BadInput
from eperf.domain.period import YearMonth
from eperf.domain.scoring.windows import ATTENDANCE_WINDOWS, attendance_window


def test_a_window_may_end_in_the_month_of_pay_or_before_it() -> None:
    first, last, due = attendance_window("kemendes", YearMonth(2026, 1))
    assert (first, last, due) == (date(2025, 12, 16), date(2026, 1, 15), date(2026, 1, 20))
    first, last, due = attendance_window("pkp", YearMonth(2026, 1))
    assert (first, last, due) == (date(2025, 11, 11), date(2025, 12, 10), None)


@given(
    month=st.builds(YearMonth, st.integers(2025, 2100), st.integers(1, 12)),
    unit=st.sampled_from([row.unit for row in ATTENDANCE_WINDOWS]),
)
def test_windows_follow_one_another_without_a_gap_or_a_day_twice(month: YearMonth, unit: str) -> None:
    assert attendance_window(unit, month.next()).first == attendance_window(unit, month).last + timedelta(1)


def test_a_unit_without_a_window_of_its_own_is_refused() -> None:
    with pytest.raises(BadInput, match="unit"):
        attendance_window("kemnaker", YearMonth(2026, 1))
