from __future__ import annotations

import json
import re
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import eperf_predikat_quarter_lag
from eperf.plugins import YearMonth
from eperf.plugins.parts import AttendanceDeduction, Step
from eperf.plugins.rules import Predikat
from eperf.plugins.settings import settings_of
from eperf.testing import (
    assert_explained,
    assert_missing_is_said,
    assert_order_free,
    assert_pure,
    assert_settings_are_asked_for,
    day,
    employee,
    predikat,
    random_month,
    registry_of,
    scored,
    unit_period,
)
from eperf_predikat_quarter_lag.scheme import SCHEME
from eperf_predikat_quarter_lag.settings import Cuts, CutsOf, LagSettings, Rates

README = (Path(__file__).parents[1] / "README.md").read_text()
GIVEN = json.loads(re.search(r"```json\n(.*?)```", README, re.DOTALL)[1])  # type: ignore[index]
NO_CUTS = LagSettings(attendance=None)
RATES = AttendanceDeduction(absent=Decimal(5), missing_tap=Decimal("1.5"), late=(Step(1, Decimal("0.5")),))
OWN = Rates(*(Decimal(percent) for percent in (100, 95, 75, 50, 25)))


def score_of(word: str, settings: LagSettings = NO_CUTS, days: Any = (), **changes: Any) -> int | None:
    facts = unit_period([employee(1)], (), days, (), (), [predikat(word, **changes)])
    found: int | None = scored(SCHEME, facts, settings).scores["score_h"].item()
    return found


@pytest.mark.parametrize(
    ("word", "kemenlu", "klhk", "bakamla"),
    [
        ("sangat_baik", 100, 100, 100),
        ("baik", 100, 100, 100),
        ("butuh_perbaikan", 80, 90, 100),
        ("kurang", 70, 85, 99),
        ("sangat_kurang", 60, 80, 98),
    ],
)
def test_what_each_predikat_pays(word: str, kemenlu: int, klhk: int, bakamla: int) -> None:
    assert score_of(word) == kemenlu * 100
    assert score_of(word, LagSettings(None, "klhk"), period="2025") == klhk * 100
    assert score_of(word, LagSettings(None, "bakamla"), period="2026-03") == bakamla * 100


@pytest.mark.parametrize(
    ("month", "deciding"),
    [
        *((number, "2025Q4") for number in (1, 2, 3)),
        *((number, "2026Q1") for number in (4, 5, 6)),
        *((number, "2026Q2") for number in (7, 8, 9)),
        *((number, "2026Q3") for number in (10, 11, 12)),
    ],
)
def test_every_month_is_decided_by_the_quarter_before_its_own(month: int, deciding: str) -> None:
    others = ["2025Q3", "2025Q4", "2026Q1", "2026Q2", "2026Q3", "2026Q4"]
    rows = [predikat("kurang" if period == deciding else "baik", period=period) for period in others]
    facts = unit_period([employee(1)], (), (), (), (), rows, period=YearMonth(2026, month))
    [leaf] = scored(SCHEME, facts, NO_CUTS).trail(1)
    assert (leaf["amount"], leaf["evidence"]) == ("70.00", [{"kind": "predikat", "id": deciding}])
    assert leaf["label"]["id"] == f"Predikat {deciding}: Kurang"


def test_a_missing_predikat_is_said_and_never_guessed() -> None:
    facts = unit_period([employee(1)], (), (), (), (), [predikat("baik", period="2026Q1")])
    row = scored(SCHEME, facts, NO_CUTS).scores.row(0)
    assert row == (1, None, "provisional", "predikat-missing:2025Q4")


def test_cuts_are_taken_of_the_whole_or_of_what_is_received() -> None:
    absent = [day(date(2026, 3, number), status="absent") for number in (2, 3)]
    whole = LagSettings(Cuts(RATES, CutsOf.WHOLE, "uji"))
    of_received = LagSettings(Cuts(RATES, CutsOf.RECEIVED, "uji"))
    assert score_of("butuh_perbaikan", whole, absent) == 8_000 - 1_000
    assert score_of("butuh_perbaikan", of_received, absent) == 8_000 - 800
    assert score_of("baik", of_received, absent) == score_of("baik", whole, absent) == 9_000


def test_cuts_add_up_to_everything_at_most() -> None:
    absent = [day(date(2026, 3, number), status="absent") for number in range(1, 31)]
    for of in CutsOf:
        assert score_of("sangat_kurang", LagSettings(Cuts(RATES, of, "uji")), absent) == 0


def test_where_attendance_is_cut_it_has_to_be_known() -> None:
    facts = unit_period([employee(1)], (), (), (), (), [predikat("baik")])
    row = scored(SCHEME, facts, LagSettings(Cuts(RATES, CutsOf.WHOLE, "uji"))).scores.row(0)
    assert row == (1, None, "provisional", "attendance-missing")


@pytest.mark.parametrize("agency", ["brin", "kemendikdasmen", "kemendes"])
def test_rates_that_no_source_prints_must_be_given(agency: str) -> None:
    with pytest.raises(ValueError, match="rates"):
        LagSettings(None, agency)
    period = "2025" if agency == "brin" else "2025Q4"
    assert score_of("kurang", LagSettings(None, agency, OWN, "uji"), period=period) == 5_000
    with pytest.raises(ValueError, match="rates_basis"):
        LagSettings(None, agency, OWN)


@pytest.mark.parametrize(
    ("values", "named"),
    [
        (("kemenlu", OWN, "uji"), "rates"),
        (("pkp",), "agency"),
        (("nobody",), "agency"),
        (("",), "agency"),
    ],
)
def test_an_agency_that_cannot_be_is_refused_by_name(values: tuple[Any, ...], named: str) -> None:
    with pytest.raises(ValueError, match=named):
        LagSettings(None, *values)


def test_rates_and_bases_that_are_none_are_refused() -> None:
    with pytest.raises(ValueError, match="kurang"):
        Rates(Decimal(1), Decimal(1), Decimal(1), Decimal("100.01"), Decimal(1))
    with pytest.raises(ValueError, match="basis"):
        Cuts(RATES, CutsOf.WHOLE, "")


def bases_of(chosen: LagSettings, word: str, period: str, *days: Any) -> list[tuple[str, str]]:
    """The rules of the leaves, without the plugin's name, and what they cite."""
    facts = unit_period([employee(1)], (), days, (), (), [predikat(word, period=period)])
    trail = scored(SCHEME, facts, chosen).trail(1)
    return [(leaf["rule"].split(".")[1], leaf["legal_basis"]) for leaf in trail]


@pytest.mark.parametrize(
    ("chosen", "period", "basis"),
    [
        (NO_CUTS, "2025Q4", "Permenlu 3/2025 pasal 15"),
        (LagSettings(None, "klhk"), "2025", "Permen LHK 6/2024 pasal 19"),
        (LagSettings(None, "bakamla"), "2026-03", "Peraturan Bakamla 1/2023 pasal 11"),
        (
            LagSettings(None, "brin", OWN, "Lampiran contoh"),
            "2025",
            "Peraturan BRIN 1/2023 pasal 37; Lampiran contoh",
        ),
    ],
)
def test_a_share_cites_the_row_of_its_agency_and_given_rates_their_own_basis(
    chosen: LagSettings, period: str, basis: str
) -> None:
    assert bases_of(chosen, "kurang", period) == [("predikat", basis)]


def test_no_leaf_of_another_agency_cites_the_foreign_ministry() -> None:
    absent = [day(date(2026, 3, number), status="absent") for number in range(2, 28)]
    cuts = Cuts(RATES, CutsOf.RECEIVED, "Kepmen contoh 1/2026")
    mine = bases_of(LagSettings(cuts, "klhk"), "kurang", "2025", *absent)
    assert {rule for rule, _ in mine} == {"predikat", "cuts", "most", "received"}
    assert {basis for _, basis in mine} == {"Permen LHK 6/2024 pasal 19", "Kepmen contoh 1/2026"}
    theirs = bases_of(LagSettings(cuts), "kurang", "2025Q4", *absent)
    assert {basis for rule, basis in theirs if rule != "predikat"} == {
        "Permenlu 3/2025 pasal 18; Kepmen contoh 1/2026"
    }


def test_attendance_is_asked_for() -> None:
    assert_settings_are_asked_for(SCHEME, GIVEN, ["attendance.rates", "attendance.of", "attendance.basis"])
    assert settings_of(SCHEME, {"attendance": None}) == NO_CUTS


def test_the_table_of_the_readme_is_the_one_that_pays() -> None:
    for agency in ("kemenlu", "klhk", "bakamla"):
        [line] = [line for line in README.splitlines() if line.startswith(f"| `{agency}`")]
        printed = [Decimal(cell) for cell in line.split("|")[2:7]]
        paid = LagSettings(None, agency).pays(YearMonth(2026, 3))
        assert printed == [paid[word] for word in Predikat]


def test_the_plugin_fits_eperf() -> None:
    registry = registry_of("predikat-quarter-lag", eperf_predikat_quarter_lag)
    assert registry.schemes["predikat-quarter-lag/paid"].part is SCHEME


@given(seed=st.integers(0, 2**32), of=st.none() | st.sampled_from(CutsOf))
@settings(max_examples=6, deadline=None)
def test_the_laws_of_scoring_hold(seed: int, of: CutsOf | None) -> None:
    chosen = LagSettings(None if of is None else Cuts(RATES, of, "uji"))
    facts = random_month(seed)
    result = scored(SCHEME, facts, chosen)
    assert_explained(result)
    assert_order_free(SCHEME, chosen, facts, seed)
    assert_pure(SCHEME, chosen, facts)
    assert result.scores["score_h"].drop_nulls().is_between(0, 10_000).all()
    for needed in ("predikat", *(() if of is None else ("days",))):
        assert_missing_is_said(SCHEME, chosen, random_month(seed, whole=True), needed)
