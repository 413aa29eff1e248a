"""Vectors of `skp`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from eperf.domain.appraisal import skp_2013, skp_2021, skp_pp30

Given = Mapping[str, Any]

IN_2015, IN_2020, IN_2021 = date(2015, 12, 31), date(2020, 12, 31), date(2021, 12, 31)
"""Days on which the regulations that the vectors name are in force."""


def _decimals(texts: list[str]) -> list[Decimal]:
    return [Decimal(text) for text in texts]


def _aspect(given: Given) -> dict[str, Any]:
    found = skp_2013.aspect_value(
        skp_2013.Aspect.parse(given["aspect"]),
        Decimal(given["realisation"]),
        Decimal(given["target"]),
        IN_2015,
    )
    return {"value": str(found.value)}


def _task(given: Given) -> dict[str, Any]:
    return {"value": str(skp_2013.task_value(_decimals(given["aspect_values"])))}


def _total_2013(given: Given) -> dict[str, Any]:
    total = skp_2013.total(Decimal(given["skp"]), Decimal(given["behaviour"]), IN_2015)
    return {"value": str(total.value), "band": total.band.value}


def _achievement(given: Given) -> dict[str, Any]:
    low = given["target"] if given.get("target") is not None else given["target_low"]
    high = given["target"] if given.get("target") is not None else given["target_high"]
    percent = skp_2021.achievement_pct(
        Decimal(given["realisation"]),
        skp_2021.Target(Decimal(low), Decimal(high)),
        lower_is_better=given.get("lower_is_better") or False,
    )
    return {"achievement_pct": str(percent)}


def _value(given: Given) -> dict[str, Any]:
    judged = skp_2021.judged(
        Decimal(given["achievement_pct"]), IN_2021, target_is_maximum=given.get("target_is_maximum") or False
    )
    return {
        "category": judged.category.value,
        "value": None if judged.value is None else str(judged.value),
    }


def _additional(given: Given) -> dict[str, Any]:
    items = [
        skp_2021.Additional(
            Decimal(one["level_factor_pct"]), Decimal(one["scope_weight"]), Decimal(one["value"])
        )
        for one in given["items"]
    ]
    return {"additional": str(skp_2021.additional_work(items, IN_2021))}


def _total_2021(given: Given) -> dict[str, Any]:
    parts = _decimals(given["main_parts"])
    return {"skp": str(skp_2021.skp(parts, Decimal(given.get("additional") or 0), IN_2021))}


def _periodic(given: Given) -> dict[str, Any]:
    values = _decimals(given["action_plan_values"]), _decimals(given["main_values"])
    return {"periodic": str(skp_2021.periodic(*values))}


def _pp30(given: Given) -> dict[str, Any]:
    total = skp_pp30.total(
        Decimal(given["skp"]),
        Decimal(given["behaviour"]),
        IN_2020,
        asks_peers_and_subordinates=given.get("asks_peers_and_subordinates") or False,
        new_idea=given.get("new_idea") or False,
    )
    return {"value": str(total.value), "band": total.band.value}


OPS: dict[str, Callable[[Given], dict[str, Any]]] = {
    "skp2013_aspect": _aspect,
    "skp2013_task": _task,
    "skp2013_total": _total_2013,
    "skp2021_achievement": _achievement,
    "skp2021_value": _value,
    "skp2021_additional": _additional,
    "skp2021_total": _total_2021,
    "skp2021_periodic": _periodic,
    "pp30_total": _pp30,
}
