"""Sending the log to the sinks of plugins: in order from a cursor of each, at least once, retried with growing waits.

A cursor moves only after a sink has taken what lies before it. So a process that dies in between sends that again, and
never leaves out a committed event.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from eperf.plugins.chores import Update
from eperf.store import log
from eperf.store.event import EventRow
from eperf.store.guest import SinkRow
from eperf.store.scope import Q

MOST = 100
_LONGEST_WAIT = timedelta(minutes=5)
_CAUSE = 300


@dataclass(frozen=True)
class Turn:
    """What a look at the log came to: updates that were taken, and, after a failure, when to try again and why."""

    sent: int
    retry_at: datetime | None = None
    cause: str = ""
    first: int | None = None
    """The cursors of the first and the last update that were sent, whether or not they were taken."""
    last: int | None = None


async def deliver(
    name: str,
    kinds: Sequence[str],
    send: Callable[[Sequence[Update]], Awaitable[None]],
    now: Callable[[], datetime],
) -> Turn:
    """Sends at most 100 updates to the sink `name`; only one process may do this for a sink at a time.

    A sink that is seen for the first time begins where the log stands.
    """
    head = await log.head()
    row, _ = await SinkRow.get_or_create(name=name, defaults={"cursor": head})
    if row.retry_at is not None and row.retry_at > now():
        return Turn(0, row.retry_at, row.cause)
    if row.cursor >= head:
        return Turn(0)
    found = await log.after(row.cursor, head, Q(kind__in=list(kinds)) if kinds else None, MOST)
    try:
        if found:
            await send([_update(one) for one in found])
    except Exception as failure:
        return replace(await _failed(row, failure, now()), first=found[0].cursor, last=found[-1].cursor)
    reached = int(found[-1].cursor or 0) if len(found) == MOST else head
    await SinkRow.filter(id=row.id).update(cursor=reached, failures=0, retry_at=None, cause="")
    return Turn(len(found), first=found[0].cursor, last=found[-1].cursor) if found else Turn(0)


async def _failed(row: SinkRow, failure: Exception, now: datetime) -> Turn:
    cause = said(failure)
    wait = min(_LONGEST_WAIT, timedelta(seconds=2 ** min(row.failures, 12)))
    await SinkRow.filter(id=row.id).update(failures=row.failures + 1, retry_at=now + wait, cause=cause)
    return Turn(0, now + wait, cause)


def said(failure: BaseException) -> str:
    """A failure in one short line that prints."""
    try:
        text = f"{type(failure).__name__}: {failure}"
    except Exception:
        text = f"{type(failure).__name__}, whose message cannot be read"
    return "".join(letter if letter.isprintable() else " " for letter in text[:_CAUSE])


def _update(row: EventRow) -> Update:
    return Update(
        cursor=int(row.cursor or 0), kind=row.kind, version=row.version, subject_type=row.subject_type,
        subject_id=row.subject_id, unit_id=row.unit_id, employee_id=row.employee_id, occurred_at=row.occurred_at,
        payload=row.payload,
    )  # fmt: skip
