"""Credit points: exact sums, in any order, rounded once."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eperf.domain.errors import BadInput
from eperf.domain.promotion import credit
from eperf.domain.promotion.appraisal import Predikat
from eperf.domain.promotion.credit_tables import BASE_CREDITS, base_credit, credit_table
from eperf.domain.promotion.earliest import earliest_tmt
from eperf.domain.promotion.periods import is_period
from eperf.domain.promotion.service_time import add_months
from eperf.domain.rank import Rank

ON = date(2026, 1, 1)
TABLE = credit_table(ON)
levels = st.sampled_from([level.code for level in TABLE.levels])
predikats = st.sampled_from(list(Predikat))
rows = st.builds(credit.credit_row, levels, predikats, st.integers(0, 24), st.just(ON))
amounts = st.decimals(0, 1000, places=2)


@given(st.lists(rows, max_size=20), amounts, amounts, st.randoms(use_true_random=False))
def test_a_sum_is_exact_and_the_order_of_lines_means_nothing(
    lines: list[credit.CreditRow], opening: Decimal, bonus: Decimal, chance: object
) -> None:
    whole = credit.Ledger(tuple(lines), opening, bonus).total
    shuffled = list(lines)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert credit.Ledger(tuple(shuffled), opening, bonus).total == whole
    in_one = sum((Fraction(r.months * r.percent, 1200) * Fraction(r.coefficient) for r in lines), Fraction(0))
    assert whole == in_one + Fraction(opening) + Fraction(bonus)
    assert abs(Fraction(credit.printed(whole)) - whole) <= Fraction(1, 200)


@given(levels, predikats, st.integers(0, 60), st.integers(0, 60))
def test_months_may_be_split_in_any_way(level: str, predikat: Predikat, one: int, other: int) -> None:
    parts = [credit.credit_row(level, predikat, months, ON) for months in (one, other)]
    assert credit.Ledger(tuple(parts)).total == credit.credit_row(level, predikat, one + other, ON).credit


@given(levels, predikats, st.integers(0, 60))
def test_a_better_predikat_or_more_months_never_earn_less(
    level: str, predikat: Predikat, months: int
) -> None:
    earned = credit.credit_row(level, predikat, months, ON).credit
    assert credit.credit_row(level, predikat, months + 1, ON).credit > earned
    assert credit.credit_row(level, Predikat.SANGAT_BAIK, months, ON).credit >= earned


@given(levels, predikats)
def test_the_months_to_a_step_are_enough_and_one_less_is_not(level: str, predikat: Predikat) -> None:
    months = credit.months_to_step(level, predikat, ON)
    step = TABLE.level(level).rank_step
    assert credit.Ledger((credit.credit_row(level, predikat, months, ON),)).reaches(step)
    assert not credit.Ledger((credit.credit_row(level, predikat, months - 1, ON),)).reaches(step)


def test_what_opens_the_next_level_is_a_step_for_each_rank_of_the_level() -> None:
    for level in TABLE.levels:
        if level.to_next_level is not None:
            assert level.to_next_level == len(level.ranks) * level.rank_step
            assert level.next_code is not None
            assert TABLE.level(level.next_code).lowest == level.highest.next


def test_base_values_follow_the_steps_and_say_whether_they_were_verified() -> None:
    for base in BASE_CREDITS:
        level = TABLE.level(base.jenjang)
        assert base.credit == level.ranks.index(base.rank) * level.rank_step
    assert [row.rank.code for row in BASE_CREDITS if row.verified] == ["III/d"]
    assert base_credit(TABLE.level("ahli_muda"), Rank.parse("III/c")).credit == 0


def test_a_diploma_counts_once_and_only_with_a_good_year() -> None:
    assert credit.diploma_bonus("penyelia", ON) == 25
    assert credit.diploma_bonus("penyelia", ON, already_given=True) == 0
    assert credit.diploma_bonus("penyelia", ON, predikat=Predikat.BUTUH_PERBAIKAN) == 0


def test_an_integration_leaves_what_is_above_the_base() -> None:
    assert credit.integration(Decimal("137.5"), Decimal(100)) == Decimal("37.5")
    with pytest.raises(BadInput, match="conventional"):
        credit.integration(Decimal(99), Decimal(100))


@given(amounts)
def test_both_ways_with_a_surplus_miss_the_same_to_the_next_step(opening: Decimal) -> None:
    ledger, step = credit.Ledger(opening=opening), Decimal(50)
    if opening < step:
        with pytest.raises(BadInput, match="step"):
            credit.after_step(ledger, step, "carry_rest")
        return
    carried, next_carried = credit.after_step(ledger, step, "carry_rest")
    running, next_running = credit.after_step(ledger, step, "running_sum")
    assert next_carried - carried == next_running - running
    assert (carried, running) == (Fraction(opening) - 50, Fraction(opening))


@pytest.mark.parametrize("months", [-1, 1201, True, 1.5, "3"])
def test_months_that_are_none_are_refused(months: object) -> None:
    with pytest.raises(BadInput, match="months"):
        credit.credit_row("mahir", Predikat.BAIK, months, ON)  # type: ignore[arg-type]


def test_unknown_words_and_a_day_before_the_conversion_are_refused() -> None:
    with pytest.raises(BadInput, match="jenjang"):
        credit.credit_row("ahli", Predikat.BAIK, 1, ON)
    for text in ("istimewa", "", None):
        with pytest.raises(BadInput, match="predikat"):
            Predikat.parse(text)
    with pytest.raises(BadInput, match="on"):
        credit.credit_row("mahir", Predikat.BAIK, 1, date(2022, 12, 31))
    for text in ("-1", "NaN", "Infinity", "x", "1e9"):
        with pytest.raises(BadInput, match="ak_total"):
            credit.credit_points(text, "ak_total")


def test_cukup_is_the_older_word_for_butuh_perbaikan() -> None:
    assert Predikat.parse("cukup") is Predikat.BUTUH_PERBAIKAN


@given(
    levels,
    st.dates(date(2023, 1, 1), date(2030, 12, 31)),
    amounts,
    st.lists(predikats, min_size=1, max_size=4),
    st.booleans(),
)
def test_the_earliest_step_is_a_period_after_both_the_credit_and_two_years(
    level: str, since: date, opening: Decimal, years: list[Predikat], part_year: bool
) -> None:
    found = earliest_tmt(level, since, opening, years, part_year_allowed=part_year, on=ON)
    assert is_period(found.tmt)
    assert found.tmt >= max(found.credit_complete, add_months(since, 24))
    assert found.months == 0 or found.credit_complete.day == 1
    assert part_year or found.months % 12 == 0
    better = earliest_tmt(level, since, opening + 1, years, part_year_allowed=True, on=ON)
    assert better.tmt <= found.tmt
    assert all(step.legal_basis for step in found.steps)


def test_credit_that_completes_within_a_month_counts_from_the_next() -> None:
    found = earliest_tmt("ahli_pertama", date(2024, 1, 15), Decimal(0), [Predikat.SANGAT_BAIK], on=ON)
    assert found.credit_complete == date(2026, 10, 1)


def test_without_part_years_a_year_must_be_full() -> None:
    found = earliest_tmt(
        "ahli_pertama", date(2024, 1, 1), Decimal(0), [Predikat.SANGAT_BAIK], part_year_allowed=False, on=ON
    )
    assert (found.months, found.tmt) == (36, date(2027, 1, 1))


def test_missing_credit_without_any_predikat_is_refused() -> None:
    with pytest.raises(BadInput, match="predikat_by_year_in_rank"):
        earliest_tmt("mahir", date(2024, 1, 1), Decimal(0), [], on=ON)
    assert earliest_tmt("mahir", date(2024, 1, 1), Decimal(50), [], on=ON).tmt == date(2026, 1, 1)
