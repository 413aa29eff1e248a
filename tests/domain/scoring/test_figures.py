"""Points, weights, range scores and predikat points on figures of the sources; the vectors hold more of them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest

from eperf.domain.appraisal.predikat import Predikat
from eperf.domain.errors import BadInput, WeightsNot100
from eperf.domain.scoring.points import point_price
from eperf.domain.scoring.predikat_points import predikat_attendance_score
from eperf.domain.scoring.ranking import action_plan_points, attendance_score, mean_score, range_score
from eperf.domain.scoring.weights import Component, weighted_score

ON = date(2025, 1, 1)


def test_weights_that_do_not_sum_to_100_are_refused() -> None:
    with pytest.raises(WeightsNot100, match="80 \\+ 30"):
        weighted_score([Component("a", Decimal(80), Decimal(1)), Component("b", Decimal(30), Decimal(1))])
    with pytest.raises(WeightsNot100):
        weighted_score([Component("a", Decimal(110), Decimal(1)), Component("b", Decimal(-10), Decimal(1))])


def test_a_price_without_a_ceiling_has_none() -> None:
    assert point_price(Decimal(520), Decimal(9000)) == 4_680_000
    assert point_price(Decimal(520), Decimal(9000), Decimal(4_000_000)) == 4_000_000


def test_when_all_are_equal_everybody_is_the_best() -> None:
    assert range_score([Decimal(90)], Decimal(90), Decimal(90)) == 100


def test_better_predikats_and_fewer_cuts_give_more() -> None:
    scores = [predikat_attendance_score(predikat, [Decimal(10)], ON) for predikat in Predikat]
    known = [score for score in scores if score is not None]
    assert scores == sorted(set(known), reverse=True)
    assert predikat_attendance_score(Predikat.SANGAT_BAIK, [], ON) == 100
    with pytest.raises(BadInput, match="attendance_cuts_pct"):
        predikat_attendance_score(Predikat.BAIK, [Decimal(-1)], ON)


def test_a_missing_predikat_makes_a_missing_score_and_never_eighty() -> None:
    assert predikat_attendance_score(None, [], ON) is None
    with pytest.raises(BadInput, match="attendance_cuts_pct"):
        predikat_attendance_score(None, [Decimal(-1)], ON)


def test_cuts_beyond_the_whole_leave_nothing_of_the_attendance_part() -> None:
    assert predikat_attendance_score(Predikat.BAIK, [Decimal(60), Decimal(60)], ON) == 63


def test_impossible_inputs_are_refused_by_name() -> None:
    with pytest.raises(BadInput, match="violations"):
        attendance_score(23)
    with pytest.raises(BadInput, match="monthly_scores"):
        mean_score([])
    with pytest.raises(BadInput, match="max"):
        range_score([Decimal(1)], Decimal(1), Decimal(2))


@pytest.mark.parametrize("odd", [Decimal("NaN"), Decimal("-Infinity"), Decimal(-1), Decimal("1e30")])
def test_a_figure_is_never_made_of_what_is_no_number(odd: Decimal) -> None:
    one = Decimal(1)
    asked: list[Callable[[], object]] = [
        lambda: point_price(odd, one),
        lambda: point_price(one, odd),
        lambda: point_price(one, one, odd),
        lambda: mean_score([one, odd]),
        lambda: action_plan_points([one, odd]),
        lambda: range_score([one], odd, one),
        lambda: range_score([one], one, odd),
    ]
    for ask in asked:
        with pytest.raises(BadInput):
            ask()


@pytest.mark.parametrize("odd", [Decimal("NaN"), Decimal("sNaN"), Decimal("Infinity"), Decimal("1e30")])
def test_a_weighted_score_takes_numbers_only(odd: Decimal) -> None:
    with pytest.raises(BadInput, match="kpi"):
        weighted_score([Component("kpi", Decimal(100), odd)])
    with pytest.raises(WeightsNot100):
        weighted_score([Component("kpi", odd, Decimal(1))])
