"""Vectors of `promotion-eligibility`: texts to facts, findings to codes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from eperf.domain.number import flag_of
from eperf.domain.promotion.appraisal import Predikat
from eperf.domain.promotion.case import Case, Penalty
from eperf.domain.promotion.credit import credit_points
from eperf.domain.promotion.earliest import earliest_tmt
from eperf.domain.promotion.eligibility import Verdict, decide, no_path
from eperf.domain.promotion.finding import Code
from eperf.domain.promotion.kinds import period_exists
from eperf.domain.rank import Rank

Given = Mapping[str, Any]
ON = date(2026, 1, 1)


def _date(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def _credit(given: Given, name: str) -> Decimal | None:
    return None if given.get(name) is None else credit_points(given[name], name)


def _penalty(given: Given) -> Penalty:
    return Penalty(given["level"], date.fromisoformat(given["from"]), _date(given.get("to")))


def _case(given: Given) -> Case:
    superior = given.get("superior_golongan")
    return Case(
        kind=given["kind"],
        rank=Rank.parse(given["golongan"], "golongan"),
        rank_since=_date(given.get("rank_tmt")),
        target=date.fromisoformat(given["target_tmt"]),
        education=given.get("education"),
        appraisals=tuple(one and Predikat.parse(one, "appraisals") for one in given.get("appraisals") or ()),
        penalties=tuple(_penalty(one) for one in given.get("penalties") or ()),
        under_examination=flag_of("under_examination", given.get("under_examination")),
        suspended=flag_of("suspended", given.get("suspended")),
        other_active_proposal=flag_of("other_active_proposal", given.get("other_active_proposal")),
        exam_level=given.get("exam_level") or 0,
        diklatpim=given.get("diklatpim"),
        superior=superior and Rank.parse(superior, "superior_golongan"),
        jenjang=given.get("jenjang"),
        credit=_credit(given, "ak_total"),
        credit_needed=_credit(given, "ak_needed"),
        echelon=given.get("eselon"),
        post_since=_date(given.get("post_since")),
        employee_kind=given.get("employee_kind") or "PNS",
    )


def _eligibility(given: Given) -> dict[str, Any]:
    if given.get("employee_kind") == "PPPK":
        return _answer(no_path(given["kind"], date.fromisoformat(given["target_tmt"])))
    return _answer(decide(_case(given)))


def _answer(verdict: Verdict) -> dict[str, Any]:
    time = next((finding for finding in verdict.reasons if finding.code is Code.TIME), None)
    return {
        "eligible": verdict.eligible,
        "reasons": [finding.code.value for finding in verdict.reasons],
        "next_golongan": verdict.next_rank and verdict.next_rank.code,
        "no_path": verdict.no_path,
        "b1_clears_on": time and time.clears_on and time.clears_on.isoformat(),
    }


def _period_exists(given: Given) -> dict[str, Any]:
    return {"exists": period_exists(date.fromisoformat(given["tmt"]), given.get("kind"))}


def _earliest(given: Given) -> dict[str, Any]:
    earliest = earliest_tmt(
        given["jenjang"],
        date.fromisoformat(given["rank_tmt"]),
        credit_points(given.get("opening_ak") or "0", "opening_ak"),
        [Predikat.parse(one) for one in given.get("predikat_by_year_in_rank") or ()],
        part_year_allowed=flag_of("part_year_ak_allowed", given.get("part_year_ak_allowed")),
        on=ON,
    )
    return {"earliest_tmt": earliest.tmt.isoformat()}


OPS: dict[str, Callable[[Given], dict[str, Any]]] = {
    "eligibility": _eligibility,
    "period_exists": _period_exists,
    "jf_earliest_tmt": _earliest,
}
