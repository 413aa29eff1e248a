"""Detectors over a unit's month: eperf's own, and what is refused of anybody's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eperf.domain.errors import BadInput
from eperf.domain.integrity.catalogue import indicator
from eperf.domain.integrity.detector import Detector, ReadyDetector, detect
from eperf.domain.integrity.presence import NoWork, OverReported
from eperf.domain.scoring import UnitPeriod
from eperf.plugins.registry import installed, load
from eperf.testing import activity, day, employee, unit_period
from tests.domain.scoring.months import months

BUILT_IN = {key: found.part for key, found in load(strict=True, candidates=installed()[:1]).detectors.items()}
MARCH = [date(2026, 3, 2) + timedelta(days=n) for n in range(12)]

every_detector = pytest.mark.parametrize("detector", BUILT_IN.values(), ids=list(BUILT_IN))


def hints(name: str, month: UnitPeriod, rule: Any = None) -> list[dict[str, Any]]:
    return detect(BUILT_IN[f"eperf/{name}"], month, rule).to_dicts()


def test_the_built_in_detectors_come_through_the_hook() -> None:
    assert {key: part.indicator.code for key, part in BUILT_IN.items()} == {
        "eperf/over-reported": "I-13",
        "eperf/work-while-away": "I-14",
        "eperf/round-minutes": "I-22",
        "eperf/present-without-work": "I-27",
    }


@every_detector
@given(facts=months(), seed=st.integers(0, 2**32))
@settings(max_examples=25, deadline=None)
def test_a_detector_knows_no_order_of_rows_and_keeps_its_input(
    detector: Detector, facts: UnitPeriod, seed: int
) -> None:
    mixed = UnitPeriod(
        facts.unit_id,
        facts.unit_code,
        facts.period,
        facts.working_days,
        facts.employees.sample(fraction=1, shuffle=True, seed=seed),
        facts.activities.sample(fraction=1, shuffle=True, seed=seed),
        facts.days.sample(fraction=1, shuffle=True, seed=seed),
    )
    before = facts.input_digest
    assert detect(detector, facts).equals(detect(detector, mixed))
    assert UnitPeriod.only(facts, facts.employees["employee_id"]).input_digest == before


@every_detector
@given(facts=months(), data=st.data())
@settings(max_examples=25, deadline=None)
def test_what_is_found_of_a_person_does_not_depend_on_others(
    detector: Detector, facts: UnitPeriod, data: st.DataObject
) -> None:
    if facts.employees.is_empty():
        return
    one = data.draw(st.sampled_from(facts.employees["employee_id"].to_list()))
    alone = detect(detector, facts.only([one]))
    assert alone.equals(detect(detector, facts).filter(pl.col("employee_id") == one))


def work(number: int, on: date, minutes: int, **more: Any) -> dict[str, Any]:
    return activity(number, on=on, minutes=minutes, **more)


def test_a_day_with_more_reported_than_present_shows_the_day_and_its_activities() -> None:
    month = unit_period(
        [employee(1)],
        [work(1, MARCH[0], 240), work(2, MARCH[0], 226), work(3, MARCH[1], 465), work(4, MARCH[2], 999)],
        [day(MARCH[0], worked_min=450), day(MARCH[1], worked_min=450), day(MARCH[2], worked_min=None)],
    )
    assert hints("over-reported", month) == [
        {
            "employee_id": 1,
            "date": MARCH[0],
            "evidence": [f"day:{MARCH[0]}", "activity:1", "activity:2"],
            "present_min": 450,
            "reported_min": 466,
            "excess_min": 16,
        }
    ]
    assert len(hints("over-reported", month, OverReported(over_min=14))) == 2


def test_what_was_thrown_out_is_not_reported() -> None:
    month = unit_period(
        [employee(1)], [work(1, MARCH[0], 900, state="rejected")], [day(MARCH[0], worked_min=450)]
    )
    assert hints("over-reported", month) == []


@pytest.mark.parametrize(
    ("status", "found"),
    [("leave", 1), ("holiday", 1), ("absent", 1), ("duty", 0), ("present", 0), ("late", 0), ("off", 0)],
)
def test_work_on_a_day_away_is_found(status: str, found: int) -> None:
    month = unit_period([employee(1)], [work(1, MARCH[0], 60)], [day(MARCH[0], status=status, worked_min=0)])
    seen = hints("work-while-away", month)
    assert len(seen) == found
    assert all(one["evidence"] == [f"day:{MARCH[0]}", "activity:1"] for one in seen)


def test_round_minutes_show_the_round_activities_only() -> None:
    month = unit_period([employee(1)], [work(n, MARCH[0], 60 if n < 5 else 45) for n in range(1, 6)], [])
    [one] = hints("round-minutes", month)
    assert (one["round"], one["entries"], one["date"]) == (4, 5, None)
    assert one["evidence"] == [f"activity:{n}" for n in range(1, 5)]


def test_ten_full_days_without_approved_work_show_the_days() -> None:
    days = [day(on, worked_min=450) for on in MARCH[:11]]
    one_done = unit_period([employee(1)], [work(1, MARCH[0], 16)], days)
    [one] = hints("present-without-work", one_done)
    assert one["evidence"] == [f"day:{on}" for on in MARCH[1:11]]
    two_done = unit_period([employee(1)], [work(1, MARCH[0], 16), work(2, MARCH[1], 16)], days)
    assert hints("present-without-work", two_done) == []
    assert len(hints("present-without-work", two_done, NoWork(min_days=9))) == 1


@dataclass(frozen=True)
class Bare:
    """No thresholds."""


GOOD = {"employee_id": [1], "date": [MARCH[0]], "evidence": [["activity:1"]]}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"employee_id": [2]}, "odd.employee_id"),
        ({"employee_id": ["1"]}, "odd.employee_id"),
        ({"date": [date(2026, 4, 1)]}, "odd.date"),
        ({"evidence": [[]]}, "odd.evidence"),
        ({"evidence": [None]}, "odd.evidence"),
        ({"evidence": ["activity:1"]}, "odd.evidence"),
        ({"guilt": [0.9]}, "odd.guilt"),
    ],
)
def test_an_answer_that_is_no_hint_is_refused_by_its_column(change: dict[str, Any], field: str) -> None:
    month = unit_period([employee(1)], [], [])
    schema = {"evidence": pl.List(pl.String)} if change.get("evidence") == [None] else None
    answer = pl.DataFrame({**GOOD, **change}, schema_overrides=schema)
    odd = ReadyDetector("odd", "1", indicator("I-22"), Bare, lambda month, settings: answer)
    with pytest.raises(BadInput) as refusal:
        detect(odd, month)
    assert refusal.value.field == field
    assert detect(
        ReadyDetector("odd", "1", indicator("I-22"), Bare, lambda m, s: pl.DataFrame(GOOD)), month
    ).height
