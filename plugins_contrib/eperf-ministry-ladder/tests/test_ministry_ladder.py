from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import eperf_ministry_ladder
from eperf.plugins import YearMonth
from eperf.testing import (
    assert_explained,
    assert_missing_is_said,
    assert_order_free,
    assert_pure,
    day,
    employee,
    random_month,
    registry_of,
    scored,
    unit_period,
)
from eperf_ministry_ladder.scheme import SCHEME
from eperf_ministry_ladder.settings import LadderSettings

PROFILES = (
    "ma-2020",
    "kementan-2012",
    "kemenkeu-2011",
    "kemenag-2014",
    "ministry-2013",
    "bgn-2025",
    "bp2mi-2024",
    "dki-2015",
    "regional-simple",
)
SECOND = date(2026, 3, 2)


def score_of(*days: Any, profile: str = "ma-2020") -> int | None:
    facts = unit_period([employee(1)], [], days)
    found: int | None = scored(SCHEME, facts, LadderSettings(profile)).scores["score_h"].item()
    return found


@pytest.mark.parametrize(
    ("minutes", "cut"),
    [
        (0, "0"),
        (1, "0.5"),
        (30, "0.5"),
        (31, "1"),
        (60, "1"),
        (61, "1.25"),
        (90, "1.25"),
        (91, "1.5"),
        (450, "1.5"),
    ],
)
@pytest.mark.parametrize("side", ["late_min", "early_min"])
def test_both_ends_of_every_level_of_perma_3_2020(side: str, minutes: int, cut: str) -> None:
    assert score_of(day(SECOND, **{side: minutes})) == 10_000 - Decimal(cut) * 100


def test_absence_and_both_taps_of_perma_3_2020() -> None:
    assert score_of(day(SECOND, status="absent", late_min=None, early_min=None)) == 9_500
    assert score_of(day(SECOND, status="incomplete", late_min=None, early_min=None, missing_taps=2)) == 9_700


def test_a_month_of_absence_leaves_nothing_and_never_less() -> None:
    absent = [day(date(2026, 3, number), status="absent") for number in range(2, 28)]
    assert score_of(*absent[:20]) == 0
    assert score_of(*absent) == 0


def test_a_cut_cites_its_day_and_the_article() -> None:
    facts = unit_period([employee(1)], [], [day(SECOND, status="late", late_min=45)])
    start, cut = scored(SCHEME, facts).trail(1)
    assert (start["amount"], start["label"]["id"]) == ("100.00", "Kehadiran penuh")
    assert (cut["amount"], cut["legal_basis"]) == ("-1.00", "Perma 3/2020 pasal 8, lampiran I-II")
    assert cut["evidence"] == [{"kind": "day", "id": "2026-03-02"}]


def test_another_ladder_cites_its_own_regulation() -> None:
    facts = unit_period([employee(1)], [], [day(SECOND, status="absent")])
    cut = scored(SCHEME, facts, LadderSettings("kementan-2012")).trail(1)[1]
    assert (cut["amount"], cut["legal_basis"]) == ("-4.00", "Permentan 68/2012")


def test_no_leaf_of_another_ladder_cites_perma_3_2020() -> None:
    facts = unit_period([employee(1)], [], [day(date(2026, 3, on), status="absent") for on in range(1, 28)])
    trail = scored(SCHEME, facts, LadderSettings("kementan-2012")).trail(1)
    assert {leaf["legal_basis"] for leaf in trail} == {"Permentan 68/2012"}
    assert trail[-1]["rule"] == "ministry-ladder.floor"


def test_without_a_classified_day_there_is_no_score() -> None:
    row = scored(SCHEME, unit_period([employee(1)])).scores.row(0)
    assert row == (1, None, "provisional", "attendance-missing")


def test_a_month_outside_the_regulation_has_no_score_because_its_rule_fails() -> None:
    for year, profile in ((2019, "ma-2020"), (2021, "kemenkeu-2011")):
        other = unit_period([employee(1)], [], [day(date(year, 3, 4))], period=YearMonth(year, 3))
        with pytest.raises(AssertionError, match="raised"):
            scored(SCHEME, other, LadderSettings(profile))


@pytest.mark.parametrize(
    ("profile", "fact"),
    [
        ("bgn-2025", {"status": "absent"}),
        ("bgn-2025", {"early_min": 90}),
        ("bgn-2025", {"missing_taps": 2}),
        ("bgn-2025", {"late_min": 1}),
        ("bp2mi-2024", {"late_min": 90}),
        ("bp2mi-2024", {"early_min": 90}),
        ("bp2mi-2024", {"missing_taps": 2}),
        ("dki-2015", {"missing_taps": 2}),
        ("regional-simple", {"early_min": 90}),
        ("regional-simple", {"missing_taps": 2}),
    ],
)
def test_what_the_readme_says_is_not_cut_is_not_cut(profile: str, fact: dict[str, Any]) -> None:
    assert score_of(day(SECOND, **fact), profile=profile) == 10_000


@pytest.mark.parametrize("profile", PROFILES)
def test_the_ladders_of_the_readme_can_be_bound(profile: str) -> None:
    assert LadderSettings(profile).profile == profile
    assert f"`{profile}`" in (Path(__file__).parents[1] / "README.md").read_text()


@pytest.mark.parametrize(
    "profile", ["kemenkeu-2021", "kemnaker-2024", "kemendikdasmen-2025", "kemenlu-2025", "nobody", ""]
)
def test_a_ladder_that_cannot_be_followed_is_refused_when_it_is_bound(profile: str) -> None:
    with pytest.raises(ValueError, match="profile"):
        LadderSettings(profile)


def test_the_plugin_fits_eperf() -> None:
    registry = registry_of("ministry-ladder", eperf_ministry_ladder)
    assert registry.schemes["ministry-ladder/attendance"].part is SCHEME


@given(seed=st.integers(0, 2**32), profile=st.sampled_from(["ma-2020", "kementan-2012", "regional-simple"]))
@settings(max_examples=6, deadline=None)
def test_the_laws_of_scoring_hold(seed: int, profile: str) -> None:
    chosen, facts = LadderSettings(profile), random_month(seed)
    result = scored(SCHEME, facts, chosen)
    assert_explained(result)
    assert_order_free(SCHEME, chosen, facts, seed)
    assert_pure(SCHEME, chosen, facts)
    assert result.scores["score_h"].drop_nulls().is_between(0, 10_000).all()
    assert_missing_is_said(SCHEME, chosen, random_month(seed, whole=True), "days")
