"""Until when each step for a period may be taken, as a unit's circulars say."""

from __future__ import annotations

from dataclasses import asdict

from eperf.domain.access import Operation
from eperf.domain.appraisal.deadline import Deadline, checked_deadline
from eperf.domain.appraisal.events import DeadlineSet
from eperf.domain.errors import NotFound
from eperf.services.call import Call, answer, answered, work
from eperf.store.organisation import UnitRow
from eperf.store.plan import AppraisalDeadlineRow
from eperf.store.scope import subject_of_unit


async def set_deadline(call: Call, given: Deadline) -> int:
    """Records the last day of a step in a unit and all below it; gives its id. A later record replaces it."""
    given = checked_deadline(given)
    if not await UnitRow.exists(id=given.unit_id):
        raise NotFound("unit", given.unit_id)
    call.require(Operation.APPRAISAL_WRITE, await subject_of_unit(given.unit_id), "unit")
    async with work(call) as opened:
        known = await answered(call, "setAppraisalDeadline", asdict(given))
        if known is not None:
            return known
        row = await AppraisalDeadlineRow.create(
            unit_id=given.unit_id, step=given.step.value, period=given.term.text, until=given.until,
            legal_basis=given.legal_basis, recorded_at=call.now, recorded_by_id=call.viewer.account_id or None,
        )  # fmt: skip
        opened.emit(
            DeadlineSet(
                subject_id=row.id, unit_id=given.unit_id, step=given.step.value, period=given.term.text,
                until=given.until,
            )
        )  # fmt: skip
        await answer(call, row.id)
        return int(row.id)
