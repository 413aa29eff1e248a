"""Vectors of `scoring-points`: translation between JSON and the product's own functions, no arithmetic of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from eperf.domain.appraisal.predikat import Predikat
from eperf.domain.errors import WeightsNot100
from eperf.domain.number import decimal_of, flag_of, whole_of
from eperf.domain.scoring import amount_text
from eperf.domain.scoring.points import point_price, points_expr
from eperf.domain.scoring.predikat_points import predikat_attendance_score
from eperf.domain.scoring.ranking import action_plan_points, attendance_score, mean_score, range_score
from eperf.domain.scoring.weights import Component, weighted_score
from eperf.testing import activity, unit_period

Given = Mapping[str, Any]

ON = date(2025, 1, 1)
"""A day on which the scheme that the vectors name is in force."""


def _decimals(name: str, said: list[object]) -> list[Decimal]:
    return [decimal_of(name, one) for one in said]


def _two_decimals(entry: Given, name: str, unsaid: str | None = None) -> str:
    """A number as the builders of facts take it."""
    said = entry[name] if unsaid is None else entry.get(name)
    return str(decimal_of(name, unsaid if said is None and unsaid is not None else said))


def _catalogue_points(given: Given) -> dict[str, Any]:
    entries = [
        activity(
            number,
            code=str(entry["code"]),
            points=_two_decimals(entry, "points_per_unit"),
            unit_size=_two_decimals(entry, "unit_size", "1"),
            quantity=_two_decimals(entry, "quantity"),
            fraction_policy=str(given.get("fraction_policy") or "proportional"),
        )
        for number, entry in enumerate(given["entries"])
    ]
    points_h = unit_period(activities=entries).activities.select(points_expr()).to_series()
    return {"points": amount_text(points_h.sum())}


def _point_price(given: Given) -> dict[str, Any]:
    ceiling = given.get("ceiling_rp")
    limit = None if ceiling is None else decimal_of("ceiling_rp", ceiling)
    points, price = (decimal_of(name, given[name]) for name in ("points", "price_rp"))
    return {"amount_rp": str(point_price(points, price, limit))}


def _mean(given: Given) -> dict[str, Any]:
    return {"mean": str(mean_score(_decimals("monthly_scores", given["monthly_scores"])))}


def _attendance(given: Given) -> dict[str, Any]:
    return {"attendance_pct": str(attendance_score(whole_of("violations", given["violations"])))}


def _action_plan(given: Given) -> dict[str, Any]:
    return {"points": str(action_plan_points(_decimals("points", given["points"])))}


def _range_score(given: Given) -> dict[str, Any]:
    score = range_score(
        _decimals("monthly_scores", given["monthly_scores"]),
        decimal_of("max", given["max"]),
        decimal_of("min", given["min"]),
        round_mean_first=flag_of("round_mean_first", given.get("round_mean_first"), unsaid=True),
    )
    return {"score": str(score)}


def _weighted(given: Given) -> dict[str, Any]:
    components = [
        Component(one["name"], decimal_of("weight_pct", one["weight_pct"]), decimal_of("value", one["value"]))
        for one in given["components"]
    ]
    try:
        return {"score": str(weighted_score(components))}
    except WeightsNot100 as refusal:
        return {"error": refusal.code.lower()}


def _simpegnas(given: Given) -> dict[str, Any]:
    predikat = given.get("predikat")
    cuts = _decimals("attendance_cuts_pct", given.get("attendance_cuts_pct") or [])
    score = predikat_attendance_score(None if predikat is None else Predikat.parse(predikat), cuts, ON)
    return {"score": None if score is None else str(score)}


OPS: dict[str, Callable[[Given], dict[str, Any]]] = {
    "catalogue_points": _catalogue_points,
    "point_price": _point_price,
    "bps_mean": _mean,
    "bps_attendance": _attendance,
    "bps_action_plan": _action_plan,
    "bps_range_score": _range_score,
    "weighted_score": _weighted,
    "simpegnas_score": _simpegnas,
}
