"""The almanac as our own values: both kinds, nothing invented, estimates named as such."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eperf.adapters.almanac import holidays_of
from eperf.domain.attendance.holiday import EntryKind


@pytest.mark.parametrize(
    ("day", "kind"),
    [
        (date(2026, 8, 17), EntryKind.NATIONAL),
        (date(2026, 12, 25), EntryKind.NATIONAL),
        (date(2026, 3, 20), EntryKind.JOINT_LEAVE),
        (date(2026, 12, 24), EntryKind.JOINT_LEAVE),
    ],
)
def test_holidays_and_joint_leave_are_told_apart(day: date, kind: EntryKind) -> None:
    assert [one.kind for one in holidays_of(day.year) if one.date == day] == [kind]


@given(st.integers(1990, 2210))
def test_a_year_has_its_own_days_in_order_each_with_its_rule(year: int) -> None:
    found = holidays_of(year)
    assert all(one.date.year == year and one.name and one.legal_basis for one in found)
    assert list(found) == sorted(found, key=lambda one: (one.date, one.kind))
    assert len({(one.date, one.kind) for one in found}) == len(found)
    assert bool(found) == (2000 <= year <= 2100)


def test_a_date_that_is_only_computed_is_marked_and_its_name_is_clean() -> None:
    later = holidays_of(2032)
    assert any(one.estimated for one in later)
    assert not any(one.estimated for one in holidays_of(2025))
    assert not any("perkiraan" in one.name for one in later)
