"""What every transaction writes beside its change: events, dirty months, and taken idempotency keys."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from eperf.domain.events import Event
from eperf.store import database
from eperf.store.event import EventRow, IdempotencyRow

_MARK = (
    "INSERT INTO dirty_score (employee_id, period, mark) VALUES ({}, {}, 1) "
    "ON CONFLICT (employee_id, period) DO UPDATE SET mark = dirty_score.mark + 1"
)


async def write(events: Sequence[Event], account_id: int | None, now: datetime) -> None:
    """Writes events and the months they make dirty; call inside the transaction of the change."""
    if not events:
        return
    rows = [
        EventRow(
            kind=event.kind,
            version=event.version,
            subject_type=event.subject_type,
            subject_id=event.subject_id,
            unit_id=event.unit_id,
            employee_id=event.employee_id,
            account_id=account_id,
            occurred_at=now,
            payload=event.payload(),
        )
        for event in events
    ]
    if len(rows) == 1:
        await rows[0].save()
    else:
        await EventRow.bulk_create(rows, batch_size=500)
    await mark_dirty(
        sorted(
            {
                (event.employee_id, str(month))
                for event in events
                for month in event.marks()
                if event.employee_id
            }
        )
    )


async def mark_dirty(months: Sequence[tuple[int, str]]) -> None:
    """Marks (employee, period) pairs; always in order, so that two transactions cannot wait for each other."""
    if not months:
        return
    postgres = database.dialect() == "postgres"
    await database.connection().execute_many(
        _MARK.format(*(("$1", "$2") if postgres else ("?", "?"))), [list(month) for month in sorted(months)]
    )


async def take_key(
    account_id: int, key: str, operation: str, digest: str, now: datetime
) -> IdempotencyRow | None:
    """Takes a key, or gives the row of who took it before; waits for a rival that has not committed yet."""
    row = IdempotencyRow(
        account_id=account_id, key=key, operation=operation, digest=digest, answer_id=0, created_at=now
    )
    await IdempotencyRow.bulk_create([row], ignore_conflicts=True)
    taken = await IdempotencyRow.get(account_id=account_id, key=key)
    return taken if taken.answer_id else None


async def answer_key(account_id: int, key: str, answer_id: int) -> None:
    """Remembers the answer of a taken key."""
    await IdempotencyRow.filter(account_id=account_id, key=key).update(answer_id=answer_id)
