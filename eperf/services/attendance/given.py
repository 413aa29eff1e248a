"""What holds of many days: their records, the unit with its policy and calendar, the roster, and who was away.

Everything is read for a whole set of days at once, with as many statements for one day as for a thousand.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from eperf.domain.attendance import roster
from eperf.domain.attendance.calendar import zone_named
from eperf.domain.attendance.correction import corrected
from eperf.domain.attendance.day import DayInput, LocalPunch, Shift
from eperf.domain.attendance.duty import DUTY_CODES, DutyKind
from eperf.domain.attendance.holiday import FreeDays
from eperf.domain.attendance.punch import PunchKind
from eperf.services.calendars import calendars
from eperf.services.call import Call
from eperf.services.parts import Bound, Slot, bounds
from eperf.store import days as sets
from eperf.store.circumstances import on_duty, on_leave, rosters, units_on
from eperf.store.days import Key, Punch
from eperf.store.organisation import UnitRow
from eperf.store.people import EmployeeRow
from eperf.store.scope import above

BY_HAND = "eperf/by-hand"
"""The source of taps that a correction gave. They belong to the day that was corrected, whatever the roster says."""
_DAY = timedelta(days=1)
_KINDS = {kind.value: kind for kind in PunchKind}
_NO_ROSTER: Mapping[date, Shift] = {}


@dataclass(frozen=True)
class Given:
    """What was read, by employee and day or by unit."""

    now: datetime
    units: Mapping[Key, int]
    zones: Mapping[int, ZoneInfo]
    policies: Mapping[tuple[int, date], Bound]
    calendars: Mapping[int, FreeDays]
    rosters: Mapping[int, Mapping[date, Shift]]
    leave: Mapping[Key, str]
    duty: Mapping[Key, str]
    punches: Mapping[Key, Sequence[Punch]]

    def policy(self, key: Key) -> Bound:
        """The work-time policy of the unit in which the employee served on the day."""
        return self.policies[self.units[key], key[1]]

    def day(self, key: Key) -> DayInput:
        """A day as its policy sees it."""
        employee, day = key
        unit = self.units[key]
        zone, shifts = self.zones[unit], self.rosters.get(employee, _NO_ROSTER)
        return day_input(
            day,
            zone,
            self.calendars[unit],
            self._taps(key, zone),
            leave=self.leave.get(key),
            duty=self.duty.get(key),
            shift=shifts.get(day),
            is_over=roster.is_over(day, self.now, zone, shifts.get),
        )

    def _taps(self, key: Key, zone: ZoneInfo) -> tuple[LocalPunch, ...]:
        found = self.punches.get(key)
        if not found:
            return ()
        taps = tuple(
            LocalPunch(at.astimezone(zone), _KINDS[kind], number, source == BY_HAND)
            for _, _, number, at, kind, source in found
        )
        by_hand = frozenset(tap.id for tap in taps if tap.by_hand)
        return corrected(taps, by_hand) if by_hand else taps


def day_input(
    day: date, zone: ZoneInfo, free: FreeDays, taps: tuple[LocalPunch, ...] = (), **more: Any
) -> DayInput:
    """A day as its policy sees it, with what the calendar says of it."""
    holiday = free.holidays.get(day)
    return DayInput(
        day,
        zone,
        punches=taps,
        is_holiday=holiday is not None,
        holiday_name=holiday.name if holiday else "",
        holiday_basis=holiday.legal_basis if holiday else "",
        is_ramadan=day in free.ramadan,
        **more,
    )


async def touched(days: set[Key]) -> set[Key]:
    """These days, with those to which their records belong where a roster's shifts reach over midnight."""
    found = await rosters(_widened(days, 1))
    if not found:
        return days
    return {
        (employee, one)
        for employee, day in days
        for one in (roster.touched(day, found[employee].get) if employee in found else (day,))
    }


async def given(call: Call, days: Sequence[Key]) -> Given:
    """Everything of the days beside the rules themselves."""
    found = await rosters(_widened(days, 2))
    read = _with_neighbours(days, found)
    units = await units_on(read, await _today({employee for employee, _ in days}))
    places = await above(set(units.values()))
    zones = await _zones(places)
    wanted = {(units[key], key[1]) for key in days}
    policies = await bounds(call.parts, Slot.WORK_TIME, wanted, places)
    free = await calendars({unit for unit, _ in wanted}, {day for _, day in days})
    duty = {key: DUTY_CODES[DutyKind(kind)] for key, kind in (await on_duty(days)).items()}
    punches: dict[Key, list[Punch]] = defaultdict(list)
    for punch in await sets.punches(sets.spans(read)):
        punches[_owner(punch, found.get(punch[0]), units, zones)].append(punch)
    return Given(call.now, units, zones, policies, free, found, await on_leave(days), duty, punches)


def _owner(
    punch: Punch, shifts: Mapping[date, Shift] | None, units: Mapping[Key, int], zones: Mapping[int, ZoneInfo]
) -> Key:
    employee, day, _, at, _, source = punch
    if shifts is None or source == BY_HAND:
        return employee, day
    return employee, roster.owner_day(day, at, zones[units[employee, day]], shifts.get)


def _widened(days: set[Key] | Sequence[Key], by: int) -> dict[int, tuple[date, date]]:
    more = timedelta(days=by)
    return {who: (first - more, last + more) for who, (first, last) in sets.spans(days).items()}


def _with_neighbours(days: Sequence[Key], found: Mapping[int, object]) -> list[Key]:
    """The days, and of who has a roster all of their span with the day before and the day after."""
    if not found:
        return list(days)
    read = {key for key in days if key[0] not in found}
    for employee, (first, last) in _widened([key for key in days if key[0] in found], 1).items():
        read |= {(employee, first + _DAY * n) for n in range((last - first).days + 1)}
    return sorted(read)


async def _today(people: set[int]) -> dict[int, int]:
    rows = await EmployeeRow.filter(id__in=sorted(people)).values_list("id", "unit_id")
    return {int(number): int(unit) for number, unit in rows}


async def _zones(units: Mapping[int, object]) -> dict[int, ZoneInfo]:
    rows = await UnitRow.filter(id__in=sorted(units)).values_list("id", "zone")
    return {int(number): zone_named(str(zone)) for number, zone in rows}
