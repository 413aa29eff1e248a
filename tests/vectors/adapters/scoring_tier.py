"""Vectors of `scoring-tier`: translation to the installed plugin."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from eperf.domain.number import decimal_of, whole_of
from eperf.plugins import YearMonth
from eperf_surplus_tier.tiers import k_pct, standard_points, workload_part_rp

Given = Mapping[str, Any]

MONTH = YearMonth(2026, 1)


def _surplus_tier(given: Given) -> dict[str, Any]:
    k = k_pct(decimal_of("total_points", given["total_points"]), MONTH)
    answer = {"k_pct": str(k)}
    if given.get("pk_rp") is not None:
        answer["workload_part_rp"] = str(workload_part_rp(decimal_of("pk_rp", given["pk_rp"]), k, MONTH))
    return answer


def _standard(given: Given) -> dict[str, Any]:
    hours, days = decimal_of("hours_per_day", given["hours_per_day"]), whole_of("days", given["days"])
    return {"standard_min": str(standard_points(hours, days))}


OPS: dict[str, Callable[[Given], dict[str, Any]]] = {
    "surplus_tier": _surplus_tier,
    "tier_standard": _standard,
}
