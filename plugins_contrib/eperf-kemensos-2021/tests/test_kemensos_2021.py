from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import eperf_kemensos_2021
from eperf.plugins.parts import AttendanceDeduction
from eperf.plugins.settings import settings_of
from eperf.testing import (
    activity,
    assert_explained,
    assert_missing_is_said,
    assert_order_free,
    assert_pure,
    assert_settings_are_asked_for,
    behaviour,
    day,
    employee,
    random_month,
    registry_of,
    scored,
    unit_period,
)
from eperf_kemensos_2021.samples import SAMPLES
from eperf_kemensos_2021.scheme import SCHEME
from eperf_kemensos_2021.settings import KemensosSettings, Weights

README = (Path(__file__).parents[1] / "README.md").read_text()
GIVEN = json.loads(re.search(r"```json\n(.*?)```", README, re.DOTALL)[1])  # type: ignore[index]
PRESENT = (day(date(2026, 3, 2)),)
RATES = {"absent": "4", "most": "50"}


def chosen(**changes: Any) -> KemensosSettings:
    found: KemensosSettings = settings_of(SCHEME, {**GIVEN, **changes})
    return found


def facts(points: int = 6000, ratings: tuple[int, int] = (5, 5), days: Any = PRESENT) -> Any:
    rated = [
        behaviour(name, score, lowest=0)
        for name, score in zip(("service_oriented", "accountable"), ratings, strict=True)
    ]
    return unit_period([employee(1)], [activity(1, points=points)], days, (), rated)


def score_of(given: Any, **changes: Any) -> int | None:
    found: int | None = scored(SCHEME, given, chosen(**changes)).scores["score_h"].item()
    return found


def test_everything_in_full_is_a_hundred_and_each_component_weighs_its_share() -> None:
    assert score_of(facts()) == 10_000
    assert score_of(facts(points=3000)) == 7_000
    assert score_of(facts(ratings=(5, 0))) == 9_000
    assert score_of(facts(days=[day(date(2026, 3, 2), status="absent")])) == 9_900


def test_work_beyond_the_cap_does_not_count() -> None:
    assert score_of(facts(points=9000)) == 10_000
    assert score_of(facts(points=9000), cap_percent="120") == 11_200


def test_the_sample_declares_what_its_cap_lets_a_score_reach() -> None:
    [sample] = SAMPLES
    rated = [behaviour(name, 5, period="2026-02") for name in ("service_oriented", "cooperation")]
    month = unit_period([employee(1)], [activity(1, points=9_000)], PRESENT, (), rated)
    best = scored(SCHEME, month, settings_of(SCHEME, dict(sample.settings))).scores["score_h"].item()
    assert sample.most is not None
    assert best == sample.most * 100


def test_the_ministrys_own_table_takes_the_place_of_the_fallback() -> None:
    own = {"attendance_ladder": None, "attendance_rates": RATES}
    assert score_of(facts(days=[day(date(2026, 3, 2), status="absent")]), **own) == 9_920
    bad = [day(date(2026, 3, number), status="absent") for number in range(1, 31)]
    assert score_of(facts(days=bad), **own) == 9_000


def test_a_fallback_cites_its_own_regulation() -> None:
    trail = scored(SCHEME, facts(days=[day(date(2026, 3, 2), status="absent")]), chosen()).trail(1)
    assert "Perma 3/2020 pasal 8, lampiran I-II" in [leaf["legal_basis"] for leaf in trail]


def test_every_figure_of_the_ministry_cites_where_it_stands() -> None:
    absent = [day(date(2026, 3, number), status="absent") for number in range(1, 31)]
    own = chosen(attendance_ladder=None, attendance_rates=RATES)
    trail = scored(SCHEME, facts(points=9000, days=absent), own).trail(1)
    cited = {leaf["rule"].removeprefix("kemensos-2021."): leaf["legal_basis"] for leaf in trail}
    told = ("activities", "cap", "behaviour", "cuts", "floor", "weigh")
    assert all(cited[rule].endswith("; Kepmensos contoh 1/2026") for rule in told)
    assert cited["behaviour"].startswith("Permensos 5/2012 pasal 14")
    assert cited["cuts"].startswith("Permensos 7/2014")


def test_every_number_is_asked_for() -> None:
    paths = ["weights.work", "weights.behaviour", "weights.attendance", "monthly_target", "cap_percent"]
    assert_settings_are_asked_for(SCHEME, GIVEN, [*paths, "dimensions", "scale", "deciding", "basis"])


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"attendance_ladder": None}, "attendance_rates"),
        ({"attendance_rates": RATES}, "attendance_rates"),
        ({"attendance_ladder": "kemenlu-2025"}, "attendance_ladder"),
        ({"attendance_ladder": "nobody"}, "attendance_ladder"),
        ({"weights": {"work": 60, "behaviour": 20, "attendance": 21}}, "weights"),
        ({"weights": {"work": 120, "behaviour": -40, "attendance": 20}}, "weights"),
        ({"monthly_target": "0"}, "monthly_target"),
        ({"cap_percent": "1000.01"}, "cap_percent"),
        ({"dimensions": []}, "dimensions"),
        ({"basis": " "}, "basis"),
    ],
)
def test_settings_that_cannot_be_are_refused_by_name(changes: dict[str, Any], named: str) -> None:
    with pytest.raises(Exception, match=named):
        chosen(**changes)


def test_a_deduction_table_may_cut_up_to_everything() -> None:
    assert AttendanceDeduction().most == 100
    assert Weights(100, 0, 0).work == 100


def test_the_plugin_fits_eperf() -> None:
    registry = registry_of("kemensos-2021", eperf_kemensos_2021)
    assert registry.schemes["kemensos-2021/performance"].part is SCHEME


@given(seed=st.integers(0, 2**32), own=st.booleans())
@settings(max_examples=6, deadline=None)
def test_the_laws_of_scoring_hold(seed: int, own: bool) -> None:
    mine = chosen(**({"attendance_ladder": None, "attendance_rates": RATES} if own else {}))
    month = random_month(seed)
    result = scored(SCHEME, month, mine)
    assert_explained(result)
    assert_order_free(SCHEME, mine, month, seed)
    assert_pure(SCHEME, mine, month)
    assert result.scores["score_h"].drop_nulls().is_between(0, 10_000).all()
    for needed in ("days", "behaviour"):
        assert_missing_is_said(SCHEME, mine, random_month(seed, whole=True), needed)
