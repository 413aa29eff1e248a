"""Vectors of `skp`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from eperf.domain.appraisal import skp_2013, skp_2021, skp_pp30
from eperf.domain.number import decimal_of, flag_of

Given = Mapping[str, Any]

IN_2015, IN_2020, IN_2021 = date(2015, 12, 31), date(2020, 12, 31), date(2021, 12, 31)
"""Days on which the regulations that the vectors name are in force."""


def _amount(given: Given, name: str) -> Decimal:
    return decimal_of(name, given[name])


def _amounts(given: Given, name: str) -> list[Decimal]:
    return [decimal_of(name, one) for one in given[name]]


def _aspect(given: Given) -> dict[str, Any]:
    found = skp_2013.aspect_value(
        skp_2013.Aspect.parse(given["aspect"]),
        _amount(given, "realisation"),
        _amount(given, "target"),
        IN_2015,
    )
    return {"value": str(found.value)}


def _task(given: Given) -> dict[str, Any]:
    return {"value": str(skp_2013.task_value(_amounts(given, "aspect_values")))}


def _total_2013(given: Given) -> dict[str, Any]:
    total = skp_2013.total(_amount(given, "skp"), _amount(given, "behaviour"), IN_2015)
    return {"value": str(total.value), "band": total.band.value}


def _achievement(given: Given) -> dict[str, Any]:
    low = given["target"] if given.get("target") is not None else given["target_low"]
    high = given["target"] if given.get("target") is not None else given["target_high"]
    percent = skp_2021.achievement_pct(
        _amount(given, "realisation"),
        skp_2021.Target(decimal_of("target", low), decimal_of("target", high)),
        lower_is_better=flag_of("lower_is_better", given.get("lower_is_better")),
    )
    return {"achievement_pct": str(percent)}


def _value(given: Given) -> dict[str, Any]:
    judged = skp_2021.judged(
        _amount(given, "achievement_pct"),
        IN_2021,
        target_is_maximum=flag_of("target_is_maximum", given.get("target_is_maximum")),
    )
    return {
        "category": judged.category.value,
        "value": None if judged.value is None else str(judged.value),
    }


def _additional(given: Given) -> dict[str, Any]:
    items = [
        skp_2021.Additional(
            _amount(one, "level_factor_pct"), _amount(one, "scope_weight"), _amount(one, "value")
        )
        for one in given["items"]
    ]
    return {"additional": str(skp_2021.additional_work(items, IN_2021))}


def _total_2021(given: Given) -> dict[str, Any]:
    parts = _amounts(given, "main_parts")
    return {"skp": str(skp_2021.skp(parts, decimal_of("additional", given.get("additional") or 0), IN_2021))}


def _periodic(given: Given) -> dict[str, Any]:
    values = _amounts(given, "action_plan_values"), _amounts(given, "main_values")
    return {"periodic": str(skp_2021.periodic(*values))}


def _pp30(given: Given) -> dict[str, Any]:
    total = skp_pp30.total(
        _amount(given, "skp"),
        _amount(given, "behaviour"),
        IN_2020,
        asks_peers_and_subordinates=flag_of(
            "asks_peers_and_subordinates", given.get("asks_peers_and_subordinates")
        ),
        new_idea=flag_of("new_idea", given.get("new_idea")),
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
