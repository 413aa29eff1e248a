from __future__ import annotations

import json
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import eperf_surabaya_80_20
from eperf.plugins.parts import Dimension, Factor, Scale
from eperf.plugins.rules import Deciding
from eperf.plugins.settings import settings_of
from eperf.testing import (
    assert_explained,
    assert_missing_is_said,
    assert_order_free,
    assert_pure,
    assert_settings_are_asked_for,
    behaviour,
    employee,
    random_month,
    registry_of,
    scored,
    target,
    unit_period,
)
from eperf_surabaya_80_20.scheme import SCHEME
from eperf_surabaya_80_20.settings import Aspect, SurabayaSettings

README = (Path(__file__).parents[1] / "README.md").read_text()
GIVEN = json.loads(re.search(r"```json\n(.*?)```", README, re.DOTALL)[1])  # type: ignore[index]
PLAIN = (Factor(Decimal(0), Decimal(0)), Factor(Decimal(50), Decimal(60)), Factor(Decimal(100), Decimal(100)))


def chosen(**changes: Any) -> SurabayaSettings:
    given: dict[str, Any] = {
        "deciding": Deciding.PREVIOUS_QUARTER,
        "cost": Aspect(20, PLAIN),
        "quality": Aspect(50, PLAIN),
        "time": Aspect(30, PLAIN),
        "dimensions": (Dimension("accountable"), Dimension("loyal", 3)),
        "scale": Scale.OF_HIGHEST,
        "least_score": Decimal(0),
        "tables_basis": "Perwali Contoh 1/2026",
    }
    return SurabayaSettings(**{**given, **changes})


def facts(
    cost: int = 100, quality: int = 100, time: int = 100, ratings: tuple[int | None, ...] = (5, 5)
) -> Any:
    reached = {"cost": cost, "quality": quality, "time": time}
    plans = [
        target(number, period="2025Q4", aspect=aspect, realised=percent, through="2025-12")
        for number, (aspect, percent) in enumerate(reached.items())
    ]
    rated = [
        behaviour(name, score, period="2025Q4", lowest=0)
        for name, score in zip(("accountable", "loyal"), ratings, strict=True)
    ]
    return unit_period([employee(1)], (), (), plans, rated)


def score_of(given: Any, **changes: Any) -> int | None:
    found: int | None = scored(SCHEME, given, chosen(**changes)).scores["score_h"].item()
    return found


def test_work_of_90_and_behaviour_of_80_give_88() -> None:
    nine = (Factor(Decimal(0), Decimal(90)),)
    aspects = {name: Aspect(weight, nine) for name, weight in (("cost", 20), ("quality", 50), ("time", 30))}
    assert score_of(facts(ratings=(4, 4)), **aspects) == 8_800


def test_full_work_and_full_behaviour_are_a_hundred() -> None:
    assert score_of(facts()) == 10_000


def test_an_aspect_weighs_what_the_unit_says() -> None:
    assert score_of(facts(quality=50)) == (20 * 100 + 50 * 60 + 30 * 100) * 80 // 100 + 2_000
    assert score_of(facts(cost=0)) == 8_000 * 80 // 100 + 2_000


def test_a_table_counts_from_its_step_on() -> None:
    assert score_of(facts(quality=99)) == score_of(facts(quality=50))
    assert score_of(facts(quality=150)) == 10_000


def test_dimensions_weigh_among_each_other() -> None:
    assert score_of(facts(ratings=(5, 1))) == 8_000 + (100 * 1 + 20 * 3) * 20 // 4


def test_a_score_below_the_least_counts_nothing_and_says_so() -> None:
    low = facts(cost=0, quality=0, time=0)
    assert score_of(low) == 2_000
    assert score_of(low, least_score=Decimal(20)) == 2_000
    assert score_of(low, least_score=Decimal("20.01")) == 0
    trail = scored(SCHEME, low, chosen(least_score=Decimal(50))).trail(1)
    assert (trail[-1]["label"]["id"], trail[-1]["amount"]) == ("Di bawah nilai minimum 50.00", "-20.00")


def test_what_the_city_decides_cites_where_it_stands_and_the_least_no_regulation() -> None:
    low = facts(cost=0, quality=0, time=0)
    trail = scored(SCHEME, low, chosen(least_score=Decimal(50))).trail(1)
    cited = {leaf["rule"].removeprefix("surabaya-80-20."): leaf["legal_basis"] for leaf in trail}
    handbook, tables = "Buku pedoman e-performance Surabaya bab 3", "Perwali Contoh 1/2026"
    assert cited["work"] == cited["behaviour"] == f"{handbook}; {tables}"
    assert cited["weigh"] == handbook
    assert cited["least"].endswith(f"angka minimum tidak disebut sumber; {tables}")
    assert "83/2012" not in cited["least"]


def test_several_targets_of_an_aspect_are_one_mean_by_their_own_weights() -> None:
    plans = [
        target(1, period="2025Q4", aspect="quality", realised=100, weight=1),
        target(2, period="2025Q4", aspect="quality", realised=50, weight=3),
    ]
    rated = [behaviour(name, 5, period="2025Q4", lowest=0) for name in ("accountable", "loyal")]
    given = unit_period([employee(1)], (), (), plans, rated)
    only = {"cost": Aspect(0, PLAIN), "quality": Aspect(100, PLAIN), "time": Aspect(0, PLAIN)}
    assert score_of(given, **only) == 7_000 * 80 // 100 + 2_000


@pytest.mark.parametrize(
    ("given", "cause"),
    [
        (unit_period([employee(1)]), "behaviour-missing:2025Q4"),
        (facts(ratings=(5, None)), "behaviour-missing:2025Q4"),
        (facts(ratings=(5, 5)).only([1]), None),
    ],
)
def test_what_is_missing_is_said(given: Any, cause: str | None) -> None:
    row = scored(SCHEME, given, chosen()).scores.row(0)
    assert row[3] == cause
    assert (row[1] is None) is (cause is not None)


def test_an_aspect_without_a_target_and_an_open_realisation_are_missing() -> None:
    rated = [behaviour(name, 5, period="2025Q4", lowest=0) for name in ("accountable", "loyal")]
    one = [target(1, period="2025Q4", aspect="cost", realised=100)]
    part = scored(SCHEME, unit_period([employee(1)], (), (), one, rated), chosen())
    assert part.scores["cause"].item() == "targets-missing:2025Q4"
    every = [
        target(n, period="2025Q4", aspect=aspect) for n, aspect in enumerate(("cost", "quality", "time"))
    ]
    unsaid = scored(SCHEME, unit_period([employee(1)], (), (), every, rated), chosen())
    assert unsaid.scores["cause"].item() == "realisation-missing:2025Q4"


def test_nothing_that_the_sources_leave_open_is_guessed() -> None:
    assert_settings_are_asked_for(
        SCHEME, GIVEN, ["quality.factors", "time.weight_pct", "dimensions", "scale", "least_score"]
    )
    assert settings_of(SCHEME, GIVEN).deciding is Deciding.PREVIOUS_QUARTER


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"cost": Aspect(21, PLAIN)}, "cost"),
        ({"dimensions": ()}, "dimensions"),
        ({"dimensions": (Dimension("a"), Dimension("a"))}, "dimensions"),
        ({"least_score": Decimal("100.01")}, "least_score"),
        ({"least_score": Decimal("NaN")}, "least_score"),
        ({"tables_basis": " "}, "tables_basis"),
    ],
)
def test_settings_that_cannot_be_are_refused_by_name(changes: dict[str, Any], named: str) -> None:
    with pytest.raises(ValueError, match=named):
        chosen(**changes)


@pytest.mark.parametrize(
    "make",
    [
        lambda: Aspect(101, PLAIN),
        lambda: Aspect(1, ()),
        lambda: Aspect(1, (Factor(Decimal(1), Decimal(1)),)),
        lambda: Aspect(1, (*PLAIN, Factor(Decimal(1), Decimal(1)))),
        lambda: Factor(Decimal(-1), Decimal(1)),
        lambda: Factor(Decimal(1), Decimal("0.001")),
        lambda: Dimension(" "),
        lambda: Dimension("a", 0),
    ],
)
def test_tables_that_are_none_are_refused(make: Any) -> None:
    with pytest.raises(ValueError, match=r"weight|factors|pct|name"):
        make()


def test_the_plugin_fits_eperf() -> None:
    registry = registry_of("surabaya-80-20", eperf_surabaya_80_20)
    assert registry.schemes["surabaya-80-20/performance"].part is SCHEME


@given(seed=st.integers(0, 2**32), least=st.integers(0, 100), deciding=st.sampled_from(Deciding))
@settings(max_examples=6, deadline=None)
def test_the_laws_of_scoring_hold(seed: int, least: int, deciding: Deciding) -> None:
    mine, month = chosen(least_score=Decimal(least), deciding=deciding), random_month(seed)
    result = scored(SCHEME, month, mine)
    assert_explained(result)
    assert_order_free(SCHEME, mine, month, seed)
    assert_pure(SCHEME, mine, month)
    assert result.scores["score_h"].drop_nulls().is_between(0, 10_000).all()
    for needed in ("targets", "behaviour"):
        assert_missing_is_said(SCHEME, mine, random_month(seed, whole=True), needed)
