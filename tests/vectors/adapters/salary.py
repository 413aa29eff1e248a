"""Vectors of `salary`, by the table of PP 5/2024."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from eperf.domain.errors import NoSalaryCell
from eperf.domain.promotion.salary import basic_salary, salary_after_promotion
from eperf.domain.rank import Rank

Given = Mapping[str, Any]
ON = date(2026, 1, 1)


def _basic_salary(given: Given) -> dict[str, Any]:
    try:
        return {"salary_rp": str(basic_salary(Rank.parse(given["golongan"]), given["mkg_years"], ON))}
    except NoSalaryCell as refusal:
        return {"error": refusal.code.lower()}


def _after_promotion(given: Given) -> dict[str, Any]:
    before, after = Rank.parse(given["from_golongan"]), Rank.parse(given["to_golongan"])
    try:
        change = salary_after_promotion(before, after, given["mkg_years"], ON)
    except NoSalaryCell as refusal:
        return {"error": refusal.code.lower()}
    return {
        "old_salary_rp": str(change.old_rp),
        "new_mkg_years": change.new_mkg_years,
        "new_salary_rp": str(change.new_rp),
    }


OPS: dict[str, Callable[[Given], dict[str, Any]]] = {
    "basic_salary": _basic_salary,
    "salary_after_promotion": _after_promotion,
}
