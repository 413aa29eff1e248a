"""Reporting work and deciding on it."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from datetime import date
from typing import cast

from eperf.domain.access import Operation, Subject
from eperf.domain.activity import MOST_EVIDENCE, ActivityState, Decision, Report, checked, require_state
from eperf.domain.attendance.calendar import civil_day, zone_named, zones_reached
from eperf.domain.errors import Conflict, Forbidden, NotFound, Refused, Unavailable
from eperf.domain.events import ActivityReturned, ActivitySubmitted, ActivityVerified
from eperf.domain.text import clean
from eperf.services.call import Call, Work, announce, answer, answered, key_of, same, usable, work
from eperf.store import reporting
from eperf.store.activity import ActivityRow, EvidenceRow
from eperf.store.catalogue import ItemRow
from eperf.store.file import FileRow
from eperf.store.items import nearest_of
from eperf.store.organisation import UnitRow
from eperf.store.outbox import NEW
from eperf.store.people import EmployeeRow, PlacementRow
from eperf.store.reporting import Facts, Submission
from eperf.store.scope import subject_of_employee
from eperf.store.visit import Reading, Written

_SUBMIT = "submitActivity"
_TRIES = 5


async def submit(call: Call, report: Report) -> int:
    """Reports an activity of the caller's own; gives its id. The same key again gives the same id."""
    return (await submitted(call, report)).id


async def submitted(call: Call, report: Report, reading: Reading | None = None) -> Written:
    """As `submit`; what is new also comes as `reading` shows it, if that could be told at once.

    The statement that writes asks for itself whether all is as it must be. Only when it has written nothing is looked
    for the reason, which is the answer; where there is none any more (it has changed meanwhile) it is tried again.
    """
    ready = _ready(call, report)
    for _ in range(_TRIES):
        written = None if ready is None else await reporting.write(ready, reading)
        if written is not None:
            announce()
            return written
        facts = await _facts(call, report)
        ready = _submission(call, _allowed(call, report, facts))
        if ready.key is not None and facts.answered is not None:
            return Written(same(ready.key, facts.answered), None)
        _require_known(ready.report, facts)
    raise Unavailable("activity")


def _ready(call: Call, report: Report) -> Submission | None:
    """What would be written; None when that takes facts to say, if only for which refusal comes first."""
    known = Subject(units=frozenset(), employee_id=call.viewer.employee_id)
    try:
        call.require(Operation.ACTIVITY_SUBMIT, known)
        # Whether the day has come is for the statement to say, by the zone of the unit.
        ready = _submission(call, checked(report, report.date))
    except Refused:
        return None
    return ready if ready.zones else None


def _submission(call: Call, report: Report) -> Submission:
    employee_id = cast(int, call.viewer.employee_id)
    key = key_of(call, _SUBMIT, vars(report))
    event = ActivitySubmitted(subject_id=NEW, employee_id=employee_id, date=report.date)
    zones = zones_reached(call.now, report.date)
    return Submission(employee_id, call.viewer.account_id, call.now, zones, report, (event,), key)


async def _facts(call: Call, report: Report) -> Facts:
    key = call.key if call.key is not None and usable(call.key) else None
    asked = dataclasses.replace(report, evidence=report.evidence[: MOST_EVIDENCE + 1])
    facts = await reporting.facts(call.viewer.employee_id or 0, call.viewer.account_id, asked, key)
    if facts is None:
        raise Forbidden(Operation.ACTIVITY_SUBMIT.value)
    return facts


def _allowed(call: Call, report: Report, facts: Facts) -> Report:
    subject = Subject(facts.above, call.viewer.employee_id, facts.supervisor_id)
    call.require(Operation.ACTIVITY_SUBMIT, subject)
    return checked(report, civil_day(call.now, zone_named(facts.zone)))


def _require_known(report: Report, facts: Facts) -> None:
    if facts.nearest != report.item_id:
        raise NotFound("item", report.item_id)
    for file_id in report.evidence:
        if file_id not in facts.owned:
            raise NotFound("evidence", file_id)


async def resubmit(call: Call, activity_id: int, report: Report) -> int:
    """Sends a returned activity again with what was mended."""
    employee = await _caller(call, Operation.ACTIVITY_SUBMIT)
    report = checked(report, await _today(call, employee))
    async with work(call) as opened:
        before = await answered(call, "resubmitActivity", [activity_id, dataclasses.asdict(report)])
        if before is not None:
            return before
        row = await ActivityRow.get_or_none(id=activity_id, employee_id=employee.id)
        if row is None:
            raise NotFound("activity", activity_id)
        require_state(row.state, ActivityState.RETURNED, activity_id)
        unit_id = await _unit_on(employee, report.date)
        await _require_item(report.item_id, unit_id, report.date)
        previous = row.date
        await _change(
            row,
            unit_id=unit_id,
            item_id=report.item_id,
            date=report.date,
            minutes=report.minutes,
            quantity_h=report.quantity_h,
            result=report.result,
            state=ActivityState.SUBMITTED.value,
            submitted_at=call.now,
        )
        await EvidenceRow.filter(activity_id=row.id).delete()
        await _attach(call, row.id, report.evidence)
        row.date, row.unit_id = report.date, unit_id
        _submitted(opened, row)
        if previous != report.date:
            opened.emit(
                ActivitySubmitted(
                    subject_id=row.id, unit_id=unit_id, employee_id=row.employee_id, date=previous
                )
            )
        await answer(call, row.id)
        return int(row.id)


async def decide(call: Call, activity_id: int, decision: Decision, note: str | None = None) -> int:
    """Verifies or returns a submitted activity of a direct report, or of one for whose superior the caller acts.

    Of several who decide at once one wins and the others get `CONFLICT`. A return needs a note.
    """
    note = (
        None
        if note is None and decision is Decision.VERIFY
        else clean("note", note or "", most=1000, lines=True)
    )
    async with work(call) as opened:
        before = await answered(call, f"{decision}Activity", [activity_id, note])
        if before is not None:
            return before
        row = await ActivityRow.get_or_none(id=activity_id).select_related("employee")
        if row is None:
            raise NotFound("activity", activity_id)
        reporter: EmployeeRow = row.employee  # type: ignore[assignment]
        await _require_decider(call, reporter, activity_id)
        require_state(row.state, ActivityState.SUBMITTED, activity_id)
        decider = cast(int, call.viewer.employee_id)
        incumbent = reporter.supervisor_id if reporter.supervisor_id != decider else None
        await _change(
            row,
            state=decision.leads_to.value,
            decided_at=call.now,
            decided_by_id=decider,
            decided_for_id=incumbent,
            decision_note=note,
        )
        kind = ActivityVerified if decision is Decision.VERIFY else ActivityReturned
        opened.emit(
            kind(
                subject_id=row.id,
                unit_id=row.unit_id,
                employee_id=row.employee_id,
                date=row.date,
                decided_by=decider,
            )
        )
        await answer(call, row.id)
        return int(row.id)


async def _caller(call: Call, operation: Operation) -> EmployeeRow:
    employee = await EmployeeRow.get_or_none(id=call.viewer.employee_id or 0, active=True)
    if employee is None:
        raise Forbidden(operation.value)
    call.require(operation, await subject_of_employee(employee))
    return employee


async def _require_decider(call: Call, reporter: EmployeeRow, activity_id: int) -> None:
    subject = await subject_of_employee(reporter)
    visible = Subject(
        units=subject.units, employee_id=subject.employee_id, supervisor_id=subject.supervisor_id
    )
    try:
        call.require(Operation.ACTIVITY_READ, visible)
    except Forbidden as hidden:
        raise NotFound("activity", activity_id) from hidden
    call.require(Operation.ACTIVITY_DECIDE, subject, "activity")


async def _today(call: Call, employee: EmployeeRow) -> date:
    unit = await UnitRow.get(id=employee.unit_id)
    return civil_day(call.now, zone_named(unit.zone))


async def _unit_on(employee: EmployeeRow, day: date) -> int:
    placement = (
        await PlacementRow.filter(employee_id=employee.id, valid_from__lte=day)
        .order_by("-valid_from")
        .first()
    )
    if placement is None or (placement.valid_to is not None and placement.valid_to <= day):
        return employee.unit_id
    return placement.unit_id


async def _require_item(item_id: int, unit_id: int, day: date) -> None:
    item = await ItemRow.get_or_none(id=item_id)
    nearest = item and await nearest_of(unit_id, item.code, day)
    if nearest is None or nearest.id != item_id:
        raise NotFound("item", item_id)


async def _attach(call: Call, activity_id: int, evidence: Sequence[int]) -> None:
    if not evidence:
        return
    own = {file.id for file in await FileRow.filter(id__in=evidence, account_id=call.viewer.account_id)}
    for file_id in evidence:
        if file_id not in own:
            raise NotFound("evidence", file_id)
    await EvidenceRow.bulk_create(
        [EvidenceRow(activity_id=activity_id, file_id=file_id) for file_id in evidence]
    )


async def _change(row: ActivityRow, **values: object) -> None:
    # The version is the lock: whoever changed the row first has moved it on.
    changed = await ActivityRow.filter(id=row.id, version=row.version, state=row.state).update(
        version=row.version + 1, **values
    )
    if not changed:
        raise Conflict("activity", row.id, "somebody else changed it")


def _submitted(opened: Work, row: ActivityRow) -> None:
    opened.emit(
        ActivitySubmitted(subject_id=row.id, unit_id=row.unit_id, employee_id=row.employee_id, date=row.date)
    )
