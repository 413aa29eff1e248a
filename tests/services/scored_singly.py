"""Scoring one month after the other with the ORM's objects: slow, plain, and what scoring by sets is held against.

It writes nothing: it says which scores, events and dirty rows there must be afterwards.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import orjson
import polars as pl

from eperf.domain.appraisal.term import handed_from, predikat_from
from eperf.domain.attendance.calendar import WorkCalendar
from eperf.domain.errors import Refused
from eperf.domain.period import YearMonth
from eperf.domain.scoring import (
    ACTIVITIES,
    BEHAVIOUR,
    DAYS,
    EMPLOYEES,
    PREDIKAT,
    TARGETS,
    Scored,
    UnitPeriod,
    score,
)
from eperf.services.calendars import calendars
from eperf.services.call import Call
from eperf.services.parts import Bound, Slot, bound
from eperf.store.activity import ActivityRow
from eperf.store.attendance import DayRow
from eperf.store.behaviour import BehaviourRow
from eperf.store.catalogue import ItemRow
from eperf.store.organisation import PositionRow, UnitRow
from eperf.store.people import EmployeeRow, PlacementRow
from eperf.store.plan import PlanRow, RealisationRow, TargetRow
from eperf.store.predikat import PredikatRow
from eperf.store.scoring import DirtyRow, ScoreRow

COMPARED = (
    "unit_id", "score_h", "state", "cause", "scheme", "scheme_version", "settings_digest", "input_digest", "breakdown",
)  # fmt: skip
Key = tuple[int, str]


@dataclass
class Expected:
    """Scores by employee and period; of those that are written anew or differ, the score before."""

    scores: dict[Key, dict[str, Any]]
    told: dict[Key, int | None]


async def expected(call: Call) -> Expected:
    """What must be true when all that is dirty now has been scored."""
    scores = {(row.employee_id, row.period): _kept(row) for row in await ScoreRow.all()}
    told: dict[Key, int | None] = {}
    for dirty in await DirtyRow.all():
        key = (dirty.employee_id, dirty.period)
        new = await _scored(call, dirty.employee_id, YearMonth.parse(dirty.period))
        old = scores.get(key)
        if old != new:
            told[key] = None if old is None else old["score_h"]
            scores[key] = new
    return Expected(scores, told)


def _kept(row: ScoreRow) -> dict[str, Any]:
    return {name: getattr(row, name) for name in COMPARED}


async def stored() -> dict[Key, dict[str, Any]]:
    """The scores as they are."""
    return {(row.employee_id, row.period): _kept(row) for row in await ScoreRow.all()}


async def _scored(call: Call, employee_id: int, period: YearMonth) -> dict[str, Any]:
    last = min(period.last, call.today)
    placed = PlacementRow.filter(employee_id=employee_id, valid_from__lte=last).order_by("-valid_from")
    placement = await placed.first()
    person = await EmployeeRow.get(id=employee_id)
    unit_id = placement.unit_id if placement else person.unit_id
    day = min(period.last, max(call.today, period.first))
    try:
        scheme = await bound(call.parts, Slot.SCHEME, unit_id, day)
        working_days = await _working_days(call, unit_id, period)
    except Refused as refusal:
        cause = f"scheme-unusable: {refusal.message('en')}"[:200]
        none = dict.fromkeys(COMPARED, "") | {"score_h": None, "breakdown": []}
        return none | {"unit_id": unit_id, "state": "provisional", "cause": cause}
    facts = await _facts(person, unit_id, period, working_days)
    return _row(scheme, score(scheme.registered.part, scheme.settings, facts), employee_id)


def _row(scheme: Bound, scored: Scored, employee_id: int) -> dict[str, Any]:
    ((_, score_h, state, cause),) = scored.scores.iter_rows()
    return {
        "unit_id": scored.unit_period.unit_id,
        "score_h": score_h,
        "state": state,
        "cause": cause,
        "scheme": scheme.registered.key,
        "scheme_version": scheme.registered.version,
        "settings_digest": scored.settings_digest,
        "input_digest": scored.input_digest,
        "breakdown": orjson.loads(orjson.dumps(scored.trail(employee_id))),
    }


async def _working_days(call: Call, unit_id: int, period: YearMonth) -> int:
    rule = await bound(call.parts, Slot.WORK_TIME, unit_id, period.last)
    free = (await calendars([unit_id], period.days()))[unit_id]
    named = {day: holiday.name for day, holiday in free.holidays.items()}
    calendar = WorkCalendar(6 if getattr(rule.settings, "days_per_week", 5) == 6 else 5, named)
    return sum(calendar.is_working_day(day) for day in period.days())


async def _facts(person: EmployeeRow, unit_id: int, period: YearMonth, working_days: int) -> UnitPeriod:
    unit = await UnitRow.get(id=unit_id)
    position = await PositionRow.get_or_none(id=person.position_id)
    within = {"employee_id": person.id, "date__gte": period.first, "date__lte": period.last}
    items = {row.id: row for row in await ItemRow.all()}
    activities = [
        (
            row.id, row.employee_id, row.date, items[row.item_id].code, items[row.item_id].name, row.minutes,
            row.quantity_h, items[row.item_id].points_per_unit_h, items[row.item_id].unit_size_h,
            items[row.item_id].norm_min, items[row.item_id].fraction_policy, row.state,
        )
        for row in await ActivityRow.filter(**within).exclude(state="draft")
    ]  # fmt: skip
    days = [
        (row.employee_id, row.date, row.status, row.late_min, row.early_min, row.worked_min, row.missing_taps)
        for row in await DayRow.filter(**within)
    ]
    held = (position.code, position.job_class) if position else (None, None)
    kind = position.kind if position else None
    own = (person.id, person.nip, *held, None, person.kind, kind, person.rank)
    return UnitPeriod(
        unit_id=unit_id,
        unit_code=unit.code,
        period=period,
        working_days=working_days,
        employees=pl.DataFrame([own], schema=EMPLOYEES, orient="row"),
        activities=pl.DataFrame(activities, schema=ACTIVITIES, orient="row"),
        days=pl.DataFrame(days, schema=DAYS, orient="row"),
        targets=pl.DataFrame(await _targets(person, period), schema=TARGETS, orient="row"),
        behaviour=pl.DataFrame(await _behaviour(person, period), schema=BEHAVIOUR, orient="row"),
        predikat=pl.DataFrame(await _predikat(person, period), schema=PREDIKAT, orient="row"),
    )


async def _targets(person: EmployeeRow, period: YearMonth) -> list[tuple[Any, ...]]:
    found = []
    for plan in await PlanRow.filter(state="agreed", **_felt(person, period, handed_from(period))):
        for row in await TargetRow.filter(plan_id=plan.id):
            reached = RealisationRow.filter(target_id=row.id, state="accepted", through__lte=str(period))
            last = await reached.order_by("-through", "-id").first()
            found.append((
                row.id, person.id, plan.id, plan.period, row.kind, row.title, row.aspect, row.measure, row.target_h,
                last.realised_h if last else None, last.through if last else None, row.lower_is_better, row.weight_h,
            ))  # fmt: skip
    return found


async def _behaviour(person: EmployeeRow, period: YearMonth) -> list[tuple[Any, ...]]:
    return [
        (person.id, row.period, row.dimension, row.score_h, row.lowest_h, row.highest_h, row.raters, row.state,
         row.known_on)
        for row in await BehaviourRow.filter(**_felt(person, period, handed_from(period)))
    ]  # fmt: skip


async def _predikat(person: EmployeeRow, period: YearMonth) -> list[tuple[Any, ...]]:
    return [
        (person.id, row.period, row.work, row.behaviour, row.predikat, row.known_on)
        for row in await PredikatRow.filter(**_felt(person, period, predikat_from(period)))
    ]


def _felt(person: EmployeeRow, period: YearMonth, since: date) -> dict[str, Any]:
    return {"employee_id": person.id, "first_day__lte": period.last, "last_day__gte": since}
