"""Vectors of `predikat`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from eperf.domain.appraisal.distribution import OrganisationPredikat, breaches
from eperf.domain.appraisal.plan_penalty import performance_component_pct
from eperf.domain.appraisal.predikat import Expectation, Predikat, predikat_of
from eperf.domain.appraisal.predikat_pay import cut_pct, quarter_pay, year_pay
from eperf.domain.number import whole_of
from eperf.domain.period import Quarter, YearMonth

Given = Mapping[str, Any]

ON = date(2026, 1, 1)
"""A day on which the regulations that the vectors name are in force."""


def _predikat(given: Given) -> Predikat | None:
    predikat = given.get("predikat")
    return None if predikat is None else Predikat.parse(predikat)


def _text(percent: Decimal | None) -> str | None:
    return None if percent is None else str(percent)


def _matrix(given: Given) -> dict[str, Any]:
    work_result = Expectation.parse(given["work_result"], "work_result")
    behaviour = Expectation.parse(given["behaviour"], "behaviour")
    return {"predikat": predikat_of(work_result, behaviour, ON).value}


def _quarter_lag_pay(given: Given) -> dict[str, Any]:
    predikats = {
        Quarter.parse(quarter): Predikat.parse(predikat)
        for quarter, predikat in (given.get("predikat_by_quarter") or {}).items()
        if predikat is not None
    }
    pay = quarter_pay("kemenlu", predikats, YearMonth.parse(given["pay_month"]), ON)
    return {"deciding_quarter": str(pay.deciding_quarter), "paid_pct": _text(pay.paid_pct)}


def _year_lag_pay(given: Given) -> dict[str, Any]:
    pay = year_pay("klhk", whole_of("appraisal_year", given["appraisal_year"]), _predikat(given), ON)
    return {"pay_year": pay.pay_year, "paid_pct": _text(pay.paid_pct)}


def _bakamla_cut(given: Given) -> dict[str, Any]:
    return {"cut_pct": _text(cut_pct("bakamla", _predikat(given), ON))}


def _bsn_plan_penalty(given: Given) -> dict[str, Any]:
    missed = [] if given.get("missed_month") is None else [YearMonth.parse(given["missed_month"])]
    paid = performance_component_pct(missed, YearMonth.parse(given["pay_month"]), ON)
    return {"performance_component_pct": str(paid)}


def _distribution_check(given: Given) -> dict[str, Any]:
    counts = {
        Predikat.parse(name, "counts"): 0 if count is None else whole_of(f"counts.{name}", count)
        for name, count in given["counts"].items()
    }
    before = dict(counts)
    organisation = OrganisationPredikat.parse(given["organisation_predikat"])
    return {"breaches": list(breaches(organisation, counts, ON)), "ratings_changed": counts != before}


OPS: dict[str, Callable[[Given], dict[str, Any]]] = {
    "matrix": _matrix,
    "quarter_lag_pay": _quarter_lag_pay,
    "year_lag_pay": _year_lag_pay,
    "bakamla_cut": _bakamla_cut,
    "bsn_plan_penalty": _bsn_plan_penalty,
    "distribution_check": _distribution_check,
}
