from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import eperf_points_catalogue
from eperf.plugins.parts import AttendanceDeduction, Step
from eperf.testing import (
    activity,
    assert_explained,
    assert_order_free,
    assert_pure,
    day,
    employee,
    registry_of,
    scored,
    unit_period,
)
from eperf_points_catalogue.scheme import SCHEME
from eperf_points_catalogue.settings import SURAKARTA_BASIS, PointsSettings

STRICT = PointsSettings(
    attendance=AttendanceDeduction(
        absent=Decimal(5), late=(Step(1, Decimal("0.5")), Step(31, Decimal(1))), most=Decimal(8)
    )
)


def score_of(*activities: Any, days: Any = (), **changes: Any) -> int:
    facts = unit_period([employee(1)], activities, days)
    return scored(SCHEME, facts, PointsSettings(**changes)).scores["score_h"].item()


def test_half_of_the_target_is_half_of_the_score() -> None:
    assert score_of(activity(1, points=100, quantity=42)) == 5_000


def test_letters_by_ten_count_as_the_catalogue_item_says() -> None:
    letters = {"points": 40, "unit_size": 10, "quantity": 25}
    assert score_of(activity(1, **letters), monthly_target=Decimal(1000), target_basis="uji") == 1_000
    whole = activity(1, **letters, fraction_policy="whole_units")
    assert score_of(whole, monthly_target=Decimal(1000), target_basis="uji") == 800


def test_work_beyond_the_cap_is_shown_and_taken_off_again() -> None:
    facts = unit_period([employee(1)], [activity(1, points=100, quantity=100)])
    trail = scored(SCHEME, facts).trail(1)
    assert [(leaf["label"]["id"], leaf["amount"]) for leaf in trail] == [
        ("Entri data", "119.05"),
        ("Dibatasi paling tinggi 100.00", "-19.05"),
    ]
    assert trail[0]["facts"]["points"] == "10000.00"
    assert trail[0]["legal_basis"] == "Keputusan Wali Kota Surakarta 786/154/2020"
    assert score_of(activity(1, points=100, quantity=100), cap_percent=Decimal(110)) == 11_000


def test_attendance_cuts_only_when_the_unit_says_so() -> None:
    worked = activity(1, points=100, quantity=42)
    bad = [day(date(2026, 3, 2), status="absent"), day(date(2026, 3, 3), status="late", late_min=40)]
    assert score_of(worked, days=bad) == 5_000
    assert score_of(worked, days=bad, attendance=STRICT.attendance) == 4_400


def test_the_months_cuts_have_a_limit_and_the_score_a_floor() -> None:
    bad = [day(date(2026, 3, number), status="absent") for number in (2, 3)]
    assert score_of(activity(1, points=100, quantity=42), days=bad, attendance=STRICT.attendance) == 4_200
    assert score_of(days=bad, attendance=STRICT.attendance) == 0


def test_the_default_target_is_the_one_in_use_in_surakarta() -> None:
    assert PointsSettings().monthly_target == 140 * 60
    assert "786/154/2020" in PointsSettings().target_basis


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("monthly_target", Decimal(0)),
        ("monthly_target", Decimal(1_000_001)),
        ("monthly_target", Decimal("NaN")),
        ("monthly_target", Decimal("6000.001")),
        ("target_basis", "  "),
        ("target_basis", "x" * 301),
        ("cap_percent", Decimal(0)),
        ("cap_percent", Decimal(1001)),
    ],
)
def test_settings_that_cannot_be_are_refused_by_name(name: str, value: Any) -> None:
    with pytest.raises(ValueError, match=name):
        PointsSettings(**({"target_basis": "uji"} | {name: value}))


def test_another_target_must_say_where_it_stands() -> None:
    with pytest.raises(ValueError, match="target_basis"):
        PointsSettings(monthly_target=Decimal(6000))
    assert PointsSettings(Decimal(6000), "Perwal contoh 1/2026 pasal 7").monthly_target == 6000
    assert PointsSettings(target_basis=SURAKARTA_BASIS)


def test_the_plugin_fits_eperf() -> None:
    registry = registry_of("points-catalogue", eperf_points_catalogue)
    assert registry.schemes["points-catalogue/points"].part is SCHEME


def test_the_plugin_imports_only_the_face() -> None:
    folder = Path(eperf_points_catalogue.__file__).parent
    for file in folder.rglob("*.py"):
        for line in file.read_text().splitlines():
            if "eperf" in line and line.startswith(("import ", "from ")):
                module = line.split()[1]
                assert module.startswith(("eperf.plugins", "eperf_points_catalogue")), f"{file.name}: {line}"


ENTRIES = st.lists(
    st.tuples(
        st.integers(1, 3),
        st.integers(0, 10_000),
        st.sampled_from([0, 13, 198, "35.5"]),
        st.sampled_from([1, 10, 3]),
        st.sampled_from(["proportional", "whole_units"]),
        st.sampled_from(["verified", "submitted"]),
    ),
    max_size=15,
)


@given(entries=ENTRIES, strict=st.booleans())
@settings(max_examples=20, deadline=None)
def test_the_laws_of_scoring_hold(entries: list[tuple[Any, ...]], strict: bool) -> None:
    activities = [
        activity(
            number,
            employee_id=person,
            quantity=str(Decimal(hundredths) / 100),
            points=points,
            unit_size=size,
            fraction_policy=policy,
            state=state,
        )
        for number, (person, hundredths, points, size, policy, state) in enumerate(entries)
    ]
    days = [day(date(2026, 3, 2 + person), employee_id=person, status="absent") for person in (1, 2)]
    facts = unit_period([employee(one) for one in (1, 2, 3)], activities, days)
    chosen = STRICT if strict else PointsSettings()
    result = scored(SCHEME, facts, chosen)
    assert_explained(result)
    assert_order_free(SCHEME, chosen, facts)
    assert_pure(SCHEME, chosen, facts)
    assert result.scores["score_h"].is_between(0, 10_000).all()
    for number in range(len(entries)):
        fewer = unit_period([employee(one) for one in (1, 2, 3)], activities[:number], days)
        assert (scored(SCHEME, fewer, chosen).scores["score_h"] <= result.scores["score_h"]).all()
