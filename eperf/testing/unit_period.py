"""Builders for the facts that scoring reads. Each argument has a default: a test says only what it is about.

Quantities and points are given as a person writes them (`"4"`, `"2.5"`) and become hundredths.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, TypeVar

import polars as pl

from eperf.domain.period import YearMonth
from eperf.domain.scoring import ACTIVITIES, DAYS, EMPLOYEES, Scheme, Scored, UnitPeriod, hundredths, score

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
) -> Row:
    """An employee of the unit."""
    values = (employee_id, nip, position_code, job_class, group)
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


def unit_period(
    employees: Iterable[Row] = (),
    activities: Iterable[Row] = (),
    days: Iterable[Row] = (),
    *,
    period: YearMonth = MARCH,
    working_days: int = 20,
    unit_id: int = 1,
    unit_code: str = "U-1",
) -> UnitPeriod:
    """A unit's month from rows; without employees, those whom the other rows mention."""
    given = (list(employees), list(activities), list(days))
    mentioned = sorted({row["employee_id"] for row in (*given[1], *given[2])})
    people = given[0] or [employee(one) for one in mentioned]
    return UnitPeriod(
        unit_id=unit_id,
        unit_code=unit_code,
        period=period,
        working_days=working_days,
        employees=pl.DataFrame(people, schema=EMPLOYEES),
        activities=pl.DataFrame(given[1], schema=ACTIVITIES),
        days=pl.DataFrame(given[2], schema=DAYS),
    )


def scored(scheme: Scheme[S], facts: UnitPeriod, settings: S | None = None) -> Scored:
    """Scores the facts, with the scheme's default settings unless given. A failing part fails the test."""
    result = score(scheme, scheme.settings() if settings is None else settings, facts)
    for failure in result.failures:
        raise AssertionError(f"{failure.rule_id}: {failure.cause}") from failure.error
    return result
