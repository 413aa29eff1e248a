"""The row of law of a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eperf.domain.errors import BadInput, NotInForce
from eperf.domain.in_force import covers, in_force, profile_named


@dataclass(frozen=True)
class Row:
    profile: str
    valid_from: date
    valid_to: date | None


OLD = Row("city", date(2020, 1, 1), date(2023, 7, 1))
NEW = Row("city", date(2023, 7, 1), None)
OTHER = Row("regency", date(2021, 1, 1), None)
ROWS = (NEW, OTHER, OLD)


def test_the_first_day_is_in_and_the_day_of_the_end_is_not() -> None:
    assert covers(OLD, date(2020, 1, 1))
    assert covers(OLD, date(2023, 6, 30))
    assert not covers(OLD, date(2023, 7, 1))
    assert not covers(OLD, date(2019, 12, 31))


@given(st.dates(date(2020, 1, 1), date(2099, 12, 31)))
def test_rows_that_follow_each_other_answer_for_every_day(day: date) -> None:
    row = profile_named(ROWS, "city", day)
    assert row is (OLD if day < date(2023, 7, 1) else NEW)
    assert in_force([OLD, NEW], day, "profile", "city") is row


def test_without_a_day_the_latest_row_answers() -> None:
    assert profile_named(ROWS, "city", None) is NEW


def test_a_name_or_a_day_that_is_not_there_is_refused() -> None:
    with pytest.raises(BadInput, match="city, regency"):
        profile_named(ROWS, "town", None)
    with pytest.raises(NotInForce) as refusal:
        profile_named(ROWS, "city", OLD.valid_from - timedelta(days=1))
    assert refusal.value.message("id") == "profile: aturan city tidak berlaku pada 2019-12-31."
    assert refusal.value.code == "RULE_NOT_IN_FORCE"
