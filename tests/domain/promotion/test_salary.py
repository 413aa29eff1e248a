"""The salary table and what a promotion makes of a salary."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eperf.domain.errors import BadInput, NoSalaryCell
from eperf.domain.promotion.salary import basic_salary, salary_after_promotion
from eperf.domain.promotion.salary_table import salary_table
from eperf.domain.rank import RANKS, Rank

ON = date(2026, 1, 1)
COLUMNS = salary_table(ON).columns
CELLS = [(rank, years) for rank, column in COLUMNS.items() for years in column]
ranks = st.sampled_from(RANKS)


def test_every_rank_has_a_column_and_the_table_has_all_cells_of_the_decree() -> None:
    assert set(COLUMNS) == set(RANKS)
    assert len(CELLS) == 14 + 3 * 13 + 18 + 3 * 16 + 9 * 17


def test_every_two_years_are_worth_a_little_over_three_per_cent() -> None:
    for column in COLUMNS.values():
        for years, amount in column.items():
            if years + 2 in column:
                assert Fraction("1.0314") < Fraction(column[years + 2], amount) < Fraction("1.0316")


@given(ranks, st.integers(0, 60))
def test_more_years_never_pay_less_and_a_cell_holds_until_the_next(rank: Rank, years: int) -> None:
    column = COLUMNS[rank]
    if years < min(column):
        with pytest.raises(NoSalaryCell) as refused:
            basic_salary(rank, years, ON)
        assert rank.code in refused.value.message("id")
        return
    paid = basic_salary(rank, years, ON)
    assert paid == column[max(year for year in column if year <= years)]
    assert basic_salary(rank, years + 1, ON) >= paid


@given(ranks.filter(lambda rank: rank.next is not None), st.integers(0, 60))
def test_a_promotion_never_lowers_the_salary(rank: Rank, years: int) -> None:
    following = rank.next
    assert following is not None
    try:
        change = salary_after_promotion(rank, following, years, ON)
    except NoSalaryCell:
        assert years < 3
        return
    assert change.new_rp > change.old_rp
    assert 0 <= change.new_mkg_years <= years
    assert rank.crosses_to(following) or change.new_mkg_years == years
    assert all(step.legal_basis for step in change.steps)


@pytest.mark.parametrize(
    ("before", "after", "years", "new_years"),
    [
        ("I/d", "II/a", 9, 3),
        ("II/d", "III/a", 9, 4),
        ("III/d", "IV/a", 9, 9),
        ("II/d", "III/a", 3, 0),
        ("I/d", "III/a", 15, 4),
    ],
)
def test_a_crossing_takes_years_off_and_never_below_none(
    before: str, after: str, years: int, new_years: int
) -> None:
    change = salary_after_promotion(Rank.parse(before), Rank.parse(after), years, ON)
    assert change.new_mkg_years == new_years


@pytest.mark.parametrize("after", ["III/b", "III/a"])
def test_a_rank_that_is_not_higher_is_refused(after: str) -> None:
    with pytest.raises(BadInput, match="to_golongan"):
        salary_after_promotion(Rank.parse("III/b"), Rank.parse(after), 4, ON)


@pytest.mark.parametrize("years", [-1, 101, True, 4.0])
def test_years_that_are_none_are_refused(years: object) -> None:
    with pytest.raises(BadInput, match="mkg_years"):
        basic_salary(Rank.parse("III/b"), years, ON)  # type: ignore[arg-type]


def test_a_day_before_the_known_tables_is_refused() -> None:
    with pytest.raises(BadInput, match="on"):
        basic_salary(Rank.parse("III/b"), 4, date(2023, 12, 31))
