"""What holds of many people's days beside their punches: where they served, what the calendar says, who was away.

Everything is read for a whole set of days at once, because days are classified by the hundred.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, time

from eperf.domain.attendance.day import DaySchedule, Shift
from eperf.domain.attendance.holiday import Entry, EntryKind
from eperf.domain.attendance.request import RequestState
from eperf.domain.attendance.roster import BASIS
from eperf.store import days as sets
from eperf.store.calendar import CalendarRow
from eperf.store.days import Key, Spans
from eperf.store.leave import DutyRow, LeaveRow

__all__ = ["Key", "entries_between", "entry_of", "on_duty", "on_leave", "rosters", "units_on"]

_Placed = tuple[int, date, date | None]
"""A unit, the first day there, and the first day no more."""


async def units_on(days: Collection[Key], today: Mapping[int, int]) -> dict[Key, int]:
    """The unit of each employee on each day by their placements; without one on that day it is that of `today`."""
    placed: dict[int, list[_Placed]] = defaultdict(list)
    for employee, unit, first, end in await sets.placed(sets.spans(days)):
        placed[employee].append((unit, first, end))
    return {(one, day): _unit_on(placed.get(one, ()), day) or today[one] for one, day in days}


def _unit_on(placements: Iterable[_Placed], day: date) -> int | None:
    unit, _, end = next((one for one in placements if one[1] <= day), (None, None, None))
    return None if end is not None and end <= day else unit


async def rosters(wanted: Spans) -> dict[int, dict[date, Shift]]:
    """What the rosters say of each employee's days; nothing of those who have none."""
    found: dict[int, dict[date, Shift]] = defaultdict(dict)
    for employee, day, name, start, end, break_min in await sets.rostered(wanted):
        hours = None
        if start is not None and end is not None:
            hours = DaySchedule(time.fromisoformat(start), time.fromisoformat(end), break_min, BASIS)
        found[employee][day] = Shift(name, hours)
    return found


async def entries_between(first: date, last: date) -> list[Entry]:
    """The standing entries of the calendar that speak of some of the days, in the order of their recording."""
    rows = await CalendarRow.filter(first_day__lte=last, last_day__gte=first, withdrawn_at=None).order_by(
        "id"
    )
    return [entry_of(row) for row in rows]


def entry_of(row: CalendarRow) -> Entry:
    """A row as the entry it is."""
    return Entry(
        EntryKind(row.kind), row.first_day, row.last_day, row.name, row.legal_basis, row.unit_id, row.adds
    )


async def on_leave(days: Sequence[Key]) -> dict[Key, str]:
    """The kind of the approved leave that covers each day, where there is one."""
    return _by_day(days, await _approved(LeaveRow, days))


async def on_duty(days: Sequence[Key]) -> dict[Key, str]:
    """The kind of the approved duty order that covers each day, where there is one."""
    return _by_day(days, await _approved(DutyRow, days))


async def _approved(
    table: type[LeaveRow] | type[DutyRow], days: Sequence[Key]
) -> Mapping[int, Sequence[LeaveRow | DutyRow]]:
    found: dict[int, list[LeaveRow | DutyRow]] = defaultdict(list)
    rows = table.filter(
        employee_id__in=sorted({employee for employee, _ in days}),
        first_day__lte=max(day for _, day in days),
        last_day__gte=min(day for _, day in days),
        state=RequestState.APPROVED.value,
    )
    for row in await rows.order_by("id"):
        found[row.employee_id].append(row)
    return found


def _by_day(days: Sequence[Key], away: Mapping[int, Sequence[LeaveRow | DutyRow]]) -> dict[Key, str]:
    return {
        (employee, day): row.kind
        for employee, day in days
        for row in away.get(employee, ())
        if row.first_day <= day <= row.last_day
    }
