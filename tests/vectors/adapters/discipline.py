"""Vectors of `discipline`: dates to absence, tiers to their ids."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from eperf.domain.attendance.calendar import WorkCalendar
from eperf.domain.discipline.absence import count_absence
from eperf.domain.discipline.allowance import punishment_cut
from eperf.domain.discipline.minutes import MINUTES_RULES, days_of_minutes
from eperf.domain.discipline.proposal import propose, running_tiers
from eperf.domain.discipline.tiers import PP94

Given = Mapping[str, Any]


def _dates(texts: list[str] | None) -> list[date]:
    return [date.fromisoformat(text) for text in texts or []]


def _pp94_tier(given: Given) -> dict[str, Any]:
    run = given.get("longest_consecutive_run", 0)
    proposal = propose(PP94, given.get("absent_days_in_year", 0), run)
    return {
        "tier": proposal.tier.id,
        "class": proposal.tier.penalty_class.value,
        "salary_stops_next_month": proposal.salary_stops_next_month,
    }


def _pp94_calendar(given: Given) -> dict[str, Any]:
    calendar = WorkCalendar(holidays=dict.fromkeys(_dates(given.get("holidays")), ""))
    absence = count_absence(_dates(given.get("absent_dates")), calendar.is_working_day)
    return {
        "by_year": [
            {"year": year, "days": days, "tier": PP94.by_days(days).id}
            for year, days in absence.days_by_year.items()
        ],
        "longest_consecutive_run": absence.longest_run,
        "dismissal_by_run": PP94.by_run(absence.longest_run) is not None,
    }


def _pp94_running(given: Given) -> dict[str, Any]:
    tiers = running_tiers(PP94, given.get("absent_day_batches") or [])
    return {"tier_after_each_batch": [tier.id for tier in tiers]}


def _minutes_to_days(given: Given) -> dict[str, Any]:
    return {"days": days_of_minutes(given.get("late_early_min_in_year", 0), MINUTES_RULES[-1])}


def _permentan_2012_cut(given: Given) -> dict[str, Any]:
    row = punishment_cut("kementan-2012", given["punishment"])
    return {"cut_pct": row.cut_pct, "months": row.months}


OPS: dict[str, Callable[[Given], dict[str, Any]]] = {
    "pp94_tier": _pp94_tier,
    "pp94_calendar": _pp94_calendar,
    "pp94_running": _pp94_running,
    "minutes_to_days": _minutes_to_days,
    "permentan_2012_cut": _permentan_2012_cut,
}
