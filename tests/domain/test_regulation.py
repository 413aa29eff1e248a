from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eperf.domain.errors import BadInput
from eperf.domain.number import in_range, positive
from eperf.domain.period import Quarter, YearMonth
from eperf.domain.regulation import Regulated, in_force
from eperf.domain.scoring.rounding import half_up_to

FIRST, SECOND = date(2022, 1, 1), date(2024, 7, 1)


def row(valid_from: date, valid_to: date | None = None) -> Regulated:
    return Regulated(valid_from=valid_from, valid_to=valid_to, legal_basis="Perwal Contoh 1/2026", mark="law")


ROWS = (row(FIRST, SECOND), row(SECOND))


def test_a_row_holds_from_its_first_day_until_the_day_before_the_next() -> None:
    assert in_force(ROWS, FIRST) is ROWS[0]
    assert in_force(ROWS, SECOND - timedelta(days=1)) is ROWS[0]
    assert in_force(ROWS, SECOND) is ROWS[1]
    assert in_force(ROWS, date(9999, 12, 31)) is ROWS[1]


def test_a_day_before_every_row_is_refused_with_the_day() -> None:
    with pytest.raises(BadInput, match="2021-12-31"):
        in_force(ROWS, FIRST - timedelta(days=1))


def test_a_later_row_wins_where_the_earlier_one_was_not_closed() -> None:
    later = row(SECOND)
    assert in_force((later, row(FIRST)), SECOND) is later


@pytest.mark.parametrize("value", [Decimal("NaN"), Decimal("Infinity"), -1, 101])
def test_what_is_no_number_or_out_of_range_is_refused_by_name(value: Decimal | int) -> None:
    with pytest.raises(BadInput, match="share"):
        in_range("share", value, most=100)


@pytest.mark.parametrize("value", [0, -1, Decimal("NaN"), Decimal("-0.01")])
def test_what_is_divided_by_must_be_above_zero(value: Decimal | int) -> None:
    with pytest.raises(BadInput, match="target"):
        positive("target", value)


def test_both_ends_of_a_range_are_inside_it() -> None:
    in_range("share", 0, most=100)
    in_range("share", Decimal(100), most=100)
    positive("target", Decimal("0.01"))


@pytest.mark.parametrize(
    ("value", "places", "rounded"),
    [
        (Fraction(2345, 1000), 2, "2.35"),
        (Fraction(-2345, 1000), 2, "-2.35"),
        (Decimal("0.5"), 0, "1"),
        (Fraction(1, 3), 1, "0.3"),
        (Fraction(0), 2, "0.00"),
    ],
)
def test_halves_go_away_from_zero_at_any_number_of_decimals(
    value: Fraction | Decimal, places: int, rounded: str
) -> None:
    assert half_up_to(value, places) == Decimal(rounded)


@given(month=st.builds(YearMonth, st.integers(1901, 9998), st.integers(1, 12)))
def test_the_months_of_a_quarter_are_three_and_the_quarter_before_ends_where_it_begins(
    month: YearMonth,
) -> None:
    quarter = Quarter.of(month)
    assert Quarter.parse(str(quarter)) == quarter
    assert quarter.previous < quarter
    first = YearMonth(quarter.year, 3 * quarter.number - 2)
    assert first <= month <= first.next().next()
    assert Quarter.of(YearMonth.of(first.first - timedelta(days=1))) == quarter.previous


@pytest.mark.parametrize("text", ["2026Q5", "2026Q0", "2026-Q1", "26Q1", "", "2026q1"])
def test_a_quarter_is_written_in_one_way(text: str) -> None:
    with pytest.raises(BadInput, match="quarter"):
        Quarter.parse(text)
