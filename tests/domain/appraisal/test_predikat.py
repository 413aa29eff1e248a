from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eperf.domain.appraisal.distribution import PATTERNS, OrganisationPredikat, breaches
from eperf.domain.appraisal.plan_penalty import performance_component_pct
from eperf.domain.appraisal.predikat import Expectation, Predikat, expectation_of, predikat_of
from eperf.domain.appraisal.predikat_pay import (
    PREDIKAT_PAY,
    cut_pct,
    paid_pct,
    pay_rule,
    quarter_pay,
    year_pay,
)
from eperf.domain.errors import BadInput
from eperf.domain.period import Quarter, YearMonth

ON = date(2026, 1, 1)
BEST_FIRST = list(Predikat)
RATED = [row for row in PREDIKAT_PAY if row.paid_pct is not None]
COUNTS = st.dictionaries(st.sampled_from(BEST_FIRST), st.integers(0, 60))


def test_every_pair_of_expectations_has_a_predikat_and_the_whole_list_occurs() -> None:
    cells = {predikat_of(result, behaviour, ON) for result in Expectation for behaviour in Expectation}
    assert cells == set(Predikat)


@pytest.mark.parametrize("result", Expectation)
def test_better_behaviour_never_makes_a_worse_predikat(result: Expectation) -> None:
    ranks = [BEST_FIRST.index(predikat_of(result, behaviour, ON)) for behaviour in Expectation]
    assert ranks == sorted(ranks)


def test_a_result_below_with_behaviour_below_is_worse_than_either_alone() -> None:
    assert predikat_of(Expectation.BELOW, Expectation.BELOW, ON) is Predikat.SANGAT_KURANG
    assert predikat_of(Expectation.MEETS, Expectation.BELOW, ON) is Predikat.KURANG
    assert predikat_of(Expectation.BELOW, Expectation.MEETS, ON) is Predikat.BUTUH_PERBAIKAN


def test_before_the_regulation_there_is_no_matrix() -> None:
    with pytest.raises(BadInput, match="2021-12-31"):
        predikat_of(Expectation.MEETS, Expectation.MEETS, date(2021, 12, 31))


@pytest.mark.parametrize("text", [None, "", "cukup", "Baik", "BAIK"])
def test_a_missing_or_unknown_predikat_is_refused_and_never_guessed(text: str | None) -> None:
    with pytest.raises(BadInput, match="predikat"):
        Predikat.parse(text)
    with pytest.raises(BadInput, match="behaviour"):
        Expectation.parse(text, "behaviour")


@pytest.mark.parametrize(
    ("rating", "expectation"),
    [
        ("5", "above"),
        ("4.5", "above"),
        ("4.49", "meets"),
        ("2.5", "meets"),
        ("2.49", "below"),
        ("0", "below"),
    ],
)
def test_a_rating_of_five_is_an_expectation(rating: str, expectation: str) -> None:
    assert expectation_of(Decimal(rating), ON) == expectation


@given(counts=COUNTS, times=st.integers(2, 5), organisation=st.sampled_from(OrganisationPredikat))
def test_breaches_depend_on_shares_only(
    counts: dict[Predikat, int], times: int, organisation: OrganisationPredikat
) -> None:
    larger = {predikat: count * times for predikat, count in counts.items()}
    assert breaches(organisation, counts, ON) == breaches(organisation, larger, ON)


@given(counts=COUNTS, organisation=st.sampled_from(OrganisationPredikat))
def test_an_absent_count_is_zero_and_no_count_is_changed(
    counts: dict[Predikat, int], organisation: OrganisationPredikat
) -> None:
    before = dict(counts)
    full = {predikat: counts.get(predikat, 0) for predikat in reversed(Predikat)}
    assert breaches(organisation, counts, ON) == breaches(organisation, full, ON)
    assert counts == before


def test_a_unit_without_a_rating_breaches_nothing() -> None:
    for organisation in OrganisationPredikat:
        assert breaches(organisation, {}, ON) == ()


def test_every_bound_can_be_breached_and_none_by_another_organisation() -> None:
    for organisation, bounds in PATTERNS[0].bounds.items():
        alone = [{predikat: 1} for predikat in Predikat]
        found = {code for counts in alone for code in breaches(organisation, counts, ON)}
        assert found == {bound.code for bound in bounds}


@pytest.mark.parametrize(
    ("sangat_baik", "codes"),
    [
        (50, ("sangat_baik_majority",)),
        (51, ()),
        (70, ()),
        (71, ("sangat_baik_max_70",)),
    ],
)
def test_a_majority_is_more_than_half_and_seventy_per_cent_is_still_allowed(
    sangat_baik: int, codes: tuple[str, ...]
) -> None:
    counts = {Predikat.SANGAT_BAIK: sangat_baik, Predikat.BAIK: 100 - sangat_baik}
    assert breaches(OrganisationPredikat.ISTIMEWA, counts, ON) == codes


def test_bounds_are_compared_on_people_not_on_rounded_shares() -> None:
    counts = {Predikat.SANGAT_BAIK: 1, Predikat.BUTUH_PERBAIKAN: 8}
    assert breaches(OrganisationPredikat.BUTUH_PERBAIKAN, counts, ON) == ("sangat_baik_max_10",)


def test_a_negative_count_and_an_unknown_organisation_are_refused() -> None:
    with pytest.raises(BadInput, match=r"counts.baik"):
        breaches(OrganisationPredikat.BAIK, {Predikat.BAIK: -1}, ON)
    with pytest.raises(BadInput, match="organisation_predikat"):
        OrganisationPredikat.parse("sangat_baik")


@pytest.mark.parametrize("row", RATED, ids=lambda row: row.unit)
def test_a_better_predikat_never_pays_less_and_cut_and_paid_are_the_whole(row: object) -> None:
    paid = [paid_pct(row.unit, predikat, ON) for predikat in Predikat]  # type: ignore[attr-defined]
    assert paid == sorted(paid, reverse=True)
    assert all(0 <= one <= 100 for one in paid)
    assert [cut_pct(row.unit, predikat, ON) for predikat in Predikat] == [100 - one for one in paid]  # type: ignore[attr-defined]


@given(month=st.builds(YearMonth, st.integers(2025, 2100), st.integers(1, 12)))
def test_three_months_are_decided_by_the_quarter_before_them(month: YearMonth) -> None:
    quarter = Quarter.of(month)
    pay = quarter_pay("kemenlu", {quarter.previous: Predikat.KURANG, quarter: Predikat.BAIK}, month, ON)
    assert pay == (quarter.previous, 70)


def test_a_missing_predikat_of_a_year_or_a_month_pays_and_cuts_an_unknown_share() -> None:
    assert year_pay("klhk", 2024, None, ON) == (2025, None)
    assert paid_pct("bakamla", None, ON) is cut_pct("bakamla", None, ON) is None


def test_a_missing_predikat_of_the_deciding_quarter_pays_an_unknown_share() -> None:
    pay = quarter_pay("kemenlu", {Quarter(2026, 2): Predikat.BAIK}, YearMonth(2026, 4), ON)
    assert pay == (Quarter(2026, 1), None)


def test_a_unit_without_rates_or_with_another_lag_is_refused() -> None:
    with pytest.raises(BadInput, match="no source prints"):
        paid_pct("brin", Predikat.BAIK, ON)
    with pytest.raises(BadInput, match="next_year"):
        quarter_pay("klhk", {}, YearMonth(2026, 1), ON)
    with pytest.raises(BadInput, match="next_quarter"):
        year_pay("kemenlu", 2025, Predikat.BAIK, ON)
    with pytest.raises(BadInput, match="kemenlu"):
        pay_rule("kementerian contoh", ON)
    with pytest.raises(BadInput, match="2024-12-31"):
        paid_pct("kemenlu", Predikat.BAIK, date(2024, 12, 31))


@given(missed=st.builds(YearMonth, st.integers(2026, 2090), st.integers(1, 12)))
def test_exactly_the_three_months_after_a_missed_plan_pay_less(missed: YearMonth) -> None:
    month, paid = missed, []
    for _ in range(6):
        paid.append(performance_component_pct([missed], month, ON))
        month = month.next()
    assert paid == [100, 75, 75, 75, 100, 100]


def test_two_missed_plans_cut_once() -> None:
    missed = [YearMonth(2026, 1), YearMonth(2026, 2)]
    assert performance_component_pct(missed, YearMonth(2026, 3), ON) == 75
    assert performance_component_pct([], YearMonth(2026, 3), ON) == 100
