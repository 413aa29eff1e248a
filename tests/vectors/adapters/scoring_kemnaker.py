"""Vectors of `scoring-kemnaker`: translation to the installed plugin."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from eperf.plugins.rules import Predikat
from eperf_ministry_70_30.leave import Leave, LeaveKind, leave_month_pct
from eperf_ministry_70_30.pay import EXHAUSTED, Violations, after_tax, month_pay

Given = Mapping[str, Any]

ON = date(2025, 1, 1)
"""A day on which the regulation that the vectors name is in force."""


def _violations(given: Given) -> Violations:
    return Violations(
        absent_days=given.get("absent_days") or 0,
        missing_taps=given.get("missing_taps") or 0,
        late_min=given.get("late_min_after_tolerance") or 0,
        early_leave_min=given.get("early_leave_min") or 0,
        left_office_min=given.get("left_office_min") or 0,
        missed_ceremonies=given.get("missed_ceremonies") or 0,
    )


def _month_pay(given: Given) -> dict[str, Any]:
    predikat = Predikat.parse(given["predikat"])
    pay = month_pay(Decimal(given["class_allowance_rp"]), predikat, _violations(given), ON)
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
        given.get("leave_month_index"),
        given.get("leave_days"),
    )
    predikat = given.get("predikat")
    paid = leave_month_pct(
        leave,
        None if predikat is None else Predikat.parse(predikat),
        _violations(given),
        ON,
        study_assignment=given.get("study_assignment") or False,
    )
    return {"paid_pct": str(paid)}


def _after_tax(given: Given) -> dict[str, Any]:
    return {"net_rp": str(after_tax(Decimal(given["gross_rp"]), Decimal(given["tax_pct"])))}


OPS: dict[str, Callable[[Given], dict[str, Any]]] = {
    "kemnaker_month_pay": _month_pay,
    "kemnaker_leave_month": _leave_month,
    "after_tax": _after_tax,
}
