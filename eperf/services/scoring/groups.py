"""Dirty months by unit and period, in batches of whole units, and the rule that scores each unit."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from eperf.domain.attendance.calendar import WorkCalendar
from eperf.domain.attendance.holiday import FreeDays
from eperf.domain.errors import Refused
from eperf.domain.period import YearMonth
from eperf.domain.scoring.cut import Cohort
from eperf.services.calendars import calendars
from eperf.services.call import Call
from eperf.services.parts import Bound, Slot, bound, bounds
from eperf.store.circumstances import above
from eperf.store.claims import Dirty
from eperf.store.days import placed as placements
from eperf.store.organisation import UnitRow
from eperf.store.people import EmployeeRow

_AT_ONCE = 500
BATCH_PEOPLE = 2000
"""So many people's months are in memory as one batch, unless one unit alone has more."""

Groups = dict[int, list[Dirty]]
"""Dirty months of one period by unit."""
_Place = tuple[int, YearMonth]
"""A unit and a period."""


async def by_unit(dirty: Sequence[Dirty], today: date) -> dict[_Place, list[Dirty]]:
    """Dirty rows by the unit in which the employee ends the month (or is today, while it runs)."""
    last = {row.period: min(YearMonth.parse(row.period).last, today) for row in dirty}
    wanted = {row.employee_id: (date.min, max(last.values())) for row in dirty}
    placed: dict[int, list[tuple[date, int]]] = defaultdict(list)
    for employee, unit, first, _ in await placements(wanted):
        placed[employee].append((first, unit))
    current = await _current(sorted(wanted))
    groups: dict[_Place, list[Dirty]] = defaultdict(list)
    for row in dirty:
        units = (unit for first, unit in placed[row.employee_id] if first <= last[row.period])
        groups[next(units, current[row.employee_id]), YearMonth.parse(row.period)].append(row)
    return groups


async def _current(people: Sequence[int]) -> dict[int, int]:
    found: dict[int, int] = {}
    for start in range(0, len(people), _AT_ONCE):
        some = EmployeeRow.filter(id__in=people[start : start + _AT_ONCE])
        found.update(await some.values_list("id", "unit_id"))
    return found


def batches(groups: dict[_Place, list[Dirty]]) -> Iterator[tuple[YearMonth, Groups]]:
    """Whole units of one period, some thousand people at a time."""
    batch: Groups = {}
    before: YearMonth | None = None
    for (unit, period), rows in sorted(groups.items(), key=lambda one: (one[0][1], one[0][0])):
        people = sum(map(len, batch.values()))
        if before is not None and batch and (period != before or people + len(rows) > BATCH_PEOPLE):
            yield before, batch
            batch = {}
        before, batch[unit] = period, rows
    if before is not None and batch:
        yield before, batch


@dataclass(frozen=True)
class Ruled:
    """Units with what scores them; those without a scheme or calendar that can be used, with the reason."""

    cohorts: list[Cohort]
    schemes: dict[int, Bound]
    refused: dict[int, Refused]


async def ruled(call: Call, period: YearMonth, groups: Groups) -> Ruled:
    """What scores each unit in the period."""
    found = Ruled([], {}, {})
    codes = dict(await UnitRow.filter(id__in=sorted(groups)).values_list("id", "code"))
    places = await above(groups)
    day = min(period.last, max(call.today, period.first))
    schemes = await bounds(call.parts, Slot.SCHEME, {(unit, day) for unit in groups}, places, gone=True)
    hours = await bounds(
        call.parts, Slot.WORK_TIME, {(unit, period.last) for unit in groups}, places, gone=True
    )
    free = await calendars(list(groups), period.days())
    for unit, rows in groups.items():
        if (unit, day) not in schemes or (unit, period.last) not in hours:
            found.refused[unit] = await _refusal(call, unit, day, period)
            continue
        found.schemes[unit] = schemes[unit, day]
        days = _working_days(hours[unit, period.last], free[unit], period)
        people = tuple(row.employee_id for row in rows)
        found.cohorts.append(Cohort(unit, codes[unit], days, people))
    return found


async def _refusal(call: Call, unit_id: int, day: date, period: YearMonth) -> Refused:
    """Why a unit has no scheme, or no work-time policy, that can be used."""
    try:
        await bound(call.parts, Slot.SCHEME, unit_id, day)
        await bound(call.parts, Slot.WORK_TIME, unit_id, period.last)
    except Refused as refusal:
        return refusal
    raise RuntimeError(f"unit {unit_id} has been given a rule meanwhile")


def _working_days(rule: Bound, free: FreeDays, period: YearMonth) -> int:
    """Days of the month that are worked in the unit: by the week of its work-time policy, less what is free there."""
    named = {day: holiday.name for day, holiday in free.holidays.items()}
    calendar = WorkCalendar(6 if getattr(rule.settings, "days_per_week", 5) == 6 else 5, named)
    return sum(calendar.is_working_day(day) for day in period.days())
