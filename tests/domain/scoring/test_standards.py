"""The tables of effective time, component weights, class allowances and point prices."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eperf.domain.errors import BadInput, WeightsNot100
from eperf.domain.scoring.class_allowances import CLASS_ALLOWANCES, ClassAllowances, class_allowance_rp
from eperf.domain.scoring.component_weights import WEIGHTS, Weights, weights_of
from eperf.domain.scoring.effective_time import (
    EFFECTIVE_TIMES,
    EffectiveTime,
    effective_time,
    month_minutes,
    profile_share_pct,
    share_pct,
)
from eperf.domain.scoring.point_prices import POINT_PRICES, price_rp
from eperf_ministry_70_30.rates import rates_on

ON = date(2025, 6, 1)
BASIS = "Perwal Contoh 1/2026"


@pytest.mark.parametrize(
    ("profile", "minutes"),
    [
        ("jabar", 6000),
        ("workload-analysis", 6250),
        ("sikerja", 6600),
        ("extension", 6750),
        ("surplus", 7260),
        ("surakarta", 8400),
        ("dki", 6600),
        ("full-duty", 9900),
    ],
)
def test_a_month_of_22_days_asks_for_so_many_minutes(profile: str, minutes: int) -> None:
    assert month_minutes(effective_time(profile, ON), 22) == minutes


def test_only_a_standard_by_the_day_follows_the_calendar() -> None:
    assert month_minutes(effective_time("dki", ON), 0) == 0
    assert month_minutes(effective_time("sikerja", ON), 0) == 6600
    assert len({row.profile for row in EFFECTIVE_TIMES}) == len(EFFECTIVE_TIMES)


@given(minutes=st.integers(0, 20_000), more=st.integers(0, 1000), places=st.integers(0, 2))
def test_a_share_is_bounded_and_grows_with_the_minutes(minutes: int, more: int, places: int) -> None:
    share = share_pct(minutes, 6600, places)
    assert 0 <= share <= share_pct(minutes + more, 6600, places) <= 100
    assert share == round(share, places)


@pytest.mark.parametrize(
    ("profile", "minutes", "share"),
    [
        ("sikerja", "0", "0"),
        ("sikerja", "6599.99", "100"),
        ("sikerja", "6599", "99.98"),
        ("extension", "6746", "99.9"),
        ("extension", "6747", "100"),
        ("extension", "1", "0"),
    ],
)
def test_each_program_prints_its_own_decimals(profile: str, minutes: str, share: str) -> None:
    assert profile_share_pct(profile, Decimal(minutes), 0, ON) == Decimal(share)


def test_a_standard_without_minutes_does_not_load() -> None:
    with pytest.raises(ValueError, match="neither"):
        EffectiveTime(
            profile="none",
            month_min=None,
            day_min=None,
            basis="",
            valid_from=ON,
            legal_basis=BASIS,
            mark="law",
        )


@pytest.mark.parametrize("row", WEIGHTS, ids=lambda row: f"{row.scheme}-{row.group}-{row.valid_from.year}")
def test_every_row_of_weights_is_found_on_its_first_day(row: Weights) -> None:
    assert weights_of(row.scheme, row.valid_from, row.group) is row
    assert sum(row.weights.values()) == 100


def test_weights_change_with_the_regulation() -> None:
    assert weights_of("dki", date(2015, 12, 31), "administrator").weights["behaviour"] == 15
    assert weights_of("dki", date(2016, 1, 1), "administrator").weights["behaviour"] == 10
    with pytest.raises(BadInput, match="2020-01-01"):
        weights_of("dki", date(2020, 1, 1), "administrator")


def test_the_ministrys_own_scheme_weighs_as_the_table_says() -> None:
    rates = rates_on(ON)
    weights = weights_of("kemnaker", ON).weights
    assert (rates.performance_pct, rates.attendance_pct) == (weights["performance"], weights["attendance"])


def test_a_row_whose_weights_do_not_sum_to_100_does_not_load() -> None:
    with pytest.raises(WeightsNot100):
        Weights(
            scheme="a",
            group="b",
            weights={"one": Decimal(99)},
            valid_from=ON,
            legal_basis=BASIS,
            mark="law",
        )


@pytest.mark.parametrize("row", CLASS_ALLOWANCES, ids=lambda row: row.unit)
def test_a_higher_class_is_paid_more(row: ClassAllowances) -> None:
    assert list(row.amounts_rp) == sorted(set(row.amounts_rp))
    assert class_allowance_rp(row.unit, 1, ON) == row.amounts_rp[0]
    assert class_allowance_rp(row.unit, 17, ON) == row.amounts_rp[-1]


def test_the_amounts_of_two_classes_are_those_of_the_tables() -> None:
    assert class_allowance_rp("kemnaker", 8, ON) == 4_595_150
    assert class_allowance_rp("ristekdikti", 10, ON) == 3_952_000
    with pytest.raises(ValueError, match="16 amounts"):
        ClassAllowances(unit="a", amounts_rp=(1,) * 16, valid_from=ON, legal_basis=BASIS, mark="law")


@pytest.mark.parametrize("row", POINT_PRICES, ids=lambda row: row.regulation)
def test_every_price_is_found_on_its_first_day(row: object) -> None:
    for kind, price in row.prices_rp.items():  # type: ignore[attr-defined]
        assert price_rp(row.regulation, kind, row.valid_from) == price  # type: ignore[attr-defined]


def test_unknown_names_are_refused_with_the_known_ones() -> None:
    with pytest.raises(BadInput, match="extension"):
        effective_time("unit contoh", ON)
    with pytest.raises(BadInput, match=r"scheme.*kemnaker"):
        weights_of("unit contoh", ON)
    with pytest.raises(BadInput, match=r"group.*senior_leader"):
        weights_of("dki", date(2015, 6, 1), "everybody")
    with pytest.raises(BadInput, match=r"unit.*ristekdikti"):
        class_allowance_rp("unit contoh", 1, ON)
    with pytest.raises(BadInput, match="job_class"):
        class_allowance_rp("kemnaker", 18, ON)
    with pytest.raises(BadInput, match=r"regulation.*108/2016"):
        price_rp("1/2026", "office", ON)
    with pytest.raises(BadInput, match=r"kind.*regional_hospital"):
        price_rp("108/2016", "school", date(2017, 1, 1))
