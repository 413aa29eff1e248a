from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import eperf_surplus_tier
from eperf.plugins import BadInput, YearMonth
from eperf.plugins.parts import Dimension, Scale
from eperf.plugins.rules import Deciding
from eperf.testing import (
    activity,
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
    unit_period,
)
from eperf_surplus_tier.scheme import SCHEME
from eperf_surplus_tier.settings import Rating, TierSettings, TotalSettings
from eperf_surplus_tier.tiers import TIERS, behaviour_part_rp, k_pct, standard_points, workload_part_rp
from eperf_surplus_tier.whole import TOTAL

MONTH = YearMonth(2026, 3)
ZERO = Decimal(50)
CHOSEN = TierSettings(zero_surplus_k_pct=ZERO, zero_surplus_basis="Perbup contoh 1/2026")
POINTS = st.integers(0, 1_000_000).map(lambda hundredths: Decimal(hundredths) / 100)


@pytest.mark.parametrize(
    ("surplus", "k"),
    [
        ("-7260", 0),
        ("-0.01", 0),
        ("0.01", 50),
        ("1", 50),
        ("300", 50),
        ("300.01", 70),
        ("301", 70),
        ("500", 70),
        ("501", 80),
        ("700", 80),
        ("701", 90),
        ("900", 90),
        ("900.01", 100),
        ("901", 100),
        ("100000", 100),
    ],
)
def test_both_ends_of_every_tier(surplus: str, k: int) -> None:
    assert k_pct(7260 + Decimal(surplus), MONTH) == k


def test_a_surplus_of_exactly_zero_is_the_units_to_decide() -> None:
    with pytest.raises(BadInput, match="zero_surplus_k_pct"):
        k_pct(7260, MONTH)
    assert k_pct(7260, MONTH, zero_surplus_k_pct=Decimal(25)) == 25


@given(points=POINTS, more=POINTS)
def test_more_points_never_pay_less(points: Decimal, more: Decimal) -> None:
    low, high = (k_pct(one, MONTH, zero_surplus_k_pct=ZERO) for one in (points, points + more))
    assert 0 <= low <= high <= 100


def test_the_parts_at_their_highest_are_the_whole_allowance() -> None:
    allowance = Decimal(3_333_333)
    whole = workload_part_rp(allowance, Decimal(100), MONTH) + behaviour_part_rp(allowance, MONTH)
    assert whole == allowance
    assert TIERS[0].workload_pct + TIERS[0].behaviour_pct == 100


def test_what_cannot_be_is_refused_by_name() -> None:
    with pytest.raises(BadInput, match="total_points"):
        k_pct(-1, MONTH)
    with pytest.raises(BadInput, match="hours_per_day"):
        standard_points(Decimal(0), 22)
    with pytest.raises(BadInput, match="days"):
        standard_points(Decimal("5.5"), 32)
    with pytest.raises(BadInput, match="pk_rp"):
        workload_part_rp(Decimal(-1), Decimal(50), MONTH)


def test_the_explanation_goes_from_the_activity_to_the_tier() -> None:
    facts = unit_period([employee(1)], [activity(1, points=100, quantity=80)])
    trail = scored(SCHEME, facts, CHOSEN).trail(1)
    assert [(leaf["label"]["en"], leaf["amount"]) for leaf in trail] == [
        ("Entri data", "110.19"),
        ("Tier of the surplus: K 90.00 per cent", "-20.19"),
    ]
    assert trail[1]["facts"]["surplus"] == "740.00"
    assert trail[1]["evidence"] == [{"kind": "period", "id": "2026-03"}]


def test_who_did_nothing_has_a_score_of_zero() -> None:
    found = scored(SCHEME, unit_period([employee(1)]), CHOSEN)
    assert found.scores["score_h"].to_list() == [0]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("zero_surplus_k_pct", Decimal("50.01")),
        ("zero_surplus_k_pct", Decimal(-1)),
        ("zero_surplus_k_pct", Decimal("1.001")),
        ("zero_surplus_k_pct", Decimal("NaN")),
        ("zero_surplus_basis", ""),
    ],
)
def test_settings_that_cannot_be_are_refused_by_name(name: str, value: Any) -> None:
    good = {"zero_surplus_k_pct": Decimal(0), "zero_surplus_basis": "uji"}
    with pytest.raises(ValueError, match=name):
        TierSettings(**{**good, name: value})


def test_the_plugin_fits_eperf() -> None:
    registry = registry_of("surplus-tier", eperf_surplus_tier)
    assert registry.schemes["surplus-tier/workload"].part is SCHEME
    assert registry.schemes["surplus-tier/total"].part is TOTAL


def test_the_plugin_imports_only_the_faces() -> None:
    for file in Path(eperf_surplus_tier.__file__).parent.rglob("*.py"):
        for line in file.read_text().splitlines():
            if "eperf" in line and line.startswith(("import ", "from ")):
                assert line.split()[1].startswith(("eperf.plugins", "eperf_surplus_tier")), line


QUANTITIES = st.one_of(st.integers(0, 4_000), st.sampled_from([7260, 7261, 7560, 7561, 8160, 8161]))


@given(
    entries=st.lists(
        st.tuples(st.integers(1, 3), QUANTITIES, st.sampled_from(["1", "1.01", "0.5"]), st.booleans()),
        max_size=8,
    )
)
@settings(max_examples=30, deadline=None)
def test_the_scheme_is_the_rule_and_keeps_the_laws_of_scoring(entries: list[tuple[Any, ...]]) -> None:
    activities = [
        activity(
            number,
            employee_id=person,
            quantity=quantity,
            points=points,
            state="verified" if verified else "rejected",
        )
        for number, (person, quantity, points, verified) in enumerate(entries)
    ]
    facts = unit_period([employee(one) for one in (1, 2, 3)], activities)
    found = scored(SCHEME, facts, CHOSEN)
    assert_explained(found)
    assert_order_free(SCHEME, CHOSEN, facts)
    assert_pure(SCHEME, CHOSEN, facts)
    for person, score_h in found.scores.select("employee_id", "score_h").iter_rows():
        mine = [Decimal(points) * quantity for who, quantity, points, ok in entries if ok and who == person]
        assert score_h == k_pct(sum(mine, Decimal(0)), MONTH, zero_surplus_k_pct=ZERO) * 100


RATED = Rating((Dimension("loyal"), Dimension("adaptive")), Scale.OF_HIGHEST, Deciding.MONTH)


def total(rating: Rating | None) -> TotalSettings:
    return TotalSettings(ZERO, "Perbup contoh 1/2026", rating, "Perbup contoh 1/2026")


def test_the_whole_is_the_workload_part_and_the_behaviour_part_of_the_allowance() -> None:
    done = [activity(1, points=100, quantity=80)]
    allowance = Decimal(1_000_000)
    workload = workload_part_rp(allowance, Decimal(90), MONTH)
    full = scored(TOTAL, unit_period([employee(1)], done), total(None)).scores["score_h"].item()
    assert full == (workload + behaviour_part_rp(allowance, MONTH)) / allowance * 10_000
    ratings = [behaviour("loyal", 5, lowest=0), behaviour("adaptive", 0, lowest=0)]
    half = scored(TOTAL, unit_period([employee(1)], done, (), (), ratings), total(RATED))
    assert half.scores["score_h"].to_list() == [full - 2_000]


@pytest.mark.parametrize("rating", [RATED, None])
def test_the_behaviour_part_cites_who_decided_how_it_is_rated(rating: Rating | None) -> None:
    ratings = [behaviour("loyal", 5, lowest=0), behaviour("adaptive", 0, lowest=0)]
    chosen = TotalSettings(ZERO, "Perbup contoh 1/2026", rating, "Kepbup contoh 2/2026")
    trail = scored(TOTAL, unit_period([employee(1)], [activity(1)], (), (), ratings), chosen).trail(1)
    cited = {leaf["legal_basis"] for leaf in trail if leaf["rule"] == "surplus-tier.behaviour"}
    assert cited == {"Kepbup contoh 2/2026"}


def test_who_was_not_rated_has_no_whole_score() -> None:
    row = scored(TOTAL, unit_period([employee(1)], [activity(1)]), total(RATED)).scores.row(0)
    assert row == (1, None, "provisional", "behaviour-missing:2026-03")


def test_what_the_source_leaves_open_is_asked_for() -> None:
    given = {"zero_surplus_k_pct": "50", "zero_surplus_basis": "uji"}
    assert_settings_are_asked_for(SCHEME, given)
    assert_settings_are_asked_for(TOTAL, {**given, "rating": None, "rating_basis": "uji"})
    with pytest.raises(ValueError, match="rating_basis"):
        TotalSettings(ZERO, "uji", None, " ")


@given(seed=st.integers(0, 2**32), rated=st.booleans())
@settings(max_examples=6, deadline=None)
def test_the_laws_of_scoring_hold_for_the_whole(seed: int, rated: bool) -> None:
    chosen, facts = total(RATED if rated else None), random_month(seed)
    result = scored(TOTAL, facts, chosen)
    assert_explained(result)
    assert_order_free(TOTAL, chosen, facts, seed)
    assert_pure(TOTAL, chosen, facts)
    if rated:
        assert_missing_is_said(TOTAL, chosen, random_month(seed, whole=True), "behaviour")
