"""What every transaction writes beside its change: events, dirty months, and taken idempotency keys."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import orjson

from eperf.domain.events import Event
from eperf.store import bulk, database
from eperf.store.batch import Rows, Table
from eperf.store.event import EventRow, IdempotencyRow

_AGAIN = " ON CONFLICT (employee_id, period) DO UPDATE SET mark = dirty_score.mark + 1"
_MARK = "INSERT INTO dirty_score (employee_id, period, mark) VALUES ({}, {}, 1)" + _AGAIN  # noqa: S608

_EVENTS = Table(
    "event",
    {"subject_id": "id", "unit_id": "unit_id"},
    {
        "kind": "text", "version": "int", "subject_type": "text", "employee_id": "bigint", "account_id": "bigint",
        "occurred_at": "timestamptz", "payload": "jsonb",
    },
)  # fmt: skip
_EVENT = (
    "kind", "version", "subject_type", "subject_id", "unit_id", "employee_id", "account_id", "occurred_at", "payload",
)  # fmt: skip
_FEW = 20
"""So many events are inserted by the ORM: copying begins with asking the database for the table."""
_MARKS = Table("dirty_score", {}, {"employee_id": "bigint", "period": "text"}, _AGAIN)
_KEYS = Table(
    "idempotency",
    {"answer_id": "id"},
    {
        "account_id": "bigint",
        "key": "text",
        "operation": "text",
        "digest": "text",
        "created_at": "timestamptz",
    },
    " ON CONFLICT (account_id, key) DO NOTHING",
)

NEW = 0
"""The subject, and the unit, of an event of a row that a batch will write; see `rows_of`."""


@dataclass(frozen=True)
class Key:
    """An idempotency key of an account, for one input of one operation."""

    account_id: int
    text: str
    operation: str
    digest: str

    def rows(self, now: datetime) -> Rows:
        """The row that remembers the answer, to be written with what it answers."""
        return Rows(_KEYS, [(self.account_id, self.text, self.operation, self.digest, now)])


def rows_of(events: Sequence[Event], account_id: int | None, now: datetime) -> tuple[Rows, Rows]:
    """Events of the row that a batch writes, whose subject and unit are the batch's; and the months they make dirty."""
    told = [
        (
            event.kind, event.version, event.subject_type, event.employee_id, account_id, now,
            orjson.dumps(event.payload()).decode(),
        )
        for event in events
    ]  # fmt: skip
    return Rows(_EVENTS, told), Rows(_MARKS, _marks(events))


def _event(event: Event, account_id: int | None, now: datetime) -> tuple[object, ...]:
    """The columns `_EVENT` of an event."""
    return (
        event.kind, event.version, event.subject_type, event.subject_id, event.unit_id, event.employee_id, account_id,
        now, event.payload(),
    )  # fmt: skip


def _marks(events: Sequence[Event]) -> list[tuple[int, str]]:
    return sorted(
        {(event.employee_id, str(month)) for event in events for month in event.marks() if event.employee_id}
    )


async def write(events: Sequence[Event], account_id: int | None, now: datetime) -> None:
    """Writes events and the months they make dirty; call inside the transaction of the change."""
    if not events:
        return
    if len(events) > _FEW:
        await bulk.insert("event", _EVENT, (_event(event, account_id, now) for event in events))
    else:
        rows = [
            EventRow(**dict(zip(_EVENT, _event(event, account_id, now), strict=True))) for event in events
        ]
        await (rows[0].save() if len(rows) == 1 else EventRow.bulk_create(rows))
    await mark_dirty(_marks(events))


async def mark_dirty(months: Sequence[tuple[int, str]]) -> None:
    """Marks (employee, period) pairs; always in order, so that two transactions cannot wait for each other."""
    if not months:
        return
    postgres = database.dialect() == "postgres"
    await database.connection().execute_many(
        _MARK.format(*(("$1", "$2") if postgres else ("?", "?"))), [list(month) for month in sorted(months)]
    )


async def take_key(key: Key, now: datetime) -> tuple[str, int] | None:
    """Takes a key, or gives the digest and the answer of who took it before; waits for who has not committed yet."""
    row = IdempotencyRow(
        account_id=key.account_id,
        key=key.text,
        operation=key.operation,
        digest=key.digest,
        answer_id=0,
        created_at=now,
    )
    await IdempotencyRow.bulk_create([row], ignore_conflicts=True)
    taken = await IdempotencyRow.get(account_id=key.account_id, key=key.text)
    return (taken.digest, taken.answer_id) if taken.answer_id else None


async def answer_key(account_id: int, key: str, answer_id: int) -> None:
    """Remembers the answer of a taken key."""
    await IdempotencyRow.filter(account_id=account_id, key=key).update(answer_id=answer_id)


async def answers(account_id: int, keys: Sequence[str]) -> dict[str, tuple[str, int]]:
    """The digests and answers of those of an account's keys that were answered."""
    if not keys:
        return {}
    rows = await IdempotencyRow.filter(account_id=account_id, key__in=list(keys))
    return {row.key: (row.digest, row.answer_id) for row in rows}


async def keep_answers(answered: Sequence[tuple[Key, int]], now: datetime) -> None:
    """Remembers new keys with their answers; the caller has made sure that nobody else answers them now."""
    rows = [
        IdempotencyRow(
            account_id=key.account_id, key=key.text, operation=key.operation, digest=key.digest, answer_id=number,
            created_at=now,
        )
        for key, number in answered
    ]  # fmt: skip
    if rows:
        await IdempotencyRow.bulk_create(rows)
