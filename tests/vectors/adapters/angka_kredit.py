"""Vectors of `angka-kredit`, by the conversion that is in force since 2023."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from eperf.domain.promotion import credit
from eperf.domain.promotion.appraisal import Predikat

Given = Mapping[str, Any]
ON = date(2026, 1, 1)


def _row(jenjang: str, period: Given) -> credit.CreditRow:
    return credit.credit_row(jenjang, Predikat.parse(period["predikat"]), period["months"], ON)


def _period(given: Given) -> dict[str, Any]:
    return {"ak": str(credit.printed(_row(given["jenjang"], given).credit))}


def _ledger(given: Given) -> dict[str, Any]:
    ledger = credit.Ledger(
        tuple(_row(given["jenjang"], period) for period in given.get("periods") or ()),
        credit.credit_points(given.get("opening_ak") or "0", "opening_ak"),
        credit.credit_points(given.get("bonus_ak") or "0", "bonus_ak"),
    )
    answer: dict[str, Any] = {"total_ak": str(credit.printed(ledger.total))}
    if given.get("threshold_ak") is not None:
        threshold = credit.credit_points(given["threshold_ak"], "threshold_ak")
        answer["step_reached"] = ledger.reaches(threshold)
    return answer


def _months_to_step(given: Given) -> dict[str, Any]:
    return {"months": credit.months_to_step(given["jenjang"], Predikat.parse(given["predikat"]), ON)}


def _diploma_bonus(given: Given) -> dict[str, Any]:
    return {"bonus_ak": str(credit.diploma_bonus(given["jenjang"], ON))}


def _transfer(given: Given) -> dict[str, Any]:
    predikat = Predikat.parse(given["predikat"])
    earned = credit.transfer(given["jenjang"], predikat, given["months_in_rank"], ON)
    return {"conversion_ak": str(credit.printed(earned))}


OPS: dict[str, Callable[[Given], dict[str, Any]]] = {
    "ak_period": _period,
    "ak_ledger": _ledger,
    "ak_months_to_step": _months_to_step,
    "ak_diploma_bonus": _diploma_bonus,
    "ak_transfer": _transfer,
}
