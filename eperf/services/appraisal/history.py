"""Taking over the past: plans that were agreed to, with what was reached, and predikat that were decided elsewhere.

They arrive decided, so nobody is asked again, and one event tells of a whole batch. Ratings are not taken over: who
gave them is no business of a file.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from eperf.domain.access import Operation
from eperf.domain.appraisal.plan import PlanLevel, PlanState, RealisationState, Target, checked_targets
from eperf.domain.appraisal.predikat import Expectation, predikat_of
from eperf.domain.appraisal.term import Term, felt_in, predikat_felt_in
from eperf.domain.attendance.calendar import ZONES, civil_day
from eperf.domain.events import HistoryTakenOver
from eperf.domain.period import YearMonth
from eperf.services.call import Call, work
from eperf.store import bulk, felt
from eperf.store.plan import PlanRow, TargetRow
from eperf.store.scope import subject_of_unit

_PLAN = (
    "employee_id", "unit_id", "level", "period", "first_day", "last_day", "state", "revision", "submitted_at",
    "decided_at", "decided_by_id", "version",
)  # fmt: skip
_TARGET = (
    "plan_id", "parent_id", "kind", "title", "aspect", "measure", "target_h", "lower_is_better", "weight_h",
)  # fmt: skip
_REALISATION = (
    "target_id", "employee_id", "unit_id", "through", "realised_h", "note", "state", "reported_at", "decided_at",
    "decided_by_id", "version",
)  # fmt: skip
_PREDIKAT = (
    "employee_id", "unit_id", "period", "first_day", "last_day", "work", "behaviour", "predikat", "known_on",
    "decided_at", "decided_by_id", "version",
)  # fmt: skip


@dataclass(frozen=True)
class PastPlan:
    """A plan of the past with its targets, and what was reached of the first ones up to the end of `through`."""

    employee_id: int
    unit_id: int
    term: Term
    targets: tuple[Target, ...]
    reached: tuple[int, ...]
    through: YearMonth
    decided_at: datetime
    decided_by_id: int


@dataclass(frozen=True)
class PastPredikat:
    """A predikat of the past."""

    employee_id: int
    unit_id: int
    term: Term
    work: Expectation
    behaviour: Expectation
    decided_at: datetime
    decided_by_id: int


async def take_over_plans(call: Call, unit_id: int, past: Sequence[PastPlan]) -> int:
    """Stores agreed plans of employees of a unit's subtree, one for each and of one period; gives how many."""
    call.require(Operation.PEOPLE_WRITE, await subject_of_unit(unit_id), "unit")
    if not past:
        return 0
    ready = [(one, checked_targets(one.targets)) for one in past]
    async with work(call) as opened:
        await bulk.insert("work_plan", _PLAN, (_plan(one) for one in past))
        people = [one.employee_id for one in past]
        plans = dict(
            await PlanRow.filter(employee_id__in=people, period=past[0].term.text).values_list(
                "employee_id", "id"
            )
        )
        await bulk.insert(
            "work_target",
            _TARGET,
            (_target(plans[one.employee_id], target) for one, targets in ready for target in targets),
        )
        places = {
            (row.plan_id, row.title, row.aspect): row.id
            for row in await TargetRow.filter(plan_id__in=list(plans.values()))
        }
        await bulk.insert(
            "realisation",
            _REALISATION,
            (
                _realisation(places[plans[one.employee_id], target.title, target.aspect.value], one, reached)
                for one, targets in ready
                for target, reached in zip(targets, one.reached, strict=False)
            ),
        )
        await felt.mark(people, felt_in(past[0].term, call.today), call.today)
        opened.emit(HistoryTakenOver(subject_id=unit_id, unit_id=unit_id, what="plans", rows=len(past)))
    return len(past)


async def take_over_predikat(call: Call, unit_id: int, past: Sequence[PastPredikat]) -> int:
    """Stores predikat of employees of a unit's subtree, all of one period; gives how many."""
    call.require(Operation.PEOPLE_WRITE, await subject_of_unit(unit_id), "unit")
    if not past:
        return 0
    async with work(call) as opened:
        await bulk.insert("predikat", _PREDIKAT, (_predikat(one) for one in past))
        people = [one.employee_id for one in past]
        await felt.mark(people, predikat_felt_in(past[0].term, call.today), call.today)
        opened.emit(HistoryTakenOver(subject_id=unit_id, unit_id=unit_id, what="predikat", rows=len(past)))
    return len(past)


def _plan(one: PastPlan) -> tuple[object, ...]:
    return (
        one.employee_id, one.unit_id, PlanLevel.INDIVIDUAL.value, one.term.text, one.term.first, one.term.last,
        PlanState.AGREED.value, 0, one.decided_at, one.decided_at, one.decided_by_id, 1,
    )  # fmt: skip


def _target(plan_id: int, one: Target) -> tuple[object, ...]:
    return (
        plan_id, one.parent, one.kind.value, one.title, one.aspect.value, one.measure, one.target_h,
        one.lower_is_better, one.weight_h,
    )  # fmt: skip


def _realisation(target_id: int, one: PastPlan, reached: int) -> tuple[object, ...]:
    return (
        target_id, one.employee_id, one.unit_id, str(one.through), reached, "", RealisationState.ACCEPTED.value,
        one.decided_at, one.decided_at, one.decided_by_id, 1,
    )  # fmt: skip


def _predikat(one: PastPredikat) -> tuple[object, ...]:
    found = predikat_of(one.work, one.behaviour, one.term.last)
    return (
        one.employee_id, one.unit_id, one.term.text, one.term.first, one.term.last, one.work.value,
        one.behaviour.value, found.value, civil_day(one.decided_at, ZONES["WIB"]), one.decided_at,
        one.decided_by_id, 1,
    )  # fmt: skip
