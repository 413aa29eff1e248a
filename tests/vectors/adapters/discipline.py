"""Vectors of `discipline`: dates to absence, tiers to their ids."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from eperf.domain.attendance.calendar import WorkCalendar
from eperf.domain.discipline.absence import count_absence
from eperf.domain.discipline.allowance import punishment_cut
from eperf.domain.discipline.minutes import MINUTES_RULES, days_of_minutes
from eperf.domain.discipline.proposal import propose, running_tiers
from eperf.domain.discipline.tiers import PP94
from tests.vectors.reading import Given, read_days, read_list, read_text, read_whole


def _pp94_tier(given: Given) -> dict[str, Any]:
    run = read_whole(given, "longest_consecutive_run", 0)
    proposal = propose(PP94, read_whole(given, "absent_days_in_year", 0), run)
    return {
        "tier": proposal.tier.id,
        "class": proposal.tier.penalty_class.value,
        "salary_stops_next_month": proposal.salary_stops_next_month,
    }


def _pp94_calendar(given: Given) -> dict[str, Any]:
    calendar = WorkCalendar(holidays=dict.fromkeys(read_days(given, "holidays"), ""))
    absence = count_absence(read_days(given, "absent_dates"), calendar.is_working_day)
    return {
        "by_year": [
            {"year": year, "days": days, "tier": PP94.by_days(days).id}
            for year, days in absence.days_by_year.items()
        ],
        "longest_consecutive_run": absence.longest_run,
        "dismissal_by_run": PP94.by_run(absence.longest_run) is not None,
    }


def _pp94_running(given: Given) -> dict[str, Any]:
    batches = [
        read_whole({"absent_day_batches": days}, "absent_day_batches")
        for days in read_list(given, "absent_day_batches")
    ]
    tiers = running_tiers(PP94, batches)
    return {"tier_after_each_batch": [tier.id for tier in tiers]}


def _minutes_to_days(given: Given) -> dict[str, Any]:
    minutes = read_whole(given, "late_early_min_in_year", 0)
    return {"days": days_of_minutes(minutes, MINUTES_RULES[-1])}


def _permentan_2012_cut(given: Given) -> dict[str, Any]:
    row = punishment_cut("kementan-2012", read_text(given, "punishment"))
    return {"cut_pct": row.cut_pct, "months": row.months}


OPS: dict[str, Callable[[Given], dict[str, Any]]] = {
    "pp94_tier": _pp94_tier,
    "pp94_calendar": _pp94_calendar,
    "pp94_running": _pp94_running,
    "minutes_to_days": _minutes_to_days,
    "permentan_2012_cut": _permentan_2012_cut,
}
