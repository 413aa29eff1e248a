"""Sending an activity that is there already: a draft, one that waits, or one that was returned."""

from __future__ import annotations

import dataclasses

from eperf.domain.activity import ActivityState, Report, Step, require_sendable, require_version, told
from eperf.domain.attendance.calendar import zone_named
from eperf.domain.deadline import mend_until
from eperf.domain.errors import NotFound
from eperf.domain.events import ActivitySubmitted
from eperf.services.activity.terms import (
    allowed,
    attach,
    facts_of,
    require_before,
    require_in_time,
    require_terms,
)
from eperf.services.call import Call, Work, answer, answered, work
from eperf.store.activity import ActivityRow, EvidenceRow
from eperf.store.changes import Change, locked, write
from eperf.store.organisation import UnitRow
from eperf.store.overdue import rule_on
from eperf.store.reporting import Facts


async def resubmit(call: Call, activity_id: int, report: Report, version: int | None = None) -> int:
    """Sends one's own draft, waiting or returned activity with these contents; gives its id.

    Refused with `CONFLICT` when it was decided for good, or is no longer of the `version` that the caller saw. What
    waits and what is new must keep the deadline for reporting, what was returned that for mending.
    """
    async with work(call) as opened:
        before = await answered(call, "resubmitActivity", _given(activity_id, report, version))
        if before is not None:
            return before
        facts = await facts_of(call, report)
        report = allowed(call, report, facts)
        row = (await locked([activity_id])).get(activity_id)
        if row is None or row.employee_id != call.viewer.employee_id:
            raise NotFound("activity", activity_id)
        step = require_sendable(row.state, activity_id)
        require_version(row.version, version, activity_id)
        await require_terms(report, facts)
        await _require_in_time(call, row, report, facts)
        await _send(call, opened, row, report, facts.placed, step)
        await answer(call, activity_id)
        return activity_id


def _given(activity_id: int, report: Report, version: int | None) -> list[object]:
    return [activity_id, dataclasses.asdict(report), *([] if version is None else [version])]


async def _require_in_time(call: Call, row: ActivityRow, report: Report, facts: Facts) -> None:
    returned = row.state == ActivityState.RETURNED
    if returned and row.decided_at is not None:
        rule = await rule_on(row.unit_id, row.date)
        if rule is not None:
            zone = zone_named((await UnitRow.get(id=row.unit_id)).zone)
            until = mend_until(rule, row.decided_at, zone)
            require_before(call, "activity", row.id, until, rule, zone)
    if not returned or report.date != row.date:
        await require_in_time(call, report.date, facts)


async def _send(call: Call, opened: Work, row: ActivityRow, report: Report, unit_id: int, step: Step) -> None:
    sent = {
        "unit_id": unit_id, "item_id": report.item_id, "date": report.date, "minutes": report.minutes,
        "quantity_h": report.quantity_h, "result": report.result, "links": list(report.links) or None,
        "state": ActivityState.SUBMITTED.value, "submitted_at": call.now, "escalated_at": None, "escalated_to_id": None,
    }  # fmt: skip
    before = told(await _report_of(row), row.state)
    after = told(report, ActivityState.SUBMITTED)
    if step is Step.SUBMITTED:
        # What the draft held before is its reporter's own.
        before = {**after, "state": row.state}
    await ActivityRow.filter(id=row.id).update(**sent, version=row.version + 1)
    await attach(row.id, report)
    await write([Change(row.id, row.version + 1, step, before, after)], call.now, by=call.viewer.employee_id)
    opened.emit(*_events(row, report, unit_id, step))


async def _report_of(row: ActivityRow) -> Report:
    files = [one.file_id for one in await EvidenceRow.filter(activity_id=row.id).order_by("id")]
    return Report(
        row.item_id, row.date, row.minutes, row.quantity_h, row.result, tuple(files), tuple(row.links or ())
    )


def _events(row: ActivityRow, report: Report, unit_id: int, step: Step) -> list[ActivitySubmitted]:
    # The month that it leaves is no longer true either; nobody has heard of a draft's.
    days = {report.date} if step is Step.SUBMITTED else {report.date, row.date}
    return [
        ActivitySubmitted(subject_id=row.id, unit_id=unit_id, employee_id=row.employee_id, date=day)
        for day in sorted(days, key=lambda day: (day != report.date, day))
    ]
