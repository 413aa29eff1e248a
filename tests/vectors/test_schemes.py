"""The vectors again, this time as facts of a month, scored and paid by the installed schemes and policies.

The adapter calls the rules beside the schemes; here the same figures have to come out of columns. What a frame has no
column for (leaving the office, missed ceremonies) is not asked of a scheme.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from eperf.domain.errors import Refused
from eperf.plugins import YearMonth, registry
from eperf.plugins.parts import AttendanceDeduction, ladder_named
from eperf.plugins.pay import Counted, LeaveCase, LeaveTaken, PayFacts, Standing
from eperf.plugins.rules import class_allowance_rp, half_up_to
from eperf.plugins.settings import settings_of
from eperf.testing import activity, behaviour, day, employee, predikat, scored, target, unit_period
from eperf_pare.rules import ETHICS_ITEMS

CASES = Path(__file__).parent / "cases"
REGISTRY = registry.load(strict=True)
MARCH = YearMonth(2026, 3)
Given = Mapping[str, Any]
Case = Mapping[str, Any]


def cases(topic: str, *ops: str) -> list[Any]:
    found = json.loads((CASES / f"{topic}.json").read_text())
    return [pytest.param(case, id=case["id"]) for case in found if case["given"]["op"] in ops]


def score(key: str, settings: dict[str, Any], facts: Any) -> tuple[str, Decimal | None]:
    """State and score of the only employee."""
    scheme = REGISTRY.schemes[key].part
    state, score_h = (
        scored(scheme, facts, settings_of(scheme, settings)).scores.select("state", "score_h").row(0)
    )
    return state, None if score_h is None else Decimal(score_h) / 100


def followed() -> list[Any]:
    """Ladder vectors whose ladder and events a day's columns can express."""
    kinds = {"late", "early", "missing_in", "missing_out", "absent"}
    chosen = []
    for param in cases("attendance-ladder", "ladder_month"):
        given = param.values[0]["given"]  # type: ignore[index, call-overload]
        try:
            AttendanceDeduction.of(ladder_named(given["profile"]))
        except Refused:
            continue
        if all(event["kind"] in kinds and not event.get("made_up") for event in given["events"]):
            chosen.append(param)
    return chosen


def days_of(events: list[Given], month: YearMonth) -> Iterator[Any]:
    """Each event on a day of its own."""
    flat = [event for event in events for _ in range(event.get("count") or 1)]
    for number, event in enumerate(flat):
        on, kind = month.first + timedelta(days=number), event["kind"]
        if kind == "absent":
            yield day(on, status="absent", late_min=None, early_min=None)
        elif kind in ("late", "early"):
            yield day(on, **{f"{kind}_min": event["minutes"]})
        else:
            yield day(on, status="incomplete", late_min=None, early_min=None, missing_taps=1)


@pytest.mark.parametrize("case", followed())
def test_a_ladder_cuts_what_the_vector_says(case: Case) -> None:
    given = case["given"]
    month = YearMonth.of(ladder_named(given["profile"]).valid_from)
    facts = unit_period([employee(1)], (), list(days_of(given["events"], month)), period=month)
    found = score("ministry-ladder/attendance", {"profile": given["profile"]}, facts)
    assert found == ("final", 100 - Decimal(case["expect"]["cut_pct"]))


def test_most_ladder_vectors_are_asked_of_the_scheme() -> None:
    assert len(followed()) >= 15


def month_of(given: Given) -> Any:
    """A month of Kemnaker: absence, taps and minutes on days of their own, and a predikat."""
    events: list[Given] = (
        [{"kind": "absent", "count": given.get("absent_days")}] if given.get("absent_days") else []
    )
    days = list(days_of(events, MARCH))
    taps, late = given.get("missing_taps") or 0, given.get("late_min_after_tolerance") or 0
    early = given.get("early_leave_min") or 0
    days.append(day(MARCH.last, missing_taps=taps, late_min=late, early_min=early))
    return unit_period([employee(1)], (), days, (), (), [predikat(given["predikat"], period="2026-03")])


def paid(given: Given, job_class: int, **changes: Any) -> int:
    """What the ministry's own policy advises from the stages of its own scheme."""
    scheme = REGISTRY.schemes["ministry-70-30/pay"].part
    found = scored(scheme, month_of(given), settings_of(scheme, {"deciding": "month"}))
    stages = dict(found.leaves.group_by("stage").agg(pl.col("amount_h").sum()).iter_rows())
    policy = REGISTRY.pay_policies["ministry-70-30/pay"].part
    facts = PayFacts(
        MARCH,
        job_class,
        job_class,
        found.scores["score_h"].item(),
        None,
        "ministry-70-30/pay",
        stages,
        **changes,
    )
    line = policy.advise(facts, settings_of(policy, {"class_of": "last_day", "punishments": None}))
    assert line.cause is None
    return int(line.amount_rp or 0)


CLASSES = {Decimal(class_allowance_rp("kemnaker", one, MARCH.first)): one for one in range(1, 18)}


def of_columns(param: Any) -> bool:
    """No column has time out of the office or ceremonies; the rule beside the scheme is held to those vectors."""
    given = param.values[0]["given"]
    return not (given.get("left_office_min") or given.get("missed_ceremonies"))


@pytest.mark.parametrize("case", list(filter(of_columns, cases("scoring-kemnaker", "kemnaker_month_pay"))))
def test_a_month_of_kemnaker_pays_what_the_vector_says(case: Case) -> None:
    given = case["given"]
    job_class = CLASSES[Decimal(given["class_allowance_rp"])]
    assert paid(given, job_class) == Decimal(case["expect"]["total_rounded_rp"])


@pytest.mark.parametrize("case", cases("scoring-kemnaker", "kemnaker_leave_month"))
def test_a_month_of_leave_pays_what_the_vector_says(case: Case) -> None:
    given, kind = case["given"], case["given"].get("leave_kind") or "none"
    study = frozenset({Standing.STUDY_ASSIGNMENT}) if given.get("study_assignment") else frozenset()
    leaves: tuple[LeaveTaken, ...] = ()
    if kind in ("annual", "big", "sick", "miscarriage"):
        index = given.get("leave_month_index") or 1
        first = (date(2026, 3, 1), date(2026, 2, 1), date(2026, 1, 1), date(2025, 12, 1))[index - 1]
        counted = Counted(given.get("leave_days") or 5, 0, 0)
        length = 5 if kind == "annual" else 200
        last = first + timedelta(days=length)
        leaves = (LeaveTaken(kind, LeaveCase(kind), first, last, counted, counted),)
        assert leaves[0].month_index(MARCH) == index
    if kind == "unpaid":
        study |= {Standing.UNPAID_LEAVE}
    amount = paid(given, 10, leaves=leaves, standings=study)
    assert amount == half_up_to(Decimal(5_979_200) * Decimal(case["expect"]["paid_pct"]) / 100, 0)


@pytest.mark.parametrize("case", cases("scoring-pare", "pare_score_pct", "pare_score"))
def test_a_pare_score_is_what_the_vector_says_and_a_missing_fact_is_no_zero(case: Case) -> None:
    given = case["given"]
    items = given.get("ethics_items") or [given.get("ethics_pct")] * len(ETHICS_ITEMS)
    most = 5 if "ethics_items" in given else 100
    realised = Decimal(given["target_pct"]) * 10 if given["achievement_approved"] else None
    plan = target(
        1,
        period="2026-02",
        target=1000,
        realised=None if realised is None else str(realised),
        through="2026-02",
    )
    rated = [
        behaviour(name, item, lowest=0, highest=most) for name, item in zip(ETHICS_ITEMS, items, strict=True)
    ]
    facts = unit_period([employee(1)], (), (), [plan], rated)
    known = realised is not None and all(item is not None for item in items)
    expected = ("final", Decimal(case["expect"]["score"])) if known else ("provisional", None)
    assert score("pare/performance", {"ethics_deciding": "month"}, facts) == expected


@pytest.mark.parametrize("case", cases("scoring-tier", "surplus_tier"))
def test_a_surplus_reaches_the_tier_that_the_vector_says(case: Case) -> None:
    settings = {"zero_surplus_k_pct": "0", "zero_surplus_basis": "uji"}
    facts = unit_period([employee(1)], [activity(1, points=case["given"]["total_points"])])
    assert score("surplus-tier/workload", settings, facts) == ("final", Decimal(case["expect"]["k_pct"]))


CEILING = {"absent_min": 300, "leave_min": 0, "reducer_basis": "uji"}


@pytest.mark.parametrize("case", cases("scoring-minutes-ceiling", "dki_activity"))
def test_minutes_under_the_ceiling_are_what_the_vector_says(case: Case) -> None:
    given = case["given"]
    done = [
        activity(number, norm_min=int(one["minutes"]), quantity=one["volume"])
        for number, one in enumerate(given["activities"])
    ]
    absent: list[Given] = [{"kind": "absent"}] * ((given.get("absence_reducer_min") or 0) // 300)
    days = [*days_of(absent, MARCH), day(MARCH.last)]
    facts = unit_period([employee(1)], done, days, working_days=given["working_days"])
    found = score("minutes-ceiling/activity", CEILING, facts)
    assert found == ("final", Decimal(case["expect"]["score_pct"]))


@pytest.mark.parametrize("case", cases("scoring-minutes-ceiling", "dki_renkin"))
def test_a_plan_is_what_the_vector_says(case: Case) -> None:
    plan = [
        target(number, period="2026-03", target=one["target"], realised=one["realisation"])
        for number, one in enumerate(case["given"]["targets"])
    ]
    facts = unit_period([employee(1, position_kind="leader_first")], (), [day(MARCH.last)], plan)
    found = score("minutes-ceiling/result", {**CEILING, "deciding": "month"}, facts)
    assert found == ("final", Decimal(case["expect"]["renkin_pct"]))


@pytest.mark.parametrize("case", cases("predikat", "quarter_lag_pay"))
def test_the_quarter_before_pays_what_the_vector_says(case: Case) -> None:
    given = case["given"]
    known = [predikat(word, period=quarter) for quarter, word in given["predikat_by_quarter"].items()]
    month = YearMonth.parse(given["pay_month"])
    facts = unit_period([employee(1)], (), (), (), (), known, period=month)
    found = score("predikat-quarter-lag/paid", {"attendance": None}, facts)
    assert found == ("final", Decimal(case["expect"]["paid_pct"]))


@pytest.mark.parametrize("case", cases("predikat", "year_lag_pay", "bakamla_cut"))
def test_other_agencies_pay_what_the_vector_says(case: Case) -> None:
    given, expected = case["given"], case["expect"]
    yearly = given["op"] == "year_lag_pay"
    period = str(given["appraisal_year"]) if yearly else "2026-03"
    facts = unit_period([employee(1)], (), (), (), (), [predikat(given["predikat"], period=period)])
    found = score(
        "predikat-quarter-lag/paid", {"attendance": None, "agency": "klhk" if yearly else "bakamla"}, facts
    )
    paid_pct = expected["paid_pct"] if yearly else 100 - Decimal(expected["cut_pct"])
    assert found == ("final", Decimal(paid_pct))


@pytest.mark.parametrize("case", cases("scoring-points", "catalogue_points"))
def test_catalogue_points_are_what_the_vector_says(case: Case) -> None:
    given, points = case["given"], Decimal(case["expect"]["points"])
    done = [
        activity(
            number,
            points=one["points_per_unit"],
            unit_size=one.get("unit_size") or 1,
            quantity=one["quantity"],
            fraction_policy=given.get("fraction_policy") or "proportional",
        )
        for number, one in enumerate(given["entries"])
    ]
    settings = {"monthly_target": str(points or 1), "target_basis": "uji"}
    found = score("points-catalogue/points", settings, unit_period([employee(1)], done))
    assert found == ("final", Decimal(100 if points else 0))
