"""The life of a request for days away, the same for leave and for duty orders.

Decisions go by the version of the row: of several who decide at once one wins and the others get `CONFLICT`. An
approved span is classified anew as far as its days have come, in the same transaction; the rest of it is seen when
each day comes.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, cast

from eperf.domain.access import Operation
from eperf.domain.attendance.calendar import WorkCalendar, civil_day, zone_named
from eperf.domain.attendance.request import (
    LIVING,
    RequestState,
    Span,
    Verdict,
    checked_files,
    require_cancellable,
    require_free,
    require_waiting,
)
from eperf.domain.errors import Conflict, Forbidden, NotFound
from eperf.domain.events import Event
from eperf.domain.text import clean
from eperf.services.attached import attach
from eperf.services.attendance.days import classify, rule_of
from eperf.services.calendars import calendars
from eperf.services.call import Call, Work, answer, answered, work
from eperf.store.circumstances import units_on
from eperf.store.organisation import UnitRow
from eperf.store.people import EmployeeRow
from eperf.store.scope import subject_of_employee

_MOST_NOTE = 1000


@dataclass(frozen=True)
class Noun:
    """What is asked for: its name in fields and keys, its rows, its operations, its events."""

    name: str
    row: type[Any]
    files: type[Any]
    near: str
    """The column of `files` that holds the request's id."""
    read: Operation
    request: Operation
    decide: Operation
    requested: Callable[..., Event]
    verdicts: Mapping[Verdict, Callable[..., Event]]
    cancelled: Callable[..., Event]
    ends: tuple[str, str] = ("first_day", "last_day")
    """The columns of `row` with the first and the last day."""
    field: str = "firstDay"
    """The input that names its days."""
    by_superior: bool = True
    """Whether the direct superior decides, and an acting officer for them; else whoever holds the operation."""
    approvable: Callable[[Any, date], None] | None = None
    """Refuses to approve a row on a day."""
    applied: Callable[[Call, Work, Any, bool], Awaitable[None]] | None = None
    """What else an approval (True) does, or its end (False), before the days are classified anew."""

    def span(self, row: Any) -> Span:
        """The days of a row."""
        return Span(getattr(row, self.ends[0]), getattr(row, self.ends[1]))


@dataclass(frozen=True)
class Asker:
    """Who asks, in which unit on the first day, in which zone, and which days of a span are worked there."""

    employee: EmployeeRow
    unit: UnitRow
    worked: Callable[[Span], Awaitable[list[date]]]


async def ask(
    call: Call, noun: Noun, given: object, span: Span, files: Sequence[int],
    checked: Callable[[Asker], Awaitable[Mapping[str, Any]]],
) -> int:  # fmt: skip
    """Records a request of the caller's own; gives its id. `checked` looks at the rules and gives the row's columns."""
    employee = await _caller(call, noun)
    files = checked_files(files)
    async with work(call) as opened:
        before = await answered(call, f"request.{noun.name}", given)
        if before is not None:
            return before
        # One request of a person at a time, so that two at once do not both find the days free.
        employee = await EmployeeRow.select_for_update(no_key=True).get(id=employee.id)
        held = await noun.row.filter(employee_id=employee.id, state__in=[one.value for one in LIVING])
        require_free(span, [noun.span(row) for row in held], noun.field)
        units = await units_on([(employee.id, span.first)], {employee.id: employee.unit_id})
        unit = await UnitRow.get(id=units[employee.id, span.first])

        async def worked(part: Span) -> list[date]:
            return await _worked(call, unit.id, part)

        values = await checked(Asker(employee, unit, worked))
        row = await noun.row.create(
            employee_id=employee.id, unit_id=unit.id, state=RequestState.REQUESTED.value, requested_at=call.now,
            **dict(zip(noun.ends, (span.first, span.last), strict=True)), **values,
        )  # fmt: skip
        await attach(call, noun.files, noun.near, row.id, files)
        opened.emit(noun.requested(**_told(noun, row)))
        await answer(call, row.id)
        return int(row.id)


async def decide(call: Call, noun: Noun, number: int, verdict: Verdict, note: str | None) -> int:
    """Approves or refuses a request of a direct report, or of one for whose superior the caller acts.

    Of several who decide at once one wins and the others get `CONFLICT`. A refusal needs a note.
    """
    if note is not None or verdict is Verdict.REFUSE:
        note = clean("note", note or "", most=_MOST_NOTE, lines=True)
    async with work(call) as opened:
        before = await answered(call, f"{verdict.value}.{noun.name}", [number, note])
        if before is not None:
            return before
        row = await _readable(call, noun, number)
        asker = await EmployeeRow.get(id=row.employee_id)
        call.require(noun.decide, await subject_of_employee(asker), noun.name)
        require_waiting(row.state, noun.name, number)
        if verdict is Verdict.APPROVE and noun.approvable:
            noun.approvable(row, await _today(call, asker))
        await _change(noun, row, state=verdict.leads_to.value, **_decision(call, noun, asker, note))
        opened.emit(noun.verdicts[verdict](**_told(noun, row), decided_by=call.viewer.employee_id))
        if verdict is Verdict.APPROVE:
            await _follow(call, opened, noun, row, asker, True)
        await answer(call, row.id)
        return int(row.id)


async def cancel(call: Call, noun: Noun, number: int, note: str | None) -> int:
    """Takes back one's own request, or calls somebody back from days that were approved (which needs a note)."""
    async with work(call) as opened:
        before = await answered(call, f"cancel.{noun.name}", [number, note])
        if before is not None:
            return before
        row = await _readable(call, noun, number)
        asker = await EmployeeRow.get(id=row.employee_id)
        own = row.employee_id == call.viewer.employee_id
        call.require(noun.request if own else noun.decide, await subject_of_employee(asker), noun.name)
        if note is not None or not own:
            note = clean("note", note or "", most=_MOST_NOTE, lines=True)
        first = noun.span(row).first
        require_cancellable(row.state, first, await _today(call, asker), not own, noun.name, number)
        decision = {} if own else _decision(call, noun, asker, note)
        await _change(noun, row, state=RequestState.CANCELLED.value, **decision)
        opened.emit(noun.cancelled(**_told(noun, row), decided_by=call.viewer.employee_id))
        if row.state == RequestState.APPROVED:
            await _follow(call, opened, noun, row, asker, False)
        await answer(call, row.id)
        return int(row.id)


async def _caller(call: Call, noun: Noun) -> EmployeeRow:
    employee = await EmployeeRow.get_or_none(id=call.viewer.employee_id or 0, active=True)
    if employee is None:
        raise Forbidden(noun.request.value)
    call.require(noun.request, await subject_of_employee(employee))
    return employee


async def _readable(call: Call, noun: Noun, number: int) -> Any:
    row = await noun.row.get_or_none(id=number)
    if row is None:
        raise NotFound(noun.name, number)
    asker = await EmployeeRow.get(id=row.employee_id)
    try:
        call.require(noun.read, await subject_of_employee(asker))
    except Forbidden as hidden:
        raise NotFound(noun.name, number) from hidden
    return row


async def _change(noun: Noun, row: Any, **values: object) -> None:
    # The version is the lock: whoever changed the row first has moved it on.
    known = noun.row.filter(id=row.id, version=row.version, state=row.state)
    if not await known.update(version=row.version + 1, **values):
        raise Conflict(noun.name, row.id, "somebody else changed it")


def _decision(call: Call, noun: Noun, asker: EmployeeRow, note: str | None) -> dict[str, object]:
    decider = cast(int, call.viewer.employee_id)
    incumbent = asker.supervisor_id if asker.supervisor_id != decider else None
    acted = {"decided_for_id": incumbent} if noun.by_superior else {}
    return {"decided_at": call.now, "decided_by_id": decider, "decision_note": note, **acted}


def _told(noun: Noun, row: Any) -> dict[str, Any]:
    span = noun.span(row)
    return {
        "subject_id": row.id, "unit_id": row.unit_id, "employee_id": row.employee_id, "first": span.first,
        "last": span.last,
    }  # fmt: skip


async def _follow(call: Call, opened: Work, noun: Noun, row: Any, asker: EmployeeRow, approved: bool) -> None:
    if noun.applied:
        await noun.applied(call, opened, row, approved)
    come = noun.span(row).until(await _today(call, asker))
    await classify(call, opened, [(asker.id, day) for day in come])


async def _today(call: Call, employee: EmployeeRow) -> date:
    unit = await UnitRow.get(id=employee.unit_id)
    return civil_day(call.now, zone_named(unit.zone))


async def _worked(call: Call, unit_id: int, span: Span) -> list[date]:
    rule = await rule_of(call, unit_id, span.first)
    free = (await calendars([unit_id], span.days()))[unit_id]
    named = {day: holiday.name for day, holiday in free.holidays.items()}
    week = WorkCalendar(6 if getattr(rule.settings, "days_per_week", 5) == 6 else 5, named)
    return [day for day in span.days() if week.is_working_day(day)]
