"""From cuts to rupiah: exact, rounded once where the rule rounds."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eperf.domain.attendance.cut_pay import (
    hourly_pay,
    hourly_pay_named,
    left_of,
    no_news_cut,
    weighted_cut,
)
from eperf.domain.attendance.ladders import ladder_named
from eperf.domain.errors import BadInput

RULE = hourly_pay_named("hourly-2018")
rupiah = st.integers(0, 50_000_000).map(Decimal)


def test_a_cut_leaves_the_rest_exactly() -> None:
    assert left_of(Decimal(3_333_333), Decimal("1.25")) == Decimal("3291666.3375")
    assert left_of(Decimal(3_000_000), Decimal(100)) == 0


def test_days_without_news_cut_both_parts_and_round_half_up() -> None:
    ladder = ladder_named("tks")
    assert no_news_cut(ladder, Decimal(50), Decimal(0), 1) == 2
    assert no_news_cut(ladder, Decimal(49), Decimal(0), 1) == 1
    assert no_news_cut(ladder, Decimal(100), Decimal(100), 0) == 0
    assert no_news_cut(ladder, Decimal(100), Decimal(100), 40) == 200


@given(rupiah, st.integers(0, 31), st.integers(0, 31), st.decimals(0, 200, places=2), rupiah)
def test_hours_lost_never_pay_more_and_never_take_the_extra(
    base: Decimal, taps: int, absent: int, hours: Decimal, extra: Decimal
) -> None:
    result = hourly_pay(RULE, base, taps, absent, hours, extra)
    assert result.hours == 4 * taps + 8 * absent + hours
    assert extra <= result.pay_rp <= 2 * base + extra
    assert hourly_pay(RULE, base, taps + 1, absent, hours, extra).pay_rp <= result.pay_rp


def test_beyond_all_hours_only_the_extra_is_left() -> None:
    assert hourly_pay(RULE, Decimal(1_000_000), absent_days=40).pay_rp == 0
    assert hourly_pay(RULE, Decimal(1_000_000), absent_days=40, extra_rp=Decimal(7)).pay_rp == 7


def test_the_final_per_cent_is_weighted_unless_an_officer_typed_it() -> None:
    parts = ((Decimal(10), Decimal("0.4")), (Decimal(5), Decimal("0.6")))
    assert weighted_cut(Decimal(1_000_001), parts) == 70_000
    assert weighted_cut(Decimal(1_000_050), parts, Decimal("0.01")) == 100
    assert weighted_cut(Decimal(1_000_000), parts, Decimal(0)) == 0
    with pytest.raises(BadInput, match="final_pct"):
        weighted_cut(Decimal(1), parts, Decimal(101))


def test_amounts_and_figures_that_cannot_be_are_refused_by_name() -> None:
    with pytest.raises(BadInput, match="base_rp"):
        left_of(Decimal(-1), Decimal(0))
    with pytest.raises(BadInput, match="performance_rp"):
        no_news_cut(ladder_named("tks"), Decimal("NaN"), Decimal(0), 1)
    with pytest.raises(BadInput, match="absent_days"):
        hourly_pay(RULE, Decimal(1), absent_days=-1)
    with pytest.raises(BadInput, match="late_early_hours"):
        hourly_pay(RULE, Decimal(1), late_early_hours=Decimal("-0.5"))
    with pytest.raises(BadInput, match="late_early_hours"):
        hourly_pay(RULE, Decimal(1), late_early_hours=Decimal("NaN"))
    with pytest.raises(BadInput, match="final_pct"):
        weighted_cut(Decimal(1), (), Decimal("NaN"))
    with pytest.raises(BadInput, match="hourly-2018"):
        hourly_pay_named("hourly")
