"""Who works which shift on which day: entered by a personnel admin, for days ahead and days past."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from eperf.domain.access import Operation
from eperf.domain.attendance.day import Shift
from eperf.domain.attendance.events import RosterChanged
from eperf.domain.attendance.holiday import FIRST_YEAR, LAST_YEAR
from eperf.domain.attendance.roster import MOST_DAYS, require_apart
from eperf.domain.errors import BadInput, NotFound, TooMany
from eperf.services.call import Call, answer, answered, work
from eperf.store import stale
from eperf.store.circumstances import rosters
from eperf.store.people import EmployeeRow
from eperf.store.roster import RosterRow
from eperf.store.scope import subject_of_employee

_DAY = timedelta(days=1)


async def assign(call: Call, employee_id: int, days: Sequence[date], shift: Shift | None) -> int:
    """Gives an employee a shift on some days, in place of what the roster said of them; None: it says nothing any more.

    Gives the employee's id. Refuses a shift that would start before that of the day before has ended. Days that have
    come are marked, with those beside them, whose taps may belong to them now or before.
    """
    wanted = _checked(days)
    async with work(call) as opened:
        # One change of a person's roster at a time, so that two at once do not overlap.
        employee = await EmployeeRow.select_for_update(no_key=True).get_or_none(id=employee_id, active=True)
        if employee is None:
            raise NotFound("employee", employee_id)
        call.require(Operation.ROSTER_WRITE, await subject_of_employee(employee), "employee")
        given = [employee_id, [day.isoformat() for day in wanted], repr(shift)]
        before = await answered(call, "assignShift", given)
        if before is not None:
            return before
        known = (await rosters({employee_id: (wanted[0] - _DAY, wanted[-1] + _DAY)})).get(employee_id, {})
        changed = [day for day in wanted if known.get(day) != shift]
        if changed:
            after = {**known, **dict.fromkeys(changed, shift)}
            for day in {*changed, *(day + _DAY for day in changed)}:
                require_apart(day, after.get(day - _DAY), after.get(day))
            await _write(call, employee_id, changed, shift)
            opened.emit(
                RosterChanged(
                    subject_id=employee_id, unit_id=employee.unit_id, employee_id=employee_id, first=changed[0],
                    last=changed[-1], shift=None if shift is None else shift.name,
                )
            )  # fmt: skip
            # In the east the next day has begun already.
            last = min(changed[-1] + _DAY, call.today + _DAY)
            await stale.mark_people({employee_id: changed[0] - _DAY}, last)
        await answer(call, employee_id)
        return employee_id


def _checked(days: Sequence[date]) -> list[date]:
    wanted = sorted(set(days))
    if not wanted:
        raise BadInput("days", "[]", "names no day")
    if len(wanted) > MOST_DAYS:
        raise TooMany("days", MOST_DAYS, len(wanted))
    for day in (wanted[0], wanted[-1]):
        if not FIRST_YEAR <= day.year <= LAST_YEAR:
            raise BadInput("days", day.isoformat(), f"lies outside {FIRST_YEAR} to {LAST_YEAR}")
    if (wanted[-1] - wanted[0]).days > 366:
        raise BadInput("days", wanted[-1].isoformat(), "lies more than a year after the first")
    return wanted


async def _write(call: Call, employee_id: int, days: Sequence[date], shift: Shift | None) -> None:
    await RosterRow.filter(employee_id=employee_id, date__in=list(days)).delete()
    if shift is None:
        return
    hours = shift.hours
    await RosterRow.bulk_create(
        [
            RosterRow(
                employee_id=employee_id,
                date=day,
                name=shift.name,
                start_time=None if hours is None else f"{hours.start:%H:%M}",
                end_time=None if hours is None else f"{hours.end:%H:%M}",
                break_min=0 if hours is None else hours.break_min,
                recorded_at=call.now,
                recorded_by_id=call.viewer.account_id or None,
            )
            for day in days
        ]
    )
