from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import eperf_pare
from eperf.plugins import BadInput, UnitPeriod, YearMonth
from eperf.plugins.rules import Deciding
from eperf.testing import (
    assert_explained,
    assert_missing_is_said,
    assert_order_free,
    assert_pure,
    behaviour,
    employee,
    random_month,
    registry_of,
    scored,
    target,
    unit_period,
)
from eperf_pare.rules import (
    ETHICS_ITEMS,
    NOTHING,
    Score,
    deciding_month,
    ethics_pct,
    performance_rp,
    score,
)
from eperf_pare.samples import SAMPLES
from eperf_pare.scheme import SCHEME
from eperf_pare.settings import PareSettings

ON = date(2026, 3, 1)
SIX = 6


def percents(most: str = "100") -> st.SearchStrategy[Decimal]:
    return st.decimals("0", most, places=2, allow_nan=False, allow_infinity=False)


def both(value: str, *, approved: bool = True) -> Score:
    return score(Decimal(value), Decimal(value), ON, achievement_approved=approved)


@pytest.mark.parametrize(
    ("cap", "scored"),
    [
        ("0", "0"),
        ("49.99", "0"),
        ("50", "50"),
        ("50.01", "50.01"),
        ("84.96", "99.99"),
        ("85", "100"),
        ("100", "100"),
    ],
)
def test_both_ends_of_every_piece(cap: str, scored: str) -> None:
    assert both(cap) == (Decimal(cap), Decimal(scored))


def test_the_sources_small_overshoot_below_the_flat_top_is_kept() -> None:
    assert both("84.97").score == Decimal("100.01")
    assert both("84.99").score == Decimal("100.04")


def test_the_sample_declares_the_highest_figure_of_the_rule() -> None:
    caps = [str(Decimal(number) / 100) for number in range(8_000, 10_001)]
    assert SAMPLES[0].most == max(both(cap).score for cap in caps)


@given(one=percents(), other=percents(), ethics=percents())
def test_a_better_target_never_lowers_the_score_by_more_than_the_overshoot(
    one: Decimal, other: Decimal, ethics: Decimal
) -> None:
    low, high = (score(target, ethics, ON, achievement_approved=True) for target in sorted((one, other)))
    assert low.cap <= high.cap
    assert low.score <= max(high.score, Decimal(0)) or (low.score > 100 and high.score == 100)
    assert 0 <= high.score <= Decimal("100.04")


def test_the_cap_is_rounded_before_it_is_compared() -> None:
    found = score(Decimal("49.995"), Decimal("49.995"), ON, achievement_approved=True)
    assert found == (50, 50)


@given(target=percents(), items=st.lists(st.integers(0, 5).map(Decimal), min_size=SIX, max_size=SIX))
def test_without_a_rating_or_an_approval_there_is_nothing(target: Decimal, items: list[Decimal]) -> None:
    assert score(target, None, ON, achievement_approved=True) == NOTHING
    assert score(target, ethics_pct(items, ON), ON, achievement_approved=False) == NOTHING


def test_a_rating_of_all_zeros_is_a_rating() -> None:
    zeros = ethics_pct([Decimal(0)] * SIX, ON)
    assert score(Decimal(100), zeros, ON, achievement_approved=True) == (70, Decimal("78.6"))


def test_no_item_rated_is_no_rating_and_a_part_of_one_is_refused() -> None:
    assert ethics_pct([], ON) is ethics_pct([None] * SIX, ON) is None
    with pytest.raises(BadInput, match=r"ethics_items.open"):
        ethics_pct([Decimal(5)] * 4 + [None, Decimal(5)], ON)


@given(items=st.lists(st.integers(0, 5).map(Decimal), min_size=SIX, max_size=SIX))
def test_ethics_are_a_share_of_thirty_in_any_order(items: list[Decimal]) -> None:
    share = ethics_pct(items, ON)
    assert share is not None
    assert share * 30 == 100 * int(sum(items))
    assert ethics_pct(items[::-1], ON) == share


@given(scored=percents(), cut=percents())
def test_the_cut_comes_from_the_full_part(scored: Decimal, cut: Decimal) -> None:
    full = performance_rp(Decimal(4_000_000), Decimal(60), Decimal(100), Decimal(0))
    paid = performance_rp(Decimal(4_000_000), Decimal(60), scored, cut)
    assert paid == full * (scored - cut) / 100


def test_what_cannot_be_is_refused_by_name() -> None:
    with pytest.raises(BadInput, match="ethics_items"):
        ethics_pct([Decimal(5)] * 5, ON)
    with pytest.raises(BadInput, match=r"ethics_items.adaptive"):
        ethics_pct([Decimal(1)] * 3 + [Decimal("5.01")] + [Decimal(1)] * 2, ON)
    with pytest.raises(BadInput, match="ethics_pct"):
        both("100.01")
    with pytest.raises(BadInput, match="target_pct"):
        both("-1")
    with pytest.raises(BadInput, match="cut_pct"):
        performance_rp(Decimal(1), Decimal(1), Decimal(1), Decimal(101))


def test_the_month_before_decides_and_january_falls_back_to_the_period_before() -> None:
    assert deciding_month(YearMonth(2026, 3)) == YearMonth(2026, 2)
    assert deciding_month(YearMonth(2026, 1)) == YearMonth(2025, 12)


def test_the_plugin_fits_eperf() -> None:
    registry = registry_of("pare", eperf_pare)
    assert registry.schemes["pare/performance"].part is SCHEME


CHOSEN = PareSettings(ethics_deciding=Deciding.MONTH)


def month(realised: str, items: list[Decimal | None]) -> UnitPeriod:
    """Somebody with one target of 100, and ratings of March."""
    ratings = [
        behaviour(name, None if item is None else str(item), lowest=0, highest=5)
        for name, item in zip(ETHICS_ITEMS, items, strict=True)
    ]
    plan = target(1, period="2026-02", target=100, realised=realised, through="2026-02")
    return unit_period([employee(1)], (), (), [plan], ratings)


@given(
    realised=st.one_of(
        percents("130"), st.sampled_from([Decimal("49.99"), Decimal(50), Decimal("84.97"), Decimal(85)])
    ),
    items=st.lists(st.decimals("0", "5", places=2), min_size=SIX, max_size=SIX),
)
def test_the_scheme_is_the_rule(realised: Decimal, items: list[Decimal]) -> None:
    found = scored(SCHEME, month(str(realised), list(items)), CHOSEN)
    assert_explained(found)
    expected = score(realised, ethics_pct(items, ON), ON, achievement_approved=True).score
    assert found.scores["score_h"].to_list() == [expected * 100]


def test_an_explanation_shows_targets_items_weights_and_the_slope() -> None:
    trail = scored(SCHEME, month("80", [Decimal(4)] * SIX), CHOSEN).trail(1)
    assert [(leaf["label"]["en"], leaf["amount"]) for leaf in trail if leaf["stage"] != "behaviour"] == [
        ("Laporan tersusun", "80.00"),
        ("Target weighs 70 per cent, ethics 30", "-80.00"),
        ("Score for a cap of 80.00", "12.90"),
    ]
    assert sum(Decimal(leaf["amount"]) for leaf in trail) == Decimal("92.90")


@pytest.mark.parametrize(
    ("facts", "cause"),
    [
        (month("80", [Decimal(4)] * 5 + [None]), "behaviour-missing:2026-03"),
        (unit_period([employee(1)]), "behaviour-missing:2026-03"),
        (unit_period([employee(1)], (), (), [target(1, period="2026-02")]), "behaviour-missing:2026-03"),
    ],
)
def test_what_is_missing_is_said_and_never_zero(facts: UnitPeriod, cause: str) -> None:
    assert scored(SCHEME, facts, CHOSEN).scores.row(0) == (1, None, "provisional", cause)


def test_in_january_the_plan_of_december_counts() -> None:
    plan = target(1, period="2025-12", realised=85, through="2025-12")
    ratings = [behaviour(name, 5, lowest=0, period="2026-01") for name in ETHICS_ITEMS]
    facts = unit_period([employee(1)], (), (), [plan], ratings, period=YearMonth(2026, 1))
    assert scored(SCHEME, facts, CHOSEN).scores["score_h"].to_list() == [10_000]


def test_items_that_are_not_six_are_refused() -> None:
    with pytest.raises(ValueError, match="ethics_items"):
        PareSettings(Deciding.MONTH, ethics_items=("polite",) * 6)


@given(seed=st.integers(0, 2**32))
@settings(max_examples=6, deadline=None)
def test_the_laws_of_scoring_hold(seed: int) -> None:
    facts = random_month(seed)
    assert_explained(scored(SCHEME, facts, CHOSEN))
    assert_order_free(SCHEME, CHOSEN, facts, seed)
    assert_pure(SCHEME, CHOSEN, facts)
    for needed in ("targets", "behaviour"):
        assert_missing_is_said(SCHEME, CHOSEN, random_month(seed, whole=True), needed)


def test_the_package_imports_only_the_faces() -> None:
    for file in Path(eperf_pare.__file__).parent.rglob("*.py"):
        for line in file.read_text().splitlines():
            if "eperf" in line and line.startswith(("import ", "from ")):
                assert line.split()[1].startswith(("eperf.plugins", "eperf_pare")), line
