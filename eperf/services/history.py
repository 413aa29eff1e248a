"""Taking over the past: activities that were reported and decided in an older system, months at a time.

They arrive decided, so no supervisor is asked again, and one event tells of a whole batch; the months they touch are
scored again like any other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from eperf.domain.access import Operation
from eperf.domain.activity import ActivityState
from eperf.domain.events import HistoryTakenOver
from eperf.services.call import Call, work
from eperf.store import bulk
from eperf.store.outbox import mark_dirty
from eperf.store.scope import subject_of_unit

_COLUMNS = (
    "employee_id", "unit_id", "item_id", "date", "minutes", "quantity_h", "result", "state", "submitted_at",
    "decided_at", "decided_by_id", "version",
)  # fmt: skip


@dataclass(frozen=True)
class Past:
    """One activity of the past. `decided_by_id` is null exactly when it still waits for a decision."""

    employee_id: int
    unit_id: int
    item_id: int
    date: date
    minutes: int
    quantity_h: int
    result: str
    state: ActivityState
    submitted_at: datetime
    decided_at: datetime | None
    decided_by_id: int | None


async def take_over(call: Call, unit_id: int, past: Sequence[Past]) -> int:
    """Stores activities of employees of a unit's subtree; gives how many. All of a batch or none."""
    call.require(Operation.PEOPLE_WRITE, await subject_of_unit(unit_id), "unit")
    async with work(call) as opened:
        await bulk.insert("activity", _COLUMNS, (_row(one) for one in past))
        await mark_dirty(sorted({(one.employee_id, f"{one.date:%Y-%m}") for one in past}))
        opened.emit(HistoryTakenOver(subject_id=unit_id, unit_id=unit_id, what="activities", rows=len(past)))
    return len(past)


def _row(one: Past) -> tuple[object, ...]:
    return (
        one.employee_id, one.unit_id, one.item_id, one.date, one.minutes, one.quantity_h, one.result, one.state.value,
        one.submitted_at, one.decided_at, one.decided_by_id, 1,
    )  # fmt: skip
