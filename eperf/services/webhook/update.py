"""One update of the log, by its place."""

from __future__ import annotations

from eperf.domain.access import Operation, scope
from eperf.services.call import Call
from eperf.store.event import EventRow
from eperf.store.scope import OF_EMPLOYEE_ROWS, predicate


async def update_at(call: Call, cursor: int) -> EventRow | None:
    """The update at a place of the log, if the caller may see it."""
    reach = scope(call.viewer, Operation.EVENT_READ)
    if reach.nothing:
        return None
    seen = predicate(reach, OF_EMPLOYEE_ROWS)
    return await EventRow.filter(*([] if seen is None else [seen]), cursor=cursor).first()
