"""Who is there today: counted for units, told of people. Reads only; `live` follows it as it changes.

A day that has been read (a tap, a leave decided today…) says how it stands; of every other person the unit's policy is
asked what it makes of a day without taps. Nothing outside the viewer's reach counts, and the reach is part of every
query, at the time of delivery.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from eperf.domain.access import Operation, scope
from eperf.domain.attendance.calendar import civil_day, zone_named
from eperf.domain.attendance.day import DayInput, DayResult, DayStatus
from eperf.domain.attendance.duty import DUTY_CODES, DutyKind
from eperf.domain.attendance.presence import Presence, PresenceState, presence_of, state_of
from eperf.domain.errors import TooMany
from eperf.services.attendance.days import day_input
from eperf.services.calendars import calendars
from eperf.services.call import Call
from eperf.services.parts import Bound, Slot, bounds
from eperf.store import presence
from eperf.store.organisation import UnitRow
from eperf.store.presence import Sight
from eperf.store.scope import above

MOST_UNITS, MOST_PEOPLE = 200, 1000
"""Of so many units at once presence is counted, of so many people it is told."""
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
    wanted = {(unit, day) for unit in units}
    # Where a policy is not to be had (its plugin is gone) one unit's trouble hides no other.
    rules = await bounds(call.parts, Slot.WORK_TIME, wanted, await above(units), gone=True)
    for blank in days:
        unit, leave, duty = blank
        code = None if duty is None else DUTY_CODES[DutyKind(duty)]
        seen = day_input(day, zones[unit], free[unit], leave=leave, duty=code, is_over=False)
        found[blank] = _read(rules.get((unit, day)), seen)
    return found


def _read(rule: Bound | None, day: DayInput) -> DayStatus:
    """What a policy makes of a day; without one, what is certain all the same."""
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
