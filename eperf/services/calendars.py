"""What the calendar says in a unit on some days: the almanac of the country with the decrees that hold there."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from eperf.adapters.almanac import holidays_of
from eperf.domain.attendance.holiday import FreeDays, free_days
from eperf.store.circumstances import entries_between
from eperf.store.scope import above


async def calendars(units: Collection[int], days: Collection[date]) -> dict[int, FreeDays]:
    """The calendar of each unit for the days."""
    if not units or not days:
        return {unit: FreeDays() for unit in units}
    base = [one for year in sorted({day.year for day in days}) for one in holidays_of(year)]
    entries = await entries_between(min(days), max(days))
    places = await above(units)
    return {unit: free_days(days, base, entries, places[unit]) for unit in units}
