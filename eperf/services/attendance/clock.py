"""Clocking in and out by oneself: the weakest evidence, kept like any other punch.

Where a fence is in force, the phone's position is held against it. A try that does not count is refused, and kept.
"""

from __future__ import annotations

import dataclasses

from eperf.domain.access import Operation
from eperf.domain.attendance.calendar import civil_day, zone_named
from eperf.domain.attendance.check_in import Told, refusal_of
from eperf.domain.attendance.punch import PunchKind, Verify, digest
from eperf.domain.errors import CheckInRefused, Forbidden
from eperf.domain.events import PunchRecorded
from eperf.services.attendance.check_in import Try, keep_accepted, keep_refused, require_files
from eperf.services.attendance.days import classify
from eperf.services.attendance.fence import fences_for
from eperf.services.call import Call, answer, answered, work
from eperf.store.attendance import PunchRow
from eperf.store.organisation import UnitRow
from eperf.store.people import EmployeeRow
from eperf.store.scope import subject_of_employee

SOURCE = "eperf/clock"


async def clock(call: Call, kind: PunchKind, told: Told | None = None, files: tuple[int, ...] = ()) -> int:
    """Records that the caller comes or goes now; gives the punch's id. Twice in one second is once.

    Raises `CheckInRefused` for a position that a fence does not accept.
    """
    employee = await EmployeeRow.get_or_none(id=call.viewer.employee_id or 0, active=True)
    if employee is None:
        raise Forbidden(Operation.CLOCK.value)
    call.require(Operation.CLOCK, await subject_of_employee(employee))
    at = call.now.replace(microsecond=0)
    unit = await UnitRow.get(id=employee.unit_id)
    day = civil_day(at, zone_named(unit.zone))
    await require_files(call, files)
    fences = await fences_for(employee.id, unit.id, day)
    tried = Try(employee, unit.id, kind, at, day, fences, told, files)
    try:
        return await _clocked(call, tried)
    except CheckInRefused as refusal:
        await keep_refused(call, tried, refusal)
        raise


async def _clocked(call: Call, tried: Try) -> int:
    employee, kind, at, day, told = tried.employee, tried.kind, tried.at, tried.day, tried.told
    given = None if told is None else [dataclasses.asdict(told), tried.files]
    content = digest(SOURCE, "", str(employee.id), at, 0 if kind is PunchKind.IN else 1)
    async with work(call) as opened:
        # What was answered once is answered so again, whatever the fences say by now.
        before = await answered(call, f"clock.{kind.value}", given)
        if before is not None:
            return before
        refusal = refusal_of(tried.fences, told)
        if refusal is not None:
            raise refusal
        # One tap of a person at a time, so that two at once are not both the first.
        await EmployeeRow.select_for_update(no_key=True).get(id=employee.id)
        known = await PunchRow.get_or_none(digest=content)
        stored = known or await PunchRow.create(
            source=SOURCE,
            pin=str(employee.id),
            occurred_at=at,
            date=day,
            kind=kind.value,
            verify=Verify.GPS.value if told else None,
            line="",
            digest=content,
            received_at=call.now,
            employee_id=employee.id,
            outcome="used",
        )
        if known is None:
            if told is not None:
                await keep_accepted(call, tried, stored.id, content)
            opened.emit(
                PunchRecorded(
                    subject_id=stored.id,
                    unit_id=tried.unit_id,
                    employee_id=employee.id,
                    punched=kind.value,
                    date=day,
                )
            )
            await classify(call, opened, [(employee.id, day)])
        await answer(call, stored.id)
        return int(stored.id)
