"""Vectors of `staffing`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from eperf.domain.number import decimal_of, flag_of
from eperf.domain.staffing.month import CapacityBy, month_load, reported_against_norm
from eperf.domain.staffing.moves import Balance, PostInUnit, redistribute
from eperf.domain.staffing.need import (
    Need,
    NeedRounding,
    Task,
    need_by_ability,
    need_by_equipment,
    need_by_tasks,
    workload,
    workload_shown,
)
from eperf.domain.staffing.plan import five_year_plan
from eperf.domain.staffing.post import Effectiveness, PostLoad, post_report, unit_report
from eperf.domain.staffing.time import STANDARD, derived_time

Given = Mapping[str, Any]


def _year_min(given: Given) -> Decimal:
    return _wke(given, "wke_min_per_year")


def _wke(given: Given, name: str) -> Decimal:
    return decimal_of(name, _or(given, name, STANDARD.year_min))


def _or(given: Given, name: str, neutral: Any) -> Any:
    return neutral if given.get(name) is None else given[name]


def _need(need: Need) -> dict[str, Any]:
    return {
        "need": str(need.shown),
        "need_round": int(need.people(NeedRounding.HALF_UP)),
        "need_ceil": int(need.people(NeedRounding.CEILING)),
    }


def _task_need(given: Given) -> dict[str, Any]:
    tasks = [
        Task(
            decimal_of("volume", task["volume"]),
            _or(task, "per", "year"),
            decimal_of("minutes_each", task["minutes_each"]),
        )
        for task in given["tasks"]
    ]
    total = workload(tasks)
    return {"workload_min": str(workload_shown(total)), **_need(need_by_tasks(total, _year_min(given)))}


def _ratio_need(given: Given) -> dict[str, Any]:
    return _need(need_by_tasks(decimal_of("workload", given["workload"]), _wke(given, "wke")))


def _ability_need(given: Given) -> dict[str, Any]:
    return _need(
        need_by_ability(
            decimal_of("volume", given["volume"]),
            decimal_of("ability_per_person", given["ability_per_person"]),
        )
    )


def _equipment_need(given: Given) -> dict[str, Any]:
    need = need_by_equipment(given["machines"], given["staff_per_machine"], _or(given, "shifts", 1))
    return {"need": need}


def _effective_time(given: Given) -> dict[str, Any]:
    derived = derived_time(
        given["days_in_year"],
        given["non_working_days"],
        decimal_of("formal_hours", given["formal_hours"]),
        decimal_of("allowance_pct", given["allowance_pct"]),
        round_hours=flag_of("round_hours", given.get("round_hours")),
    )
    return {
        "effective_days": derived.days,
        "effective_hours_per_day": str(derived.hours_per_day),
        "hours_per_year": str(derived.hours_per_year),
        "minutes_per_year": str(derived.minutes_per_year),
    }


def _text(ratio: Decimal | None) -> str | None:
    return None if ratio is None else str(ratio)


def _rated(found: Effectiveness, name: str) -> dict[str, Any]:
    return {name: _text(found.ratio), "grade": found.grade, "state": found.state}


def _post_grade(given: Given) -> dict[str, Any]:
    load = PostLoad("post", decimal_of("workload_min", given["workload_min"]), given["existing"])
    report = post_report(load, _year_min(given))
    return {**_rated(report.effectiveness, "ej"), "need": str(report.need.shown)}


def _unit_effectiveness(given: Given) -> dict[str, Any]:
    posts = [
        PostLoad(one["post"], decimal_of("workload_min", one["workload_min"]), one["existing"])
        for one in given["posts"]
    ]
    report = unit_report(posts, _year_min(given))
    balances = [post.balance for post in report.posts]
    return {**_rated(report.effectiveness, "eu"), "balances": balances}


def _balance(one: Balance) -> dict[str, Any]:
    return {"unit": one.unit, "post": one.post, "balance": one.balance}


def _redistribution(given: Given) -> dict[str, Any]:
    found = redistribute(
        [
            PostInUnit(
                row["unit"], row["post"], decimal_of("need", row["need"]), row["existing"], row.get("class")
            )
            for row in given["rows"]
        ]
    )
    return {
        "balances": [_balance(one) for one in found.balances],
        "total_surplus": found.total_surplus,
        "total_shortage": found.total_shortage,
        "moves": [
            {"post": move.post, "from": move.from_unit, "to": move.to_unit, "people": move.people}
            for move in found.moves
        ],
        "after_moves": [_balance(one) for one in found.after],
    }


def _five_year_plan(given: Given) -> dict[str, Any]:
    plan = five_year_plan(
        decimal_of("need", given["need"]),
        given["staff"],
        growth_pct=decimal_of("growth_pct", _or(given, "growth_pct", 0)),
        retirements_by_year=_or(given, "retirements_by_year", [0] * 5),
        approved_unfilled=_or(given, "approved_unfilled", 0),
    )
    return {
        "need_by_year": list(plan.need_by_year),
        "recruit_by_year": list(plan.recruit_by_year),
        "total": plan.total,
    }


def _monthly_ej(given: Given) -> dict[str, Any]:
    days = given.get("working_days")
    by = CapacityBy.MONTH if days is None else CapacityBy.WORKING_DAYS
    found = month_load(
        given["headcount"], days or 0, decimal_of("approved_min", given["approved_min"]), by=by
    )
    return {"capacity_min": found.capacity_min, **_rated(found.effectiveness, "ej")}


def _reported_vs_norm(given: Given) -> dict[str, Any]:
    found = reported_against_norm(
        decimal_of("reported_min", given["reported_min"]), decimal_of("norm_min", given["norm_min"])
    )
    return {"ratio": _text(found.ratio), "flagged": found.flagged}


OPS: dict[str, Callable[[Given], dict[str, Any]]] = {
    "task_need": _task_need,
    "ratio_need": _ratio_need,
    "ability_need": _ability_need,
    "equipment_need": _equipment_need,
    "effective_time": _effective_time,
    "post_grade": _post_grade,
    "unit_effectiveness": _unit_effectiveness,
    "redistribution": _redistribution,
    "five_year_plan": _five_year_plan,
    "monthly_ej": _monthly_ej,
    "reported_vs_norm": _reported_vs_norm,
}
