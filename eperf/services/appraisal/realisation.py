"""Reporting what was reached of targets, and accepting it."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Any

from eperf.domain.access import Operation
from eperf.domain.appraisal.deadline import Step
from eperf.domain.appraisal.events import RealisationAccepted, RealisationReported, RealisationReturned
from eperf.domain.appraisal.plan import (
    PlanState,
    RealisationState,
    Reported,
    Verdict,
    checked_reported,
    require_plan_state,
    require_realisation_state,
)
from eperf.domain.appraisal.term import Term, felt_in
from eperf.domain.errors import Conflict, Forbidden, NotFound
from eperf.domain.period import YearMonth
from eperf.services.appraisal.standing import decision, in_time, noted, require, subject
from eperf.services.attached import attach
from eperf.services.call import Call, answer, answered, work
from eperf.store import felt
from eperf.store.lock import Lock, take
from eperf.store.plan import PlanRow, RealisationFileRow, RealisationRow, TargetRow


async def report(call: Call, target_id: int, given: Reported) -> int:
    """Reports what was reached of a target up to the end of a month; gives its id.

    Only of an agreed plan, one at a time for a month. A later report for the same month corrects an accepted one.
    """
    async with work(call) as opened:
        known = await answered(call, "reportRealisation", [target_id, asdict(given)])
        if known is not None:
            return known
        await take(Lock.PLANS)
        plan = await _plan_of(call, target_id)
        require_plan_state(plan.state, PlanState.AGREED, plan.id)
        today = await in_time(call, Step.REALISATION_REPORT, plan.unit_id, str(given.through))
        given = checked_reported(given, Term.parse(plan.period), YearMonth.of(today))
        waiting = RealisationRow.filter(
            target_id=target_id, through=str(given.through), state=RealisationState.REPORTED.value
        )
        if await waiting.exists():
            raise Conflict("through", str(given.through), "a report for it waits to be accepted")
        row = await RealisationRow.create(
            target_id=target_id, employee_id=plan.employee_id, unit_id=plan.unit_id, through=str(given.through),
            realised_h=given.realised_h, note=given.note, state=RealisationState.REPORTED.value,
            reported_at=call.now, reported_by_id=call.viewer.account_id or None,
        )  # fmt: skip
        await attach(call, RealisationFileRow, "realisation_id", row.id, given.files)
        opened.emit(RealisationReported(**_told(row)))
        await answer(call, row.id)
        return int(row.id)


async def decide(call: Call, realisation_id: int, verdict: Verdict, note: str | None = None) -> int:
    """Accepts a realisation, which counts from then on, or returns it with a note; never by who reported it."""
    note = noted(note, needed=verdict is Verdict.RETURN)
    async with work(call) as opened:
        known = await answered(call, f"{verdict.value}Realisation", [realisation_id, note])
        if known is not None:
            return known
        row = await _decidable(call, realisation_id)
        state = RealisationState.RETURNED
        if verdict is Verdict.ACCEPT:
            state = RealisationState.ACCEPTED
            today = await in_time(call, Step.REALISATION_ACCEPT, row.unit_id, row.through)
            if row.employee_id is not None:
                await felt.mark([row.employee_id], await _felt(row, today), today)
        values = await decision(call, row.employee_id, note)
        await _change(row, state=state.value, **values)
        kind = RealisationAccepted if verdict is Verdict.ACCEPT else RealisationReturned
        opened.emit(kind(**_told(row), decided_by=call.viewer.employee_id))
        await answer(call, row.id)
        return int(row.id)


async def _plan_of(call: Call, target_id: int) -> PlanRow:
    target = await TargetRow.get_or_none(id=target_id)
    if target is None:
        raise NotFound("target", target_id)
    plan = await PlanRow.get(id=target.plan_id)
    write = Operation.UNIT_PLAN_WRITE if plan.employee_id is None else Operation.PLAN_WRITE
    whom = await subject(plan.unit_id, plan.employee_id)
    require(call, Operation.PLAN_READ, write, whom, "target", target_id)
    return plan


async def _decidable(call: Call, number: int) -> RealisationRow:
    row = await RealisationRow.get_or_none(id=number)
    if row is None:
        raise NotFound("realisation", number)
    decides = Operation.UNIT_PLAN_DECIDE if row.employee_id is None else Operation.PLAN_DECIDE
    whom = await subject(row.unit_id, row.employee_id)
    require(call, Operation.PLAN_READ, decides, whom, "realisation", number)
    require_realisation_state(row.state, RealisationState.REPORTED, number)
    if row.reported_by_id is not None and row.reported_by_id == call.viewer.account_id:
        raise Forbidden(decides.value, "realisation")
    return row


async def _felt(row: RealisationRow, today: date) -> tuple[YearMonth, YearMonth] | None:
    """The months that are scored with it: from the one it was reported for."""
    target = await TargetRow.get(id=row.target_id)
    span = felt_in(Term.parse((await PlanRow.get(id=target.plan_id)).period), today)
    return None if span is None else (max(span[0], YearMonth.parse(row.through)), span[1])


async def _change(row: RealisationRow, **values: object) -> None:
    # The version is the lock: whoever changed the row first has moved it on.
    known = RealisationRow.filter(id=row.id, version=row.version, state=row.state)
    if not await known.update(version=row.version + 1, **values):
        raise Conflict("realisation", row.id, "somebody else changed it")


def _told(row: RealisationRow) -> dict[str, Any]:
    return {
        "subject_id": row.id,
        "unit_id": row.unit_id,
        "employee_id": row.employee_id,
        "through": row.through,
    }
