"""Vectors of `scoring-kemnaker`: translation to the installed plugin."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from eperf.domain.number import decimal_of, flag_of, whole_of
from eperf.plugins.rules import Predikat
from eperf_ministry_70_30.leave import Leave, LeaveKind, leave_month_pct
from eperf_ministry_70_30.pay import EXHAUSTED, Violations, after_tax, month_pay

Given = Mapping[str, Any]

ON = date(2025, 1, 1)
"""A day on which the regulation that the vectors name is in force."""


def _count(given: Given, name: str) -> int | None:
    said = given.get(name)
    return None if said is None else whole_of(name, said)


def _violations(given: Given) -> Violations:
    return Violations(
        absent_days=_count(given, "absent_days") or 0,
        missing_taps=_count(given, "missing_taps") or 0,
        late_min=_count(given, "late_min_after_tolerance") or 0,
        early_leave_min=_count(given, "early_leave_min") or 0,
        left_office_min=_count(given, "left_office_min") or 0,
        missed_ceremonies=_count(given, "missed_ceremonies") or 0,
    )


def _month_pay(given: Given) -> dict[str, Any]:
    predikat = Predikat.parse(given["predikat"])
    allowance = decimal_of("class_allowance_rp", given["class_allowance_rp"])
    pay = month_pay(allowance, predikat, _violations(given), ON)
    return {
        "performance_part_rp": str(pay.performance_part_rp),
        "performance_cut_rp": str(pay.performance_cut_rp),
        "attendance_cut_pct": str(pay.attendance_cut_pct),
        "attendance_cut_rp": str(pay.attendance_cut_rp),
        "attendance_part_rp": str(pay.attendance_part_rp),
        "total_rp": str(pay.total_rp),
        "total_rounded_rp": str(pay.total_rounded_rp),
        "attendance_exhausted_anomaly": EXHAUSTED in pay.anomalies,
    }


def _leave_month(given: Given) -> dict[str, Any]:
    leave = Leave(
        LeaveKind.parse(given.get("leave_kind") or "none"),
        _count(given, "leave_month_index"),
        _count(given, "leave_days"),
    )
    predikat = given.get("predikat")
    paid = leave_month_pct(
        leave,
        None if predikat is None else Predikat.parse(predikat),
        _violations(given),
        ON,
        study_assignment=flag_of("study_assignment", given.get("study_assignment")),
    )
    return {"paid_pct": str(paid)}


def _after_tax(given: Given) -> dict[str, Any]:
    gross, tax = (decimal_of(name, given[name]) for name in ("gross_rp", "tax_pct"))
    return {"net_rp": str(after_tax(gross, tax))}


OPS: dict[str, Callable[[Given], dict[str, Any]]] = {
    "kemnaker_month_pay": _month_pay,
    "kemnaker_leave_month": _leave_month,
    "after_tax": _after_tax,
}
