"""Drafts: saved and changed freely, seen by their reporter alone, told to nobody.

A draft makes no event, no history and no month untrue; it becomes a report when it is sent (`resubmit`).
"""

from __future__ import annotations

import dataclasses

from eperf.domain.activity import ActivityState, Report, checked_draft, require_state
from eperf.domain.errors import NotFound
from eperf.services.activity.terms import attach, facts_of, require_owned, require_reporter
from eperf.services.call import Call, answer, answered, work
from eperf.store.activity import ActivityRow
from eperf.store.catalogue import ItemRow
from eperf.store.changes import locked


async def save_draft(call: Call, report: Report, draft_id: int | None = None) -> int:
    """Saves a draft of the caller's own, a new one without `draft_id`; gives its id.

    The item has to exist; whether it counts, and all else that a report must keep to, is asked when the draft is sent.
    """
    async with work(call):
        before = await answered(call, "saveDraft", [draft_id, dataclasses.asdict(report)])
        if before is not None:
            return before
        facts = await facts_of(call, report)
        employee_id = require_reporter(call, facts)
        report = checked_draft(report)
        require_owned(report, facts)
        if not await ItemRow.exists(id=report.item_id):
            raise NotFound("item", report.item_id)
        row = ActivityRow(employee_id=employee_id) if draft_id is None else await _own(call, draft_id)
        row.update_from_dict(
            {
                "unit_id": facts.placed, "item_id": report.item_id, "date": report.date, "minutes": report.minutes,
                "quantity_h": report.quantity_h, "result": report.result, "links": list(report.links) or None,
                "state": ActivityState.DRAFT.value, "submitted_at": call.now,
                "version": 1 if draft_id is None else row.version + 1,
            }
        )  # fmt: skip
        await row.save()
        await attach(row.id, report)
        await answer(call, row.id)
        return int(row.id)


async def discard_draft(call: Call, draft_id: int) -> int:
    """Throws a draft of the caller's own away; gives the id of the caller."""
    async with work(call):
        before = await answered(call, "discardDraft", draft_id)
        if before is not None:
            return before
        row = await _own(call, draft_id)
        await ActivityRow.filter(id=row.id).delete()
        await answer(call, row.employee_id)
        return int(row.employee_id)


async def _own(call: Call, draft_id: int) -> ActivityRow:
    found = await locked([draft_id])
    row = found.get(draft_id)
    if row is None or row.employee_id != call.viewer.employee_id:
        raise NotFound("draft", draft_id)
    require_state(row.state, ActivityState.DRAFT, draft_id)
    return row
