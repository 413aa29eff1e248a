"""Appeals against a leaf of a score: raised, answered by somebody who had no part in it, and settled by a run.

An accepted appeal corrects the fact that the leaf rests on, if it is one that can be corrected; the month is run again
in any case, and a closed one makes an adjusting entry. Of several who answer at once one wins and the others get
`CONFLICT`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, cast

from eperf.domain.access import Operation
from eperf.domain.appeal import (
    PENDING,
    AppealState,
    Remedy,
    evidence_of,
    leaf_at,
    require_fitting,
    require_free,
    require_in_time,
    require_state,
    twin_of,
)
from eperf.domain.attendance.calendar import civil_day, zone_named
from eperf.domain.attendance.request import checked_files
from eperf.domain.errors import Conflict, Forbidden, NotFound
from eperf.domain.scoring.adjusting import balance
from eperf.domain.scoring.events import (
    AppealAccepted,
    AppealRaised,
    AppealRefused,
    AppealSettled,
    AppealWithdrawn,
)
from eperf.domain.text import clean
from eperf.services.attached import attach
from eperf.services.call import Call, answer, answered, work
from eperf.services.parts import Slot, bound
from eperf.services.remedy import correct, deciders
from eperf.store import late
from eperf.store.adjustment import AdjustmentRow
from eperf.store.appeal import AnswerFileRow, AppealFileRow, AppealRow
from eperf.store.closing import FrozenRow
from eperf.store.organisation import UnitRow
from eperf.store.people import EmployeeRow
from eperf.store.scope import subject_of_employee
from eperf.store.scoring import ScoreRow

_MOST_TEXT = 2000


async def raise_appeal(
    call: Call, score_id: int, leaf: int, input_digest: str, reason: str, files: Sequence[int] = ()
) -> int:
    """Raises an appeal against a leaf of one's own score, which has the fingerprint that was seen; gives its id.

    Refuses after the last day for it, a leaf against which an appeal is pending, and units without a rule for appeals.
    """
    reason, files = clean("reason", reason, most=_MOST_TEXT, lines=True), checked_files(files)
    async with work(call) as opened:
        before = await answered(call, "raiseAppeal", [score_id, leaf, input_digest, reason, list(files)])
        if before is not None:
            return before
        # One appeal of a person at a time, so that two at once do not both find the leaf free.
        score, employee = await _own_score(call, score_id)
        if score.input_digest != input_digest:
            raise Conflict("inputDigest", score_id, "the score was computed again")
        disputed = leaf_at(score.breakdown, leaf)
        pending = AppealRow.filter(score_id=score.id, leaf=leaf, state__in=[one.value for one in PENDING])
        if await pending.exists():
            raise Conflict("leaf", leaf, "an appeal against it is pending")
        today = await _today(call, employee)
        rule = (await bound(call.parts, Slot.APPEAL, score.unit_id, today)).settings
        frozen = await FrozenRow.get_or_none(unit_id=score.unit_id, period=score.period)
        until = frozen.appeal_until if frozen else None
        require_in_time(until, today)
        row = await AppealRow.create(
            employee_id=employee.id, unit_id=score.unit_id, score_id=score.id, period=score.period, leaf=leaf,
            leaf_before=disputed, before_h=await _balance(score), reason=reason, state=AppealState.OPEN.value,
            raised_at=call.now, raise_until=until, answer_until=rule.answer_until(today),
        )  # fmt: skip
        await attach(call, AppealFileRow, "appeal_id", row.id, files)
        opened.emit(AppealRaised(**_told(row)))
        await answer(call, row.id)
        return int(row.id)


async def withdraw(call: Call, appeal_id: int) -> int:
    """Takes one's own appeal back while it is open."""
    async with work(call) as opened:
        before = await answered(call, "withdrawAppeal", [appeal_id])
        if before is not None:
            return before
        row = await _readable(call, appeal_id)
        employee = await EmployeeRow.get(id=row.employee_id)
        call.require(Operation.APPEAL_RAISE, await subject_of_employee(employee), "appeal")
        require_state(row.state, AppealState.OPEN, appeal_id)
        await _change(row, state=AppealState.WITHDRAWN.value)
        opened.emit(AppealWithdrawn(**_told(row)))
        await answer(call, row.id)
        return int(row.id)


async def refuse(call: Call, appeal_id: int, note: str, files: Sequence[int] = ()) -> int:
    """Refuses an appeal with the reason."""
    note, files = clean("note", note, most=_MOST_TEXT, lines=True), checked_files(files)
    async with work(call) as opened:
        before = await answered(call, "refuseAppeal", [appeal_id, note, list(files)])
        if before is not None:
            return before
        row = await _reviewed(call, appeal_id)
        decided = _decision(call, note)
        await _change(row, state=AppealState.REFUSED.value, **decided)
        await attach(call, AnswerFileRow, "appeal_id", row.id, files)
        opened.emit(AppealRefused(**_told(row), decided_by=cast(int, call.viewer.employee_id)))
        await answer(call, row.id)
        return int(row.id)


async def accept(call: Call, appeal_id: int, note: str, remedy: Remedy, files: Sequence[int] = ()) -> int:
    """Accepts an appeal with the reason, and corrects the fact that the leaf rests on, as far as a remedy is given."""
    note, files = clean("note", note, most=_MOST_TEXT, lines=True), checked_files(files)
    async with work(call) as opened:
        given = [appeal_id, note, list(files), [str(one) for one in vars(remedy).values()]]
        before = await answered(call, "acceptAppeal", given)
        if before is not None:
            return before
        row = await _reviewed(call, appeal_id)
        require_fitting(remedy, evidence_of(row.leaf_before)[0])
        await _change(row, state=AppealState.ACCEPTED.value, **_decision(call, note))
        await attach(call, AnswerFileRow, "appeal_id", row.id, files)
        await correct(call, opened, row, remedy, note)
        opened.emit(AppealAccepted(**_told(row), decided_by=cast(int, call.viewer.employee_id)))
        await answer(call, row.id)
        return int(row.id)


async def settle_accepted(call: Call) -> int:
    """Settles accepted appeals whose month has been run again since; gives how many."""
    settled = 0
    for row in await AppealRow.filter(state=AppealState.ACCEPTED.value).order_by("id"):
        if await late.unscored(row.employee_id, row.period) or await late.unread(row.employee_id, row.period):
            continue
        score = await ScoreRow.get(id=row.score_id)
        after_h = await _balance(score)
        if after_h is None:
            continue
        entry = (await late.latest([row.employee_id], row.period)).get(row.employee_id)
        leaf = twin_of(row.leaf_before, entry.breakdown if entry else score.breakdown)
        async with work(call) as opened:
            await _change(
                row, state=AppealState.SETTLED.value, after_h=after_h, leaf_after=leaf, settled_at=call.now
            )
            opened.emit(AppealSettled(**_told(row), before_h=row.before_h, after_h=after_h))
        settled += 1
    return settled


async def _own_score(call: Call, score_id: int) -> tuple[ScoreRow, EmployeeRow]:
    employee = await EmployeeRow.get_or_none(id=call.viewer.employee_id or 0, active=True)
    if employee is None:
        raise Forbidden(Operation.APPEAL_RAISE.value)
    await EmployeeRow.select_for_update(no_key=True).get(id=employee.id)
    call.require(Operation.APPEAL_RAISE, await subject_of_employee(employee))
    score = await ScoreRow.get_or_none(id=score_id, employee_id=employee.id)
    if score is None:
        raise NotFound("score", score_id)
    return score, employee


async def _balance(score: ScoreRow) -> int | None:
    """The score with its adjusting entries; None while there is no figure at all."""
    entries = await AdjustmentRow.filter(score_id=score.id).values_list("difference_h", flat=True)
    found = [int(str(one)) for one in entries]
    return balance(score.score_h, found) if found or score.score_h is not None else None


async def _readable(call: Call, appeal_id: int) -> AppealRow:
    row = await AppealRow.get_or_none(id=appeal_id)
    if row is None:
        raise NotFound("appeal", appeal_id)
    employee = await EmployeeRow.get(id=row.employee_id)
    try:
        call.require(Operation.APPEAL_READ, await subject_of_employee(employee))
    except Forbidden as hidden:
        raise NotFound("appeal", appeal_id) from hidden
    return row


async def _reviewed(call: Call, appeal_id: int) -> AppealRow:
    """An open appeal that the caller may answer: by the access table, and free of what the leaf rests on."""
    row = await _readable(call, appeal_id)
    employee = await EmployeeRow.get(id=row.employee_id)
    call.require(Operation.APPEAL_DECIDE, await subject_of_employee(employee), "appeal")
    if call.viewer.employee_id is None:
        raise Forbidden(Operation.APPEAL_DECIDE.value)  # a person answers, with a name
    require_free(await deciders(row), call.viewer.employee_id, call.viewer.stands_in_for)
    require_state(row.state, AppealState.OPEN, appeal_id)
    return row


def _decision(call: Call, note: str) -> dict[str, object]:
    return {"decided_at": call.now, "decided_by_id": call.viewer.employee_id, "decision_note": note}


def _told(row: AppealRow) -> dict[str, Any]:
    return {
        "subject_id": row.id, "unit_id": row.unit_id, "employee_id": row.employee_id, "period": row.period,
    }  # fmt: skip


async def _change(row: AppealRow, **values: object) -> None:
    # The version is the lock: whoever changed the row first has moved it on.
    known = AppealRow.filter(id=row.id, version=row.version, state=row.state)
    if not await known.update(version=row.version + 1, **values):
        raise Conflict("appeal", row.id, "somebody else changed it")


async def _today(call: Call, employee: EmployeeRow) -> date:
    unit = await UnitRow.get(id=employee.unit_id)
    return civil_day(call.now, zone_named(unit.zone))
