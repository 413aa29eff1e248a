"""Following the log: replay from a cursor, then live, without gap or repeat.

Every row is asked for with the reader's row scope and filters in the query, at the time of delivery.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from eperf.domain.access import Operation, scope
from eperf.domain.errors import BadInput, Forbidden, Refused
from eperf.services.call import Call
from eperf.store import log
from eperf.store.event import EventRow
from eperf.store.scope import OF_EMPLOYEE_ROWS, Q, below, predicate

MOST_UNITS = 100


class CursorTooOld(Refused):
    """The log no longer holds what came after the cursor; `oldest` is the first cursor from which one can go on."""

    code = "CURSOR_TOO_OLD"
    text_id = "Kursor {value} sudah tidak tersimpan; yang tertua adalah {oldest}."
    text_en = "The cursor {value} is no longer kept; the oldest is {oldest}."


class Rings(Protocol):
    """Rings when the log has grown: ask for the next ring, look, and await it if there was nothing."""

    def next(self) -> Callable[[], Awaitable[None]]:
        """The ring after this moment."""
        ...


@dataclass(frozen=True)
class Wanted:
    """What a subscriber asks for: units (with all below them; none: everything in reach), kinds (none: all)."""

    units: tuple[int, ...] = ()
    kinds: tuple[str, ...] = ()


async def follow(call: Call, wanted: Wanted, after: int | None, grown: Rings) -> AsyncIterator[EventRow]:
    """Events after a cursor in order (from now on without one), for as long as the caller iterates.

    Raises `CursorTooOld`, or `BadInput` for a cursor that was never given out.
    """
    reach = scope(call.viewer, Operation.EVENT_READ)
    if reach.nothing:
        raise Forbidden(Operation.EVENT_READ.value)
    if len(wanted.units) > MOST_UNITS:
        raise BadInput("units", len(wanted.units), f"more than {MOST_UNITS} units")
    where = _condition(predicate(reach, OF_EMPLOYEE_ROWS), wanted)
    at = await _start(after)
    while True:
        waiting = grown.next()
        head = await log.head()
        if at < head:
            events: Sequence[EventRow] = await log.after(at, head, where)
            for event in events:
                at = int(event.cursor or at)
                yield event
            if events:
                continue
            at = head
        await waiting()


async def _start(after: int | None) -> int:
    head = await log.head()
    if after is None:
        return head
    if not 0 <= after <= head:
        raise BadInput("after", after, f"no such cursor was given out; the last is {head}")
    oldest = await log.oldest()
    if after < oldest - 1:
        raise CursorTooOld("after", after, oldest=oldest - 1)
    return after


def _condition(reach: Q | None, wanted: Wanted) -> Q | None:
    parts = [reach] if reach is not None else []
    if wanted.units:
        parts.append(Q(unit_id__in=below(wanted.units)))
    if wanted.kinds:
        parts.append(Q(kind__in=list(wanted.kinds)))
    return Q(*parts) if parts else None
