"""Today's presence of a unit as it changes: a look at it, repeated when the log has grown.

The log says that something may have changed and whose day was read anew; the numbers are always counted anew, so a
message that is lost cannot make them drift.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Hashable
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from eperf.domain.access import Operation, Scope, scope
from eperf.domain.attendance.calendar import civil_day, zone_named
from eperf.domain.attendance.presence import Presence
from eperf.domain.errors import Forbidden, NotFound
from eperf.services.attendance.presence import of_units, sight_of
from eperf.services.call import Call
from eperf.store import log
from eperf.store.organisation import UnitRow
from eperf.store.presence import Sight
from eperf.store.scope import OF_EMPLOYEE_ROWS, Q, ancestors, below, predicate

MOST_CHANGED = 100
"""So many people a message of the live view names."""
PAUSE_SECONDS = 1.0
"""The least time between two messages of a live view."""
_KEPT_SECONDS = 5.0
_CLASSIFIED = "attendance.day-classified"
_KINDS = (
    _CLASSIFIED, "attendance.calendar-changed", "duty.approved", "duty.cancelled", "history.taken-over",
    "leave.approved", "leave.cancelled", "organisation.unit-changed", "people.changed", "people.placed",
    "plugins.part-bound",
)  # fmt: skip
"""What may change how a day stands, and whose it is."""
_MOST_EVENTS = 500
T = TypeVar("T")


@dataclass(frozen=True)
class Live:
    """A message of the live view: how a unit's day stands, and the people whose days have been read anew since."""

    presence: Presence
    changed: tuple[int, ...] = ()
    more: bool = False
    """Whether more people changed than are named."""


class Rings(Protocol):
    """Rings when the log has grown; see `eperf.services.event`."""

    def next(self) -> Callable[[], Awaitable[None]]:
        """The ring after this moment."""
        ...


class Board:
    """What those who watch the same ask at the same moment is asked of the database once."""

    def __init__(self) -> None:
        self._kept: dict[Hashable, asyncio.Task[Any]] = {}

    async def once(self, key: Hashable, make: Callable[[], Awaitable[T]]) -> T:
        """What `make` gives, or gave a moment ago under this key; who goes takes it from nobody else."""
        found = self._kept.get(key)
        if found is None or (found.done() and (found.cancelled() or found.exception() is not None)):
            found = self._kept[key] = asyncio.ensure_future(_awaited(make))
            asyncio.get_running_loop().call_later(_KEPT_SECONDS, self._kept.pop, key, None)
        given: T = await asyncio.shield(found)
        return given


async def _awaited(make: Callable[[], Awaitable[T]]) -> T:
    return await make()


async def watch(
    make_call: Callable[[], Call], unit_id: int, grown: Rings, board: Board
) -> AsyncIterator[Live]:
    """Today's presence of a unit now, and again whenever it may have changed, at most once in `PAUSE_SECONDS`.

    At midnight in the unit's zone the next day begins. `make_call` gives the viewer's call of the moment.
    """
    if scope(make_call().viewer, Operation.ATTENDANCE_READ).nothing:
        raise Forbidden(Operation.ATTENDANCE_READ.value)
    at: int = await log.head()
    told: Live | None = None
    while True:
        rung, call, head = grown.next(), make_call(), await log.head()
        unit = await board.once((unit_id, head), lambda: UnitRow.get_or_none(id=unit_id))
        if unit is None:
            raise NotFound("unit", unit_id)
        day = civil_day(call.now, zone_named(unit.zone))
        goes_on = told is not None and told.presence.date == day
        if goes_on and head == at:
            await rung()
            continue
        live = await _looked(call, unit, (at, head), goes_on, board)
        at = head
        if live is not None and (told is None or live.changed or live.presence != told.presence):
            told = live
            yield live
            await _pause()


async def _pause() -> None:
    await asyncio.sleep(PAUSE_SECONDS)


async def _looked(
    call: Call, unit: UnitRow, since: tuple[int, int], goes_on: bool, board: Board
) -> Live | None:
    """What there is to tell; None when nothing of it has happened. `goes_on`: the day has been told of before."""
    named: tuple[int, ...] = ()
    more = False
    if goes_on:
        if not await board.once(("touched", *since), lambda: _touched(*since)):
            return None
        named, more = await _changed(call, unit, since, board)
    over = await board.once(("above", unit.id, since[1]), lambda: ancestors(unit.id))
    sight = _shared(sight_of(call), frozenset(over))
    day = civil_day(call.now, zone_named(unit.zone))
    zones = {unit.id: unit.zone}
    found = await board.once((unit.id, day, sight, since[1]), lambda: of_units(call, zones, sight))
    counted = found[unit.id]
    return None if counted is None else Live(counted, named, more)


async def _touched(after: int, upto: int) -> bool:
    return bool(await log.after(after, upto, Q(kind__in=list(_KINDS)), most=1))


async def _changed(
    call: Call, unit: UnitRow, since: tuple[int, int], board: Board
) -> tuple[tuple[int, ...], bool]:
    """The people in reach whose day of today has been read anew."""
    reach = scope(call.viewer, Operation.EVENT_READ)
    day = civil_day(call.now, zone_named(unit.zone)).isoformat()

    async def ask() -> tuple[tuple[int, ...], bool]:
        where = Q(kind=_CLASSIFIED, unit_id__in=below([unit.id]))
        own = predicate(reach, OF_EMPLOYEE_ROWS)
        events = await log.after(*since, where if own is None else Q(where, own), most=_MOST_EVENTS)
        people = {event.employee_id: None for event in events if event.payload.get("date") == day}
        named = tuple(one for one in people if one is not None)
        return named[:MOST_CHANGED], len(named) > MOST_CHANGED or len(events) == _MOST_EVENTS

    return await board.once(("changed", unit.id, reach, day, *since), ask)


def _shared(sight: Sight, above: frozenset[int]) -> Sight:
    """The same sight of a unit in the form that all have who see it whole, so that they share one answer."""

    def whole(own: Scope) -> Scope:
        over = own.units & above
        return Scope(units=over) if over and not own.everything else own

    return Sight(whole(sight.days), whole(sight.leave), whole(sight.duty))
