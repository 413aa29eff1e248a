"""Vectors of `attendance-ladder`: words to causes and cases, texts to decimals; absent keys are neutral."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, time
from decimal import Decimal
from typing import Any

from eperf.domain.attendance.cut_pay import hourly_pay, hourly_pay_named, left_of, no_news_cut
from eperf.domain.attendance.ladder import Cause
from eperf.domain.attendance.ladder_month import Event, absence_cut, month_cut, penalty_score, tap_cut
from eperf.domain.attendance.ladders import ladder_named
from eperf.domain.attendance.leave_pay import LeaveCase, leave_cut
from eperf.domain.attendance.leave_pays import leave_pay_named

Given = Mapping[str, Any]


def _decimal(given: Given, key: str) -> Decimal:
    return Decimal(given.get(key) or 0)


def _events(given: Given) -> list[Event]:
    return [
        Event(
            Cause.parse(event["kind"]),
            event.get("minutes"),
            event.get("made_up") or False,
            1 if event.get("count") is None else event["count"],
            date.fromisoformat(event["date"]) if event.get("date") else None,
        )
        for event in given.get("events") or []
    ]


def _ladder_month(given: Given) -> dict[str, Any]:
    return {"cut_pct": month_cut(ladder_named(given["profile"]), _events(given)).cut_pct}


def _ladder_clock(given: Given) -> dict[str, Any]:
    tap_in = given.get("tap_in")
    cut = tap_cut(ladder_named(given["profile"]), None if tap_in is None else time.fromisoformat(tap_in))
    return {"cut_pct": cut.cut_pct}


def _penalty_score(given: Given) -> dict[str, Any]:
    ladder = ladder_named(given.get("profile", "regional-penalty"))
    return {"score": penalty_score(ladder, _events(given))}


def _simple_tpp(given: Given) -> dict[str, Any]:
    ladder = ladder_named(given.get("profile", "regional-simple"))
    cut = month_cut(ladder, _events(given)).cut_pct
    return {"cut_pct": cut, "amount_rp": left_of(_decimal(given, "base_rp"), cut)}


def _absence_run(given: Given) -> dict[str, Any]:
    ladder = ladder_named(given.get("profile", "kemendikdasmen-2025"))
    days, run = given.get("absent_working_days", 0), given.get("longest_consecutive_run", 0)
    return {"cut_pct": absence_cut(ladder, days, run).cut_pct}


def _sick_year_counter(given: Given) -> dict[str, Any]:
    cut = leave_cut(
        leave_pay_named(given.get("profile", "ma-2020")),
        LeaveCase.SICK,
        days=given.get("sick_days_now", 0),
        days_before=given.get("sick_days_before_this_year", 0),
    )
    return {"cut_pct": cut.cut_pct}


def _leave_schedule(given: Given) -> dict[str, Any]:
    cut = leave_cut(
        leave_pay_named(given["profile"]),
        LeaveCase.parse(given["kind"]),
        month_index=given.get("month_index"),
        days=given.get("days"),
    )
    return {"paid_pct": cut.paid_pct}


def _leave_daily(given: Given) -> dict[str, Any]:
    cut = leave_cut(
        leave_pay_named(given["profile"]), LeaveCase.parse(given["kind"]), days=given.get("days", 0)
    )
    return {"cut_pct": cut.cut_pct, "base": cut.base.value}


def _tks_cut(given: Given) -> dict[str, Any]:
    parts = _decimal(given, "performance_rp"), _decimal(given, "workload_rp")
    return {"cut_rp": no_news_cut(ladder_named("tks"), *parts, given.get("no_news_days", 0))}


def _hourly_tpp(given: Given) -> dict[str, Any]:
    result = hourly_pay(
        hourly_pay_named("hourly-2018"),
        _decimal(given, "base_rp"),
        given.get("missing_tap_days", 0),
        given.get("absent_days", 0),
        _decimal(given, "late_early_hours"),
        _decimal(given, "extra_rp"),
    )
    return {"hours": result.hours, "tpp_rp": result.pay_rp}


OPS: dict[str, Callable[[Given], dict[str, Any]]] = {
    "ladder_month": _ladder_month,
    "ladder_clock": _ladder_clock,
    "penalty_score": _penalty_score,
    "simple_tpp": _simple_tpp,
    "absence_run": _absence_run,
    "sick_year_counter": _sick_year_counter,
    "leave_schedule": _leave_schedule,
    "leave_daily": _leave_daily,
    "tks_cut": _tks_cut,
    "hourly_tpp": _hourly_tpp,
}
