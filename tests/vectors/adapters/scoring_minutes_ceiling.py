"""Vectors of `scoring-minutes-ceiling`: DKI's rules in the installed plugin, those of several regions in the domain."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from eperf.domain.number import decimal_of, flag_of, whole_of
from eperf.domain.scoring.effective_time import profile_share_pct
from eperf.domain.scoring.norm_pay import (
    Entry,
    Shares,
    basic_amount,
    counted_minutes,
    norm_is_valid,
    parts_paid,
)
from eperf_minutes_ceiling.rules import (
    Activities,
    Group,
    Part,
    Realisation,
    plan_pct,
    result,
    weights_of,
    work_activity,
)

Given = Mapping[str, Any]

ON = date(2021, 1, 1)
"""A day on which the regulations that the vectors name are in force."""


def _count(one: Given, name: str = "count") -> Decimal:
    """How often; once where it is not said."""
    said = one.get(name)
    return decimal_of(name, 1 if said is None else said)


def _amount(given: Given, name: str, unsaid: int | None = None) -> Decimal:
    """A number of the case; `unsaid` where it may be left out."""
    said = given[name] if unsaid is None else given.get(name)
    return decimal_of(name, unsaid if said is None and unsaid is not None else said)


def _dki_activity(given: Given) -> dict[str, Any]:
    activities = [Activities(_amount(one, "minutes"), _count(one, "volume")) for one in given["activities"]]
    reducer = whole_of("absence_reducer_min", given.get("absence_reducer_min") or 0)
    found = work_activity(whole_of("working_days", given["working_days"]), activities, reducer, ON)
    return {
        "achievement_min": str(found.achievement_min),
        "max_limit_min": found.max_limit_min,
        "month_minutes": found.month_minutes,
        "score_pct": str(found.score_pct),
    }


def _dki_renkin(given: Given) -> dict[str, Any]:
    targets = [Realisation(_amount(one, "target"), _amount(one, "realisation")) for one in given["targets"]]
    return {"renkin_pct": str(plan_pct(targets))}


def _dki_result(given: Given) -> dict[str, Any]:
    values = {Part.OWN_PLAN: _amount(given, "renkin_pct"), Part.ACTIVITY: _amount(given, "activity_pct")}
    weights = weights_of(Group.parse(given["group"]), ON)
    found = result(weights, values, _amount(given, "tpp_rp"), _amount(given, "deductions_rp", 0))
    return {"result_pct": str(found.result_pct), "received_rp": str(found.received_rp)}


def _month(given: Given) -> dict[str, Any]:
    entries = [
        Entry(
            _amount(one, "norm_min"),
            one["status"],
            flag_of("in_working_hours", one.get("in_working_hours"), unsaid=True),
            whole_of("count", _count(one)),
        )
        for one in given["entries"]
    ]
    counted = counted_minutes(entries, _amount(given, "limit_min"), _amount(given, "extra_min", 0), ON)
    return {"counted_min": str(counted)}


def _valid(given: Given) -> dict[str, Any]:
    return {"valid": norm_is_valid(_amount(given, "norm_min"), ON)}


def _pay(given: Given) -> dict[str, Any]:
    paid = parts_paid(
        Shares(_amount(given, "performance_share"), _amount(given, "workload_share")),
        _amount(given, "basic_rp"),
        _count(given, "class_coefficient"),
        total_min=_amount(given, "total_min"),
        limit_min=_amount(given, "limit_min"),
        attendance_pct=_amount(given, "attendance_pct", 100),
        running_punishment=flag_of("running_punishment", given.get("running_punishment")),
    )
    return {"performance_rp": paid.performance_rp, "workload_rp": paid.workload_rp}


def _basic(given: Given) -> dict[str, Any]:
    basic = basic_amount(
        _amount(given, "fiscal_capacity_index"),
        _amount(given, "construction_cost_index"),
        _amount(given, "government_index"),
        _amount(given, "class_allowance_rp"),
    )
    return {"basic_rp": basic}


def _share(profile: str) -> Callable[[Given], dict[str, Any]]:
    def share(given: Given) -> dict[str, Any]:
        return {"pct": str(profile_share_pct(profile, _amount(given, "minutes"), 0, ON))}

    return share


OPS: dict[str, Callable[[Given], dict[str, Any]]] = {
    "dki_activity": _dki_activity,
    "dki_renkin": _dki_renkin,
    "dki_result": _dki_result,
    "norm_minutes_month": _month,
    "norm_valid": _valid,
    "norm_minutes_pay": _pay,
    "basic_tpp": _basic,
    "sikerja_pct": _share("sikerja"),
    "extension_pct": _share("extension"),
}
