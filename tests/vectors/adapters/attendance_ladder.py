"""Vectors of `attendance-ladder`: words to causes and cases, texts to decimals; absent keys are neutral."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from eperf.domain.attendance.cut_pay import hourly_pay, hourly_pay_named, left_of, no_news_cut
from eperf.domain.attendance.ladder import Cause
from eperf.domain.attendance.ladder_month import Event, absence_cut, month_cut, penalty_score, tap_cut
from eperf.domain.attendance.ladders import ladder_named
from eperf.domain.attendance.leave_pay import LeaveCase, leave_cut
from eperf.domain.attendance.leave_pays import leave_pay_named
from tests.vectors.reading import (
    Given,
    read_amount,
    read_clock_or_none,
    read_day,
    read_flag,
    read_rows,
    read_text,
    read_whole,
    read_whole_or_none,
)


def _events(given: Given) -> list[Event]:
    return [
        Event(
            Cause.parse(read_text(event, "kind")),
            read_whole_or_none(event, "minutes"),
            read_flag(event, "made_up"),
            read_whole(event, "count", 1),
            None if event.get("date") is None else read_day(event["date"], "date"),
        )
        for event in read_rows(given, "events")
    ]


def _ladder_month(given: Given) -> dict[str, Any]:
    return {"cut_pct": month_cut(ladder_named(read_text(given, "profile")), _events(given)).cut_pct}


def _ladder_clock(given: Given) -> dict[str, Any]:
    ladder = ladder_named(read_text(given, "profile"))
    return {"cut_pct": tap_cut(ladder, read_clock_or_none(given, "tap_in")).cut_pct}


def _penalty_score(given: Given) -> dict[str, Any]:
    ladder = ladder_named(read_text(given, "profile", "regional-penalty"))
    return {"score": penalty_score(ladder, _events(given))}


def _simple_tpp(given: Given) -> dict[str, Any]:
    ladder = ladder_named(read_text(given, "profile", "regional-simple"))
    cut = month_cut(ladder, _events(given)).cut_pct
    return {"cut_pct": cut, "amount_rp": left_of(read_amount(given, "base_rp"), cut)}


def _absence_run(given: Given) -> dict[str, Any]:
    ladder = ladder_named(read_text(given, "profile", "kemendikdasmen-2025"))
    days = read_whole(given, "absent_working_days", 0)
    run = read_whole(given, "longest_consecutive_run", 0)
    return {"cut_pct": absence_cut(ladder, days, run).cut_pct}


def _sick_year_counter(given: Given) -> dict[str, Any]:
    cut = leave_cut(
        leave_pay_named(read_text(given, "profile", "ma-2020")),
        LeaveCase.SICK,
        days=read_whole(given, "sick_days_now", 0),
        days_before=read_whole(given, "sick_days_before_this_year", 0),
    )
    return {"cut_pct": cut.cut_pct}


def _leave_schedule(given: Given) -> dict[str, Any]:
    cut = leave_cut(
        leave_pay_named(read_text(given, "profile")),
        LeaveCase.parse(read_text(given, "kind")),
        month_index=read_whole_or_none(given, "month_index"),
        days=read_whole_or_none(given, "days"),
    )
    return {"paid_pct": cut.paid_pct}


def _leave_daily(given: Given) -> dict[str, Any]:
    cut = leave_cut(
        leave_pay_named(read_text(given, "profile")),
        LeaveCase.parse(read_text(given, "kind")),
        days=read_whole(given, "days", 0),
    )
    return {"cut_pct": cut.cut_pct, "base": cut.base.value}


def _tks_cut(given: Given) -> dict[str, Any]:
    parts = read_amount(given, "performance_rp"), read_amount(given, "workload_rp")
    return {"cut_rp": no_news_cut(ladder_named("tks"), *parts, read_whole(given, "no_news_days", 0))}


def _hourly_tpp(given: Given) -> dict[str, Any]:
    result = hourly_pay(
        hourly_pay_named("hourly-2018"),
        read_amount(given, "base_rp"),
        read_whole(given, "missing_tap_days", 0),
        read_whole(given, "absent_days", 0),
        read_amount(given, "late_early_hours"),
        read_amount(given, "extra_rp"),
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
