"""Days to classify again: marked in the transaction of what made them untrue, taken one by one afterwards."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from tortoise.expressions import F, Q, Subquery

from eperf.store.attendance import DayRow, PunchRow
from eperf.store.calendar import StaleDayRow
from eperf.store.people import EmployeeRow
from eperf.store.scope import below

_AT_ONCE = 500


async def mark(days: Iterable[date], unit_id: int | None) -> None:
    """Marks days of everybody below a unit (None: everywhere). Callers hold the calendar's lock."""
    for day in days:
        known = StaleDayRow.filter(date=day, unit_id=unit_id)
        if not await known.update(mark=F("mark") + 1):
            await StaleDayRow.create(date=day, unit_id=unit_id)


async def mark_pairs(pairs: Iterable[tuple[date, int]]) -> None:
    """Marks (day, unit) pairs, many at once. Callers hold the calendar's lock."""
    wanted = sorted(set(pairs))
    for start in range(0, len(wanted), _AT_ONCE):
        part = wanted[start : start + _AT_ONCE]
        rows = StaleDayRow.filter(
            date__gte=part[0][0], date__lte=part[-1][0], unit_id__in=sorted({unit for _, unit in part})
        )
        known = {(row.date, row.unit_id): row.id for row in await rows}
        again = [known[pair] for pair in part if pair in known]
        if again:
            await StaleDayRow.filter(id__in=again).update(mark=F("mark") + 1)
        await StaleDayRow.bulk_create(
            StaleDayRow(date=day, unit_id=unit) for day, unit in part if (day, unit) not in known
        )


async def some(most: int) -> list[StaleDayRow]:
    """The earliest marked days."""
    return await StaleDayRow.all().order_by("date", "id").limit(most)


async def done(row: StaleDayRow) -> None:
    """Takes a mark away, unless it was asked for again meanwhile."""
    await StaleDayRow.filter(id=row.id, mark=row.mark).delete()


async def people(row: StaleDayRow) -> list[int]:
    """Whose day it is: everybody who has the day classified, or a punch of it, and served below the unit then or serves
    there now.
    """
    days = DayRow.filter(date=row.date)
    taps = PunchRow.filter(date=row.date, employee_id__not_isnull=True)
    if row.unit_id is not None:
        units = below([row.unit_id])
        now = Subquery(EmployeeRow.filter(unit_id__in=units).values("id"))
        days = days.filter(Q(unit_id__in=units) | Q(employee_id__in=now))
        taps = taps.filter(employee_id__in=now)
    found = {day.employee_id for day in await days.only("id", "employee_id")}
    found |= {tap["employee_id"] for tap in await taps.distinct().values("employee_id")}
    return sorted(found)
