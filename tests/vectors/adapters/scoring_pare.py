"""Vectors of `scoring-pare`: translation to the installed package."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from eperf.domain.number import decimal_of, flag_of
from eperf_pare.rules import ethics_pct, performance_rp, score

Given = Mapping[str, Any]

ON = date(2026, 1, 1)


def _score(given: Given, ethics: Decimal | Fraction | None) -> dict[str, Any]:
    # Not asked is no penalty; asked and unknown is no approval.
    approved = flag_of("achievement_approved", given.get("achievement_approved", True))
    found = score(decimal_of("target_pct", given["target_pct"]), ethics, ON, achievement_approved=approved)
    return {"cap": str(found.cap), "score": str(found.score)}


def _by_pct(given: Given) -> dict[str, Any]:
    ethics = given.get("ethics_pct")
    return _score(given, None if ethics is None else decimal_of("ethics_pct", ethics))


def _by_items(given: Given) -> dict[str, Any]:
    items = [
        None if item is None else decimal_of("ethics_items", item) for item in given.get("ethics_items") or []
    ]
    return _score(given, ethics_pct(items, ON))


def _pay(given: Given) -> dict[str, Any]:
    amount = performance_rp(
        decimal_of("tpp_rp", given["tpp_rp"]),
        decimal_of("share_pct", given["share_pct"]),
        decimal_of("score", given["score"]),
        decimal_of("cut_pct", given.get("cut_pct") or 0),
    )
    return {"performance_rp": str(amount)}


OPS: dict[str, Callable[[Given], dict[str, Any]]] = {
    "pare_score_pct": _by_pct,
    "pare_score": _by_items,
    "pare_pay": _pay,
}
