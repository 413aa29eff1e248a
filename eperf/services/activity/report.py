"""Reporting an activity: one statement that asks for itself whether all is as it must be."""

from __future__ import annotations

from typing import cast

from eperf.domain.access import Operation, Subject
from eperf.domain.activity import Report, checked
from eperf.domain.attendance.calendar import zones_reached
from eperf.domain.errors import Refused, Unavailable
from eperf.domain.events import ActivitySubmitted
from eperf.services.activity.terms import allowed, facts_of, require_in_time, require_terms
from eperf.services.call import Call, announce, key_of, same, wrote
from eperf.store import reporting
from eperf.store.outbox import NEW
from eperf.store.reporting import Submission
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
            wrote(call, (ready.events if ready else ()), written.id)
            announce()
            return written
        facts = await facts_of(call, report)
        ready = _submission(call, allowed(call, report, facts))
        if ready.key is not None and facts.answered is not None:
            return Written(same(ready.key, facts.answered), None)
        await require_terms(ready.report, facts)
        await require_in_time(call, ready.report.date, facts)
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
