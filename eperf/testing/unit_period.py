"""Builders for the facts that scoring reads. Each argument has a default: a test says only what it is about.

Quantities and points are given as a person writes them (`"4"`, `"2.5"`) and become hundredths.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, TypeVar

import polars as pl

from eperf.domain.period import YearMonth
from eperf.domain.scoring import (
    ACTIVITIES,
    BEHAVIOUR,
    DAYS,
    EMPLOYEES,
    PREDIKAT,
    TARGETS,
    Scheme,
    Scored,
    UnitPeriod,
    hundredths,
    score,
)

S = TypeVar("S")
Row = Mapping[str, Any]

MARCH = YearMonth(2026, 3)
"""The month of the builders, unless told otherwise."""


def employee(
    employee_id: int,
    *,
    nip: str | None = None,
    position_code: str | None = None,
    job_class: int | None = None,
    group: str | None = None,
    kind: str | None = "PNS",
    position_kind: str | None = None,
    rank_code: str | None = None,
) -> Row:
    """An employee of the unit."""
    values = (employee_id, nip, position_code, job_class, group, kind, position_kind, rank_code)
    return dict(zip(EMPLOYEES, values, strict=True))


def activity(
    activity_id: int,
    *,
    employee_id: int = 1,
    on: date | None = None,
    code: str = "32",
    name: str = "Entri data",
    minutes: int = 60,
    quantity: str | int = 1,
    points: str | int = 35,
    unit_size: str | int = 1,
    norm_min: int | None = None,
    fraction_policy: str = "proportional",
    state: str = "verified",
) -> Row:
    """A reported activity; `points` are per `unit_size`."""
    return {
        "activity_id": activity_id,
        "employee_id": employee_id,
        "date": on or MARCH.first,
        "item_code": code,
        "item_name": name,
        "minutes": minutes,
        "quantity_h": hundredths(quantity),
        "points_per_unit_h": hundredths(points),
        "unit_size_h": hundredths(unit_size),
        "norm_min": norm_min,
        "fraction_policy": fraction_policy,
        "state": state,
    }


def day(
    on: date,
    *,
    employee_id: int = 1,
    status: str = "present",
    late_min: int | None = 0,
    early_min: int | None = 0,
    worked_min: int | None = 450,
    missing_taps: int = 0,
) -> Row:
    """A classified day of an employee."""
    return dict(
        zip(DAYS, (employee_id, on, status, late_min, early_min, worked_min, missing_taps), strict=True)
    )


def target(
    target_id: int,
    *,
    employee_id: int = 1,
    plan_id: int = 1,
    period: str = "2026",
    kind: str = "main",
    title: str = "Laporan tersusun",
    aspect: str = "quantity",
    unit: str = "laporan",
    target: str | int = 100,
    realised: str | int | None = None,
    through: str | None = "2026-03",
    lower_is_better: bool = False,
    weight: str | int | None = None,
) -> Row:
    """A target of an agreed plan; without `realised` nothing was accepted yet."""
    return {
        "target_id": target_id,
        "employee_id": employee_id,
        "plan_id": plan_id,
        "period": period,
        "kind": kind,
        "title": title,
        "aspect": aspect,
        "unit": unit,
        "target_h": hundredths(target),
        "realised_h": None if realised is None else hundredths(realised),
        "realised_through": None if realised is None else through,
        "lower_is_better": lower_is_better,
        "weight_h": None if weight is None else hundredths(weight),
    }


def behaviour(
    dimension: str,
    score: str | int | None,
    *,
    employee_id: int = 1,
    period: str = "2026-03",
    lowest: str | int = 1,
    highest: str | int = 5,
    raters: int = 5,
    known_on: date = date(2026, 4, 10),
) -> Row:
    """Somebody's behaviour in a dimension; a `score` of None had too few raters."""
    return {
        "employee_id": employee_id,
        "period": period,
        "dimension": dimension,
        "score_h": None if score is None else hundredths(score),
        "lowest_h": hundredths(lowest),
        "highest_h": hundredths(highest),
        "raters": raters,
        "state": "too_few" if score is None else "enough",
        "known_on": known_on,
    }


def predikat(
    word: str,
    *,
    employee_id: int = 1,
    period: str = "2025Q4",
    work: str | None = None,
    behaviour: str | None = None,
    known_on: date = date(2026, 1, 10),
) -> Row:
    """A decided predikat, such as `baik`."""
    return dict(zip(PREDIKAT, (employee_id, period, work, behaviour, word, known_on), strict=True))


def unit_period(
    employees: Iterable[Row] = (),
    activities: Iterable[Row] = (),
    days: Iterable[Row] = (),
    targets: Iterable[Row] = (),
    behaviour: Iterable[Row] = (),
    predikat: Iterable[Row] = (),
    *,
    period: YearMonth = MARCH,
    working_days: int = 20,
    unit_id: int = 1,
    unit_code: str = "U-1",
) -> UnitPeriod:
    """A unit's month from rows; without employees, those whom the other rows mention."""
    facts = [list(rows) for rows in (activities, days, targets, behaviour, predikat)]
    mentioned = sorted({row["employee_id"] for rows in facts for row in rows})
    people = list(employees) or [employee(one) for one in mentioned]
    schemas = (ACTIVITIES, DAYS, TARGETS, BEHAVIOUR, PREDIKAT)
    built = [pl.DataFrame(rows, schema=schema) for rows, schema in zip(facts, schemas, strict=True)]
    return UnitPeriod(
        unit_id=unit_id,
        unit_code=unit_code,
        period=period,
        working_days=working_days,
        employees=pl.DataFrame(people, schema=EMPLOYEES),
        activities=built[0],
        days=built[1],
        targets=built[2],
        behaviour=built[3],
        predikat=built[4],
    )


def scored(scheme: Scheme[S], facts: UnitPeriod, settings: S | None = None) -> Scored:
    """Scores the facts, with the scheme's default settings unless given. A failing part fails the test."""
    result = score(scheme, scheme.settings() if settings is None else settings, facts)
    for failure in result.failures:
        raise AssertionError(f"{failure.rule_id}: {failure.cause}") from failure.error
    return result
