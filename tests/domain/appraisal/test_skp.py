from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eperf.domain.appraisal import skp_2013, skp_2021, skp_pp30
from eperf.domain.appraisal.skp_2013 import Aspect
from eperf.domain.errors import BadInput

IN_2015, IN_2020, IN_2021 = date(2015, 12, 31), date(2020, 12, 31), date(2021, 12, 31)


def points(least: str, most: str) -> st.SearchStrategy[Decimal]:
    return st.decimals(least, most, places=2, allow_nan=False, allow_infinity=False)


@pytest.mark.parametrize(
    ("realisation", "value"),
    [
        ("100", "76"),
        ("76.01", "99.99"),
        ("76", "100"),
        ("75.99", "75.99"),
        ("50", "50"),
        ("0", "0"),
        ("176", "0"),
    ],
)
def test_time_is_rewarded_up_to_a_saving_of_exactly_24_per_cent(realisation: str, value: str) -> None:
    found = skp_2013.aspect_value(Aspect.TIME, Decimal(realisation), Decimal(100), IN_2015)
    assert found.value == Decimal(value)
    assert found.mark == ("press" if Decimal(realisation) >= 76 else "recalled")
    assert skp_2013.aspect_value(Aspect.COST, Decimal(realisation), Decimal(100), IN_2015) == found


@given(done=points("0", "1000"), target=points("0.01", "1000"), times=st.integers(2, 9))
def test_an_aspect_depends_on_the_ratio_only(done: Decimal, target: Decimal, times: int) -> None:
    for aspect in Aspect:
        one = skp_2013.aspect_value(aspect, done, target, IN_2015)
        assert one == skp_2013.aspect_value(aspect, done * times, target * times, IN_2015)


@given(values=st.lists(points("0", "200"), min_size=1, max_size=4))
def test_a_task_lies_between_its_worst_and_its_best_aspect_in_any_order(values: list[Decimal]) -> None:
    value = skp_2013.task_value(values)
    assert min(values) <= value <= max(values)
    assert skp_2013.task_value(values[::-1]) == value


@pytest.mark.parametrize(
    ("value", "band"),
    [
        ("91", "sangat_baik"),
        ("90.99", "baik"),
        ("76", "baik"),
        ("75.99", "cukup"),
        ("61", "cukup"),
        ("60.99", "kurang"),
        ("51", "kurang"),
        ("50.99", "buruk"),
        ("50", "buruk"),
        ("0", "buruk"),
    ],
)
def test_a_value_between_two_bands_has_the_lower_one(value: str, band: str) -> None:
    assert skp_2013.total(Decimal(value), Decimal(value), IN_2015).band == band


def test_the_quality_scale_covers_every_whole_point_once() -> None:
    scale = skp_2013.ARITHMETICS[0].quality_scale
    covered = [point for step in scale for point in range(step.least, step.most + 1)]
    assert sorted(covered) == list(range(101))


def test_less_than_half_of_the_target_is_a_discipline_matter() -> None:
    assert skp_2013.is_discipline_matter(Decimal("49.99"), IN_2015)
    assert not skp_2013.is_discipline_matter(Decimal(50), IN_2015)


def test_what_cannot_be_is_refused_by_name() -> None:
    with pytest.raises(BadInput, match="target"):
        skp_2013.aspect_value(Aspect.TIME, Decimal(1), Decimal(0), IN_2015)
    with pytest.raises(BadInput, match="realisation"):
        skp_2013.aspect_value(Aspect.QUANTITY, Decimal(-1), Decimal(1), IN_2015)
    with pytest.raises(BadInput, match="aspect"):
        Aspect.parse("behaviour")
    with pytest.raises(BadInput, match="aspect_values"):
        skp_2013.task_value([])
    with pytest.raises(BadInput, match="2021-12-31"):
        skp_2013.total(Decimal(80), Decimal(80), IN_2021)
    with pytest.raises(BadInput, match="main_values"):
        skp_2021.periodic([Decimal(1)], [])
    with pytest.raises(BadInput, match="target_high"):
        skp_2021.achievement_pct(Decimal(1), skp_2021.Target(Decimal(2), Decimal(1)), lower_is_better=False)
    with pytest.raises(BadInput, match="level_factor_pct"):
        skp_2021.additional_work([skp_2021.Additional(Decimal(50), Decimal(1), Decimal(1))], IN_2021)


@given(low=points("0.01", "100"), width=points("0", "100"), place=points("0", "1"), lower=st.booleans())
def test_inside_its_range_a_target_is_met(low: Decimal, width: Decimal, place: Decimal, lower: bool) -> None:
    target = skp_2021.Target(low, low + width)
    assert skp_2021.achievement_pct(low + width * place, target, lower_is_better=lower) == 100


@given(one=points("0", "500"), other=points("0", "500"), lower=st.booleans())
def test_more_is_better_unless_less_is(one: Decimal, other: Decimal, lower: bool) -> None:
    target = skp_2021.Target(Decimal(80), Decimal(90))
    found = [skp_2021.achievement_pct(value, target, lower_is_better=lower) for value in sorted((one, other))]
    assert found == sorted(found, reverse=lower)


@pytest.mark.parametrize(
    ("achievement", "category", "value"),
    [
        ("110.49", "sangat_baik", None),
        ("110.5", "sangat_baik", "120"),
        ("101", "sangat_baik", None),
        ("100.49", "baik", "109"),
        ("99.5", "baik", "109"),
        ("99.49", "cukup", "89"),
        ("79.5", "cukup", "70"),
        ("79.49", "kurang", "69"),
        ("60", "kurang", "50"),
        ("59.49", "sangat_kurang", "49"),
        ("30", "sangat_kurang", "24.92"),
        ("0", "sangat_kurang", "0"),
    ],
)
def test_an_achievement_is_rounded_before_it_is_judged(
    achievement: str, category: str, value: str | None
) -> None:
    judged = skp_2021.judged(Decimal(achievement), IN_2021)
    assert judged == (category, None if value is None else Decimal(value))


@given(one=st.integers(0, 100), other=st.integers(0, 100))
def test_a_better_achievement_never_has_a_lower_value(one: int, other: int) -> None:
    values = [skp_2021.judged(Decimal(percent), IN_2021).value for percent in sorted((one, other))]
    assert values[0] is not None
    assert values[1] is not None
    assert values[0] <= values[1]


def test_a_target_that_was_all_that_is_possible_is_best_at_100_per_cent_only() -> None:
    assert skp_2021.judged(Decimal(100), IN_2021, target_is_maximum=True) == ("sangat_baik", 120)
    assert skp_2021.judged(Decimal(99), IN_2021, target_is_maximum=True) == ("cukup", 89)


def test_additional_work_counts_for_at_most_ten() -> None:
    item = skp_2021.Additional(Decimal(100), Decimal(6), Decimal(100))
    assert skp_2021.additional_work([item], IN_2021) == 6
    assert skp_2021.additional_work([item, item], IN_2021) == 10
    assert skp_2021.additional_work([], IN_2021) == 0


@pytest.mark.parametrize(
    ("value", "new_idea", "band"),
    [
        ("120", True, "sangat_baik"),
        ("120", False, "baik"),
        ("110", True, "sangat_baik"),
        ("109.99", True, "baik"),
        ("89.99", True, "cukup"),
        ("70", False, "cukup"),
        ("69.99", False, "kurang"),
        ("50", False, "kurang"),
        ("49.99", False, "sangat_kurang"),
        ("0", False, "sangat_kurang"),
    ],
)
def test_the_highest_band_needs_a_new_idea_beside_the_number(value: str, new_idea: bool, band: str) -> None:
    total = skp_pp30.total(Decimal(value), Decimal(value), IN_2020, new_idea=new_idea)
    assert total[:2] == (Decimal(value), band)
    assert total.mark == ("law" if Decimal(value) >= 70 else "recalled")


def test_a_sum_above_the_scale_is_refused() -> None:
    with pytest.raises(BadInput, match="value"):
        skp_pp30.total(Decimal(121), Decimal(121), IN_2020)


@given(skp=points("0", "120"), behaviour=points("0", "120"), asked=st.booleans())
def test_the_total_lies_between_skp_and_behaviour(skp: Decimal, behaviour: Decimal, asked: bool) -> None:
    total = skp_pp30.total(skp, behaviour, IN_2020, asks_peers_and_subordinates=asked)
    assert min(skp, behaviour) <= total.value <= max(skp, behaviour)
