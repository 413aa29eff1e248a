"""Who is there today: counted for units, told of people, and followed as it changes. Reads only.

A day that has been read (a tap, a leave decided today…) says how it stands; of every other person the unit's policy is
asked what it makes of a day without taps. Nothing outside the viewer's reach counts, and the reach is part of every
query, at the time of delivery.
"""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol, TypeVar

import structlog

from eperf.domain.access import Operation, Scope, scope
from eperf.domain.attendance.calendar import civil_day, zone_named
from eperf.domain.attendance.day import DayInput, DayResult, DayStatus
from eperf.domain.attendance.duty import DUTY_CODES, DutyKind
from eperf.domain.attendance.presence import Presence, PresenceState, presence_of, state_of
from eperf.domain.errors import Forbidden, NotFound, Refused, TooMany
from eperf.services.attendance.days import day_input, rule_of
from eperf.services.calendars import calendars
from eperf.services.call import Call
from eperf.services.parts import Bound
from eperf.store import log, presence
from eperf.store.organisation import UnitRow
from eperf.store.presence import Sight
from eperf.store.scope import OF_EMPLOYEE_ROWS, Q, ancestors, below, predicate

MOST_UNITS, MOST_PEOPLE = 200, 1000
"""Of so many units at once presence is counted, of so many people it is told."""
MOST_CHANGED = 100
"""So many people a message of the live view names."""
PAUSE_SECONDS = 1.0
"""The least time between two messages of a live view."""
_KEPT_SECONDS = 5.0
_log = structlog.get_logger("eperf.presence")
_CLASSIFIED = "attendance.day-classified"
_KINDS = (
    _CLASSIFIED, "attendance.calendar-changed", "duty.approved", "duty.cancelled", "history.taken-over",
    "leave.approved", "leave.cancelled", "organisation.unit-changed", "people.changed", "people.placed",
    "plugins.part-bound",
)  # fmt: skip
"""What may change how a day stands, and whose it is."""
T = TypeVar("T")
_Blank = tuple[int, str | None, str | None]
"""A unit, and the kinds of the leave and the duty order of a day without taps."""


@dataclass(frozen=True)
class PersonPresence:
    """How a person's day stands; `status` is the day's own word, as it would be read now."""

    date: date
    state: PresenceState
    status: str
    first_in: datetime | None = None
    last_out: datetime | None = None


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


def sight_of(call: Call) -> Sight:
    """How far a caller sees what presence is made of."""
    asked = (Operation.ATTENDANCE_READ, Operation.LEAVE_READ, Operation.DUTY_READ)
    return Sight(*(scope(call.viewer, one) for one in asked))


async def of_units(
    call: Call, zones: Mapping[int, str], sight: Sight | None = None
) -> dict[int, Presence | None]:
    """Today's presence of units (id to zone) with all below them; the civil day is that of the unit asked for.

    None for whoever may see nobody's attendance. Refuses more than `MOST_UNITS`.
    """
    if len(zones) > MOST_UNITS:
        raise TooMany("presence", MOST_UNITS, len(zones))
    seen = sight or sight_of(call)
    if seen.days.nothing:
        return dict.fromkeys(zones)
    found: dict[int, Presence | None] = {}
    for day, units in _by_day(call, zones).items():
        found |= await _counted(call, units, day, seen)
    return found


def _by_day(call: Call, zones: Mapping[int, str]) -> dict[date, list[int]]:
    days: dict[date, list[int]] = defaultdict(list)
    for one, zone in zones.items():
        days[civil_day(call.now, zone_named(zone))].append(one)
    return days


async def _counted(call: Call, units: Sequence[int], day: date, sight: Sight) -> dict[int, Presence | None]:
    states: dict[int, Counter[PresenceState]] = {unit: Counter() for unit in units}
    alike = await presence.counted(units, day, sight)
    unread = {(one.unit_id, one.leave, one.duty) for one in alike if one.status is None}
    blank = await _without_taps(call, unread, day)
    for one in alike:
        if one.status is None:
            state = state_of(blank[one.unit_id, one.leave, one.duty], late=False)
        else:
            state = state_of(DayStatus(one.status), one.late)
        states[one.above][state] += one.count
    return {unit: presence_of(day, counted) for unit, counted in states.items()}


async def _without_taps(call: Call, days: Collection[_Blank], day: date) -> dict[_Blank, DayStatus]:
    """What the policies make of a day without taps that is not over."""
    found: dict[_Blank, DayStatus] = {}
    units = {unit for unit, _, _ in days}
    free = await calendars(units, [day])
    zones = {row.id: zone_named(row.zone) for row in await UnitRow.filter(id__in=sorted(units))}
    rules = {unit: await _rule(call, unit, day) for unit in sorted(units)}
    for blank in days:
        unit, leave, duty = blank
        code = None if duty is None else DUTY_CODES[DutyKind(duty)]
        seen = day_input(day, zones[unit], free[unit], leave=leave, duty=code, is_over=False)
        found[blank] = _read(rules[unit], seen)
    return found


async def _rule(call: Call, unit: int, day: date) -> Bound | None:
    """A unit's policy; None where it is not to be had (its plugin is gone): one unit's trouble hides no other."""
    try:
        return await rule_of(call, unit, day)
    except Refused:
        _log.warning("presence.no-policy", unit=unit)
        return None


def _read(rule: Bound | None, day: DayInput) -> DayStatus:
    if rule is not None:
        result: DayResult = rule.registered.part.classify(day, rule.settings)
        return result.status
    return DayStatus.DUTY if day.duty else DayStatus.LEAVE if day.leave else DayStatus.OPEN


async def of_people(call: Call, employees: Collection[int]) -> dict[int, PersonPresence]:
    """How the days of employees stand, each on the civil day of their workplace; who is out of reach is not named.

    Refuses more than `MOST_PEOPLE`.
    """
    if len(employees) > MOST_PEOPLE:
        raise TooMany("presence", MOST_PEOPLE, len(employees))
    sight = sight_of(call)
    units = {row.id: row.unit_id for row in await presence.people(employees, sight)}
    rows = await UnitRow.filter(id__in=sorted(set(units.values())))
    found: dict[int, PersonPresence] = {}
    for day, places in _by_day(call, {row.id: row.zone for row in rows}).items():
        there = {one: unit for one, unit in units.items() if unit in places}
        found |= await _people_on(call, there, day, sight)
    return found


async def _people_on(
    call: Call, units: Mapping[int, int], day: date, sight: Sight
) -> dict[int, PersonPresence]:
    read = await presence.days(units, day, sight)
    found = {
        one: PersonPresence(
            day,
            state_of(DayStatus(row.status), (row.late_min or 0) > 0),
            row.status,
            row.first_in,
            row.last_out,
        )
        for one, row in read.items()
    }
    rest = [one for one in units if one not in read]
    away = await presence.away(rest, day, sight)
    blanks = {one: (units[one], *away[one]) for one in rest}
    statuses = await _without_taps(call, set(blanks.values()), day)
    for one, blank in blanks.items():
        status = statuses[blank]
        found[one] = PersonPresence(day, state_of(status, late=False), status.value)
    return found


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
    above = await board.once(("above", unit.id, since[1]), lambda: ancestors(unit.id))
    sight = _shared(sight_of(call), frozenset(above))
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


_MOST_EVENTS = 500


def _shared(sight: Sight, above: frozenset[int]) -> Sight:
    """The same sight of a unit in the form that all have who see it whole, so that they share one answer."""

    def whole(own: Scope) -> Scope:
        over = own.units & above
        return Scope(units=over) if over and not own.everything else own

    return Sight(whole(sight.days), whole(sight.leave), whole(sight.duty))
