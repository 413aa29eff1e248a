"""Writing plans, agreeing to them, and revising them. One lock for all: a cascade spans the plans of many."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from eperf.domain.access import Operation
from eperf.domain.appraisal.deadline import Step
from eperf.domain.appraisal.events import (
    PlanAgreed,
    PlanDrafted,
    PlanReturned,
    PlanRevised,
    PlanSubmitted,
    TargetLinked,
)
from eperf.domain.appraisal.plan import (
    PlanLevel,
    PlanState,
    Target,
    Verdict,
    checked_targets,
    require_plan_state,
    require_submittable,
)
from eperf.domain.appraisal.term import Term, felt_in
from eperf.domain.errors import BadInput, Conflict, Forbidden, NotFound, Taken
from eperf.services.appraisal.cascade import before, require_open, require_parent, require_parents
from eperf.services.appraisal.standing import caller, decision, in_time, noted, require, subject
from eperf.services.call import Call, Work, answer, answered, work
from eperf.store import felt
from eperf.store.lock import Lock, take
from eperf.store.organisation import UnitRow
from eperf.store.plan import PlanRow, RealisationRow, TargetRow
from eperf.store.scope import subject_of_unit

_LIVING = (PlanState.DRAFT.value, PlanState.SUBMITTED.value)
_COPIED = ("parent_id", "kind", "title", "aspect", "measure", "target_h", "lower_is_better", "weight_h")


@dataclass(frozen=True)
class Draft:
    """A plan to write: of the caller, or with `unit_id` of that unit and then of a level of units."""

    term: Term
    targets: tuple[Target, ...]
    unit_id: int | None = None
    level: PlanLevel = PlanLevel.INDIVIDUAL


async def draft(call: Call, given: Draft) -> int:
    """Writes a plan's first draft; gives its id. Refuses a second one of the same owner, level and period."""
    targets = checked_targets(given.targets)
    async with work(call) as opened:
        known = await answered(call, "draftPlan", asdict(given))
        if known is not None:
            return known
        await take(Lock.PLANS)
        employee_id, unit_id = await _owner(call, given)
        row = PlanRow(
            employee_id=employee_id, unit_id=unit_id, level=given.level.value, period=given.term.text,
            first_day=given.term.first, last_day=given.term.last, state=PlanState.DRAFT.value, revision=0,
        )  # fmt: skip
        await _require_free(row)
        await row.save()
        await _write(row, targets)
        opened.emit(PlanDrafted(**_told(row)))
        await answer(call, row.id)
        return int(row.id)


async def edit(call: Call, plan_id: int, targets: Sequence[Target]) -> int:
    """Writes the targets of a draft anew."""
    targets = checked_targets(targets)
    async with work(call) as opened:
        known = await answered(call, "editPlan", [plan_id, [asdict(one) for one in targets]])
        if known is not None:
            return known
        row = await _own(call, plan_id, PlanState.DRAFT)
        await TargetRow.filter(plan_id=row.id).delete()
        await _write(row, targets)
        await _change(row)
        opened.emit(PlanDrafted(**_told(row)))
        await answer(call, row.id)
        return int(row.id)


async def link(call: Call, target_id: int, parent_id: int) -> int:
    """Says later which target a target serves, also when its plan was agreed to before there was one."""
    async with work(call) as opened:
        known = await answered(call, "linkTarget", [target_id, parent_id])
        if known is not None:
            return known
        target = await TargetRow.get_or_none(id=target_id)
        if target is None:
            raise NotFound("target", target_id)
        row = await _own(call, target.plan_id, None, "target", target_id)
        if row.state == PlanState.REVISED:
            raise Conflict("target", target_id, "its plan was revised")
        if target.parent_id is not None and row.state != PlanState.DRAFT:
            raise Conflict("target", target_id, "it serves another target")
        await require_parent("parent", row, target_id, parent_id)
        await TargetRow.filter(id=target_id).update(parent_id=parent_id)
        opened.emit(TargetLinked(**{**_told(row), "subject_id": target_id}))
        await answer(call, target_id)
        return target_id


async def submit(call: Call, plan_id: int) -> int:
    """Hands a draft over to be agreed to."""
    async with work(call) as opened:
        known = await answered(call, "submitPlan", plan_id)
        if known is not None:
            return known
        row = await _own(call, plan_id, PlanState.DRAFT)
        await in_time(call, Step.PLAN_SUBMIT, row.unit_id, row.period)
        require_submittable(await TargetRow.filter(plan_id=row.id).count())
        await _change(
            row, state=PlanState.SUBMITTED.value, submitted_at=call.now,
            submitted_by_id=call.viewer.account_id or None,
        )  # fmt: skip
        opened.emit(PlanSubmitted(**_told(row)))
        await answer(call, row.id)
        return int(row.id)


async def decide(call: Call, plan_id: int, verdict: Verdict, note: str | None = None) -> int:
    """Agrees to a plan, or returns it with a note.

    A person's plan is for the superior, or who acts for them; a unit's for a leader of the unit or above it, and never
    for who submitted it. Of several who decide at once one wins and the others get `CONFLICT`.
    """
    note = noted(note, needed=verdict is Verdict.RETURN)
    async with work(call) as opened:
        known = await answered(call, f"{verdict.value}Plan", [plan_id, note])
        if known is not None:
            return known
        await take(Lock.PLANS)
        row = await _decidable(call, plan_id)
        values = await decision(call, row.employee_id, note)
        told = {**_told(row), "decided_by": call.viewer.employee_id}
        if verdict is Verdict.RETURN:
            await _change(row, state=PlanState.DRAFT.value, **values)
            opened.emit(PlanReturned(**told))
        else:
            today = await in_time(call, Step.PLAN_AGREE, row.unit_id, row.period)
            await _replace(opened, row)
            await _change(row, state=PlanState.AGREED.value, **values)
            opened.emit(PlanAgreed(**told))
            if row.employee_id is not None:
                await felt.mark([row.employee_id], felt_in(Term.parse(row.period), today), today)
        await answer(call, row.id)
        return int(row.id)


async def revise(call: Call, plan_id: int, reason: str) -> int:
    """Takes an agreed plan up again: a draft with its targets, which takes its place once it is agreed to."""
    text = noted(reason, needed=True)
    async with work(call) as opened:
        known = await answered(call, "revisePlan", [plan_id, text])
        if known is not None:
            return known
        old = await _own(call, plan_id, PlanState.AGREED)
        if await PlanRow.filter(revises_id=old.id, state__in=_LIVING).exists():
            raise Conflict("plan", plan_id, "it is being revised")
        row = await PlanRow.create(
            employee_id=old.employee_id, unit_id=old.unit_id, level=old.level, period=old.period,
            first_day=old.first_day, last_day=old.last_day, state=PlanState.DRAFT.value, revision=old.revision + 1,
            revises_id=old.id, reason=text,
        )  # fmt: skip
        copies = [
            TargetRow(plan_id=row.id, **{name: getattr(one, name) for name in _COPIED})
            for one in await TargetRow.filter(plan_id=old.id).order_by("id")
        ]
        await TargetRow.bulk_create(copies)
        opened.emit(PlanDrafted(**_told(row)))
        await answer(call, row.id)
        return int(row.id)


async def _owner(call: Call, given: Draft) -> tuple[int | None, int]:
    """Whose plan it is: the employee if any, and the unit."""
    if (given.unit_id is None) != (given.level is PlanLevel.INDIVIDUAL):
        raise BadInput("level", given.level, "a unit's plan is IKU or IKK, a person's is individual")
    if given.unit_id is None:
        person = await caller(call, Operation.PLAN_WRITE)
        return person.id, person.unit_id
    if not await UnitRow.exists(id=given.unit_id):
        raise NotFound("unit", given.unit_id)
    call.require(Operation.UNIT_PLAN_WRITE, await subject_of_unit(given.unit_id), "unit")
    return None, given.unit_id


async def _require_free(row: PlanRow) -> None:
    same = PlanRow.filter(employee_id=row.employee_id, level=row.level, period=row.period)
    if row.employee_id is None:
        same = same.filter(unit_id=row.unit_id)
    if await same.filter(state__in=_LIVING).exists():
        raise Taken("period", row.period)
    agreed = await same.get_or_none(state=PlanState.AGREED.value)
    if agreed is not None:
        raise Conflict("period", row.period, "its plan was agreed to; revise that one")


async def _own(
    call: Call, plan_id: int, state: PlanState | None, field: str = "plan", number: int | None = None
) -> PlanRow:
    """A plan that the caller may write, in that state."""
    await take(Lock.PLANS)
    row = await PlanRow.get_or_none(id=plan_id)
    if row is None:
        raise NotFound(field, number or plan_id)
    write = Operation.UNIT_PLAN_WRITE if row.employee_id is None else Operation.PLAN_WRITE
    whom = await subject(row.unit_id, row.employee_id)
    require(call, Operation.PLAN_READ, write, whom, field, number or plan_id)
    if state is not None:
        require_plan_state(row.state, state, plan_id)
    return row


async def _decidable(call: Call, plan_id: int) -> PlanRow:
    row = await PlanRow.get_or_none(id=plan_id)
    if row is None:
        raise NotFound("plan", plan_id)
    decides = Operation.UNIT_PLAN_DECIDE if row.employee_id is None else Operation.PLAN_DECIDE
    whom = await subject(row.unit_id, row.employee_id)
    require(call, Operation.PLAN_READ, decides, whom, "plan", plan_id)
    require_plan_state(row.state, PlanState.SUBMITTED, plan_id)
    if row.submitted_by_id is not None and row.submitted_by_id == call.viewer.account_id:
        raise Forbidden(decides.value, "plan")
    return row


async def _write(row: PlanRow, targets: Sequence[Target]) -> None:
    await require_parents(row, targets)
    rows = [
        TargetRow(
            plan_id=row.id, parent_id=one.parent, kind=one.kind.value, title=one.title, aspect=one.aspect.value,
            measure=one.measure, target_h=one.target_h, lower_is_better=one.lower_is_better, weight_h=one.weight_h,
        )
        for one in targets
    ]  # fmt: skip
    if rows:
        await TargetRow.bulk_create(rows)


async def _replace(opened: Work, row: PlanRow) -> None:
    """A revision takes the place of its plan: what serves a target, and what was reached of it, goes to its heir."""
    if row.revises_id is None:
        return
    for target in await TargetRow.filter(plan_id=row.id).order_by("id"):
        old = await before(row, target.title, target.aspect)
        if old is None:
            continue
        if target.parent_id is not None:
            await require_open("plan", old.id, target.parent_id)
        await TargetRow.filter(parent_id=old.id).update(parent_id=target.id)
        await RealisationRow.filter(target_id=old.id).update(target_id=target.id)
    revised = await PlanRow.get(id=row.revises_id)
    await _change(revised, state=PlanState.REVISED.value)
    opened.emit(PlanRevised(**_told(revised)))


async def _change(row: PlanRow, **values: object) -> None:
    # The version is the lock: whoever changed the row first has moved it on.
    known = PlanRow.filter(id=row.id, version=row.version, state=row.state)
    if not await known.update(version=row.version + 1, **values):
        raise Conflict("plan", row.id, "somebody else changed it")


def _told(row: PlanRow) -> dict[str, Any]:
    return {
        "subject_id": row.id,
        "unit_id": row.unit_id,
        "employee_id": row.employee_id,
        "period": row.period,
    }
