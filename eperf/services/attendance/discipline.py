"""The ledger of absence: per employee and year what was counted, and what the law proposes. Reads only.

Nothing is stored: a day that is classified again changes the ledger with it. A proposal is shown, never carried out.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, timedelta

from eperf.domain.access import Operation, scope
from eperf.domain.attendance.calendar import WorkCalendar
from eperf.domain.attendance.day import DayStatus
from eperf.domain.discipline.absence import Absence, absence_of_days
from eperf.domain.discipline.ledger import YearLedger, year_ledger
from eperf.domain.errors import TooMany
from eperf.services.call import Call
from eperf.store import absence as stored
from eperf.store.people import EmployeeRow
from eperf.store.scope import OF_EMPLOYEES, predicate

MOST = 1000
"""Of so many employees a ledger is made at once."""

_NONE = Absence({}, ())
_AROUND = timedelta(days=31)
"""So far before and after the years days are read, so that a run is followed across New Year."""


async def ledgers(
    call: Call, employees: Collection[int], years: Collection[int]
) -> dict[int, list[YearLedger]]:
    """The ledgers of employees for some years, in the order of `years`; who is out of reach is not named.

    Reach is by the placement of today: a ledger is of all days of a person, in whatever unit they were. Refuses more
    than `MOST` employees.
    """
    if len(employees) > MOST:
        raise TooMany("absence", MOST, len(employees))
    ids = await _in_reach(call, employees)
    if not ids or not years:
        return {one: [] for one in ids}
    minutes = {year: await stored.minutes(ids, date(year, 1, 1), date(year, 12, 31)) for year in years}
    first, last = date(min(years), 1, 1) - _AROUND, date(max(years), 12, 31) + _AROUND
    days = await stored.statuses(ids, first, last)
    calendar = WorkCalendar()
    counted = {employee: _counted(statuses, calendar) for employee, statuses in days.items()}
    return {
        one: [
            year_ledger(year, call.today, counted.get(one, _NONE), *minutes[year].get(one, (0, 0)))
            for year in years
        ]
        for one in ids
    }


def _counted(statuses: Mapping[date, str], calendar: WorkCalendar) -> Absence:
    return absence_of_days(
        {day: DayStatus(status) for day, status in statuses.items()}, calendar.is_working_day
    )


async def _in_reach(call: Call, employees: Collection[int]) -> list[int]:
    """The employees whose attendance the viewer may read."""
    reach = predicate(scope(call.viewer, Operation.ATTENDANCE_READ), OF_EMPLOYEES)
    asked = EmployeeRow.filter(id__in=sorted(set(employees)))
    found = await (asked if reach is None else asked.filter(reach)).values_list("id", flat=True)
    return sorted(int(str(one)) for one in found)
