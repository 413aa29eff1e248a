from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eperf.domain.errors import BadInput
from eperf.domain.staffing.month import CapacityBy, capacity_min, month_load, reported_against_norm
from eperf.domain.staffing.verdict import (
    Basis,
    Confidence,
    UnitMonth,
    Verdict,
    VerdictRule,
    month_verdict,
)

FULL = UnitMonth(headcount=10, working_days=20, reported_min=60_000, norm_min=60_000, post_balances=(0, 0))
"""Ten people, 6,000 minutes each, and exactly that much work."""

minutes = st.integers(0, 200_000)


@given(minutes, minutes, st.integers(1, 30), st.integers(1, 23))
def test_more_approved_minutes_never_lower_the_monthly_figure(
    one: int, other: int, heads: int, days: int
) -> None:
    less = month_load(heads, days, min(one, other)).effectiveness
    more = month_load(heads, days, max(one, other)).effectiveness
    assert less.ratio <= more.ratio  # type: ignore[operator]
    assert less.grade >= more.grade  # type: ignore[operator]


@given(minutes, st.integers(1, 1_000_000), st.integers(1, 50))
def test_a_comparison_knows_no_scale(reported: int, norm: int, scale: int) -> None:
    assert reported_against_norm(reported, norm) == reported_against_norm(reported * scale, norm * scale)


@given(st.integers(1, 1_000_000))
def test_both_bounds_of_the_comparison_are_still_inside(norm: int) -> None:
    top, bottom = Fraction(norm) * 6 / 5, Fraction(norm) * 4 / 5
    assert not reported_against_norm(top, norm).flagged
    assert not reported_against_norm(bottom, norm).flagged
    assert reported_against_norm(top + Fraction(1, 1000), norm).above
    assert reported_against_norm(bottom - Fraction(1, 1000), norm).below


def test_without_a_norm_there_is_no_ratio_and_no_flag() -> None:
    found = reported_against_norm(500, 0)
    assert (found.ratio, found.flagged) == (None, False)


@pytest.mark.parametrize(("heads", "days"), [(0, 20), (5, 0)])
def test_a_month_without_people_or_working_days_has_no_figure(heads: int, days: int) -> None:
    found = month_load(heads, days, 100)
    assert (found.capacity_min, found.effectiveness.ratio, found.effectiveness.grade) == (0, None, None)


def test_capacity_by_the_month_does_not_depend_on_its_days() -> None:
    assert capacity_min(2, 21) == 12_600
    assert capacity_min(2, 21, by=CapacityBy.MONTH) == 12_500


def codes(month: UnitMonth, rule: VerdictRule | None = None) -> set[str]:
    return {reason.code for reason in month_verdict(month, rule).reasons}


@pytest.mark.parametrize(
    ("balances", "verdict", "surplus", "shortage"),
    [
        ((0, 0), Verdict.ENOUGH, 0, 0), ((2, 0), Verdict.TOO_MANY, 2, 0), ((-1, 0), Verdict.TOO_FEW, 0, 1),
        ((3, -3), Verdict.MIXED, 3, 3),
    ],
)  # fmt: skip
def test_the_posts_decide_and_are_never_netted(
    balances: tuple[int, ...], verdict: Verdict, surplus: int, shortage: int
) -> None:
    found = month_verdict(replace(FULL, post_balances=balances))
    assert (found.verdict, found.basis, found.surplus, found.shortage) == (
        verdict, Basis.POSTS, surplus, shortage,
    )  # fmt: skip
    assert found.confidence is Confidence.HIGH


def test_without_posts_the_norm_decides_with_less_confidence() -> None:
    found = month_verdict(replace(FULL, post_balances=(), norm_min=69_000))
    assert (found.verdict, found.basis) == (Verdict.TOO_FEW, Basis.NORM)
    assert found.confidence is Confidence.MEDIUM


def test_what_rests_on_reports_alone_is_never_more_than_a_low_confidence() -> None:
    found = month_verdict(replace(FULL, post_balances=(), norm_min=None, reported_min=90_000))
    assert (found.verdict, found.basis, found.confidence) == (Verdict.TOO_FEW, Basis.REPORTED, Confidence.LOW)
    assert found.norm is None


@given(minutes)
def test_inflated_reports_do_not_change_a_verdict_that_rests_on_the_norm(reported: int) -> None:
    month = replace(FULL, post_balances=(), reported_min=reported)
    assert month_verdict(month).verdict is month_verdict(replace(FULL, post_balances=())).verdict


@pytest.mark.parametrize(
    "month",
    [
        UnitMonth(0, 20, 100, 100),
        UnitMonth(5, 0, 100, 100),
        UnitMonth(5, 20, 0),
        UnitMonth(5, 20, 100, 0),
    ],
)
def test_there_is_no_verdict_where_there_is_nothing_to_judge(month: UnitMonth) -> None:
    found = month_verdict(month)
    assert (found.verdict, found.confidence) == (Verdict.UNKNOWN, Confidence.LOW)
    assert "nothing_to_judge" in codes(month)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"reported_min": 72_001}, "reported_above_norm"),
        ({"reported_min": 47_999}, "reported_below_norm"),
        ({"people_reporting": 7}, "few_reported"),
        ({"flagged_min": 6_001}, "open_flags"),
        ({"post_balances": (0, None)}, "some_posts_not_analysed"),
    ],
)
def test_one_doubt_takes_one_step_of_confidence_and_two_take_the_last(change: dict, code: str) -> None:
    doubted = replace(FULL, **change)
    assert codes(doubted) == codes(FULL) | {code}
    assert month_verdict(doubted).confidence is Confidence.MEDIUM
    short = replace(doubted, working_days=14)
    assert "short_month" in codes(short)
    assert month_verdict(short).confidence is Confidence.LOW


@pytest.mark.parametrize(
    "change",
    [{"reported_min": 72_000}, {"reported_min": 48_000}, {"people_reporting": 8}, {"flagged_min": 6_000},
     {"working_days": 15}],
)  # fmt: skip
def test_exactly_at_a_bound_there_is_no_doubt(change: dict) -> None:
    assert month_verdict(replace(FULL, **change)).confidence is Confidence.HIGH


def test_an_agency_sets_its_own_bounds() -> None:
    rule = VerdictRule(least_working_days=22)
    assert codes(FULL, rule) == codes(FULL) | {"short_month"}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"people_reporting": 11}, "people_reporting"),
        ({"headcount": -1}, "headcount"),
        ({"reported_min": Decimal(-1)}, "approved_min"),
        ({"flagged_min": -1}, "flagged_min"),
    ],
)
def test_impossible_months_are_refused_by_name(change: dict, field: str) -> None:
    with pytest.raises(BadInput) as refusal:
        month_verdict(replace(FULL, **change))
    assert refusal.value.field == field
