"""What all verbs of appraisal ask first: who calls, which day it is there, who decides, and whether it is in time."""

from __future__ import annotations

from datetime import date

from eperf.domain.access import Operation, Subject
from eperf.domain.appraisal.deadline import Step, require_in_time
from eperf.domain.attendance.calendar import civil_day, zone_named
from eperf.domain.errors import Forbidden, NotFound
from eperf.domain.text import clean
from eperf.services.call import Call
from eperf.store.organisation import UnitRow
from eperf.store.people import EmployeeRow
from eperf.store.plan import AppraisalDeadlineRow
from eperf.store.scope import ancestors, subject_of_employee, subject_of_unit

_MOST_NOTE = 1000


async def caller(call: Call, operation: Operation) -> EmployeeRow:
    """The employee who calls, for what everybody does for themselves."""
    found = await EmployeeRow.get_or_none(id=call.viewer.employee_id or 0, active=True)
    if found is None:
        raise Forbidden(operation.value)
    call.require(operation, await subject_of_employee(found))
    return found


async def subject(unit_id: int, employee_id: int | None) -> Subject:
    """A person, or without one a unit, as the subject of an operation."""
    if employee_id is None:
        return await subject_of_unit(unit_id)
    return await subject_of_employee(await EmployeeRow.get(id=employee_id))


def require(call: Call, read: Operation, write: Operation, whom: Subject, field: str, number: int) -> None:
    """Asks for an operation; who may not read the thing either is told that there is none."""
    try:
        call.require(write, whom, field)
    except Forbidden:
        try:
            call.require(read, whom)
        except Forbidden as hidden:
            raise NotFound(field, number) from hidden
        raise


async def today_in(call: Call, unit_id: int) -> date:
    """The civil day in a unit."""
    unit = await UnitRow.get(id=unit_id)
    return civil_day(call.now, zone_named(unit.zone))


async def in_time(call: Call, step: Step, unit_id: int, period: str) -> date:
    """Refuses a step after its last day in the unit; gives today's civil day there."""
    above = await ancestors(unit_id)
    rows = await AppraisalDeadlineRow.filter(unit_id__in=above, step=step.value, period=period).order_by(
        "-id"
    )
    latest = {row.unit_id: row.until for row in reversed(rows)}
    today = await today_in(call, unit_id)
    require_in_time(step, next((latest[unit] for unit in above if unit in latest), None), today)
    return today


def noted(note: str | None, *, needed: bool) -> str | None:
    """A note, cleaned; one that is needed is refused when it is missing."""
    if note is None and not needed:
        return None
    return clean("note", note or "", most=_MOST_NOTE, lines=True)


async def decision(call: Call, employee_id: int | None, note: str | None) -> dict[str, object]:
    """The columns of a decision: who, for which incumbent when acting, when, and why."""
    decider = call.viewer.employee_id
    incumbent = None
    if employee_id is not None:
        person = await EmployeeRow.get(id=employee_id)
        incumbent = person.supervisor_id if person.supervisor_id != decider else None
    return {
        "decided_at": call.now,
        "decided_by_id": decider,
        "decided_for_id": incumbent,
        "decision_note": note,
    }
