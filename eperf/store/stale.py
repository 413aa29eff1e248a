"""Days to classify again: marked in the transaction of what made them untrue, taken one by one afterwards."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from tortoise.expressions import F, Q, Subquery

from eperf.store.attendance import DayRow
from eperf.store.calendar import StaleDayRow
from eperf.store.people import EmployeeRow
from eperf.store.scope import below


async def mark(days: Iterable[date], unit_id: int | None) -> None:
    """Marks days of everybody below a unit (None: everywhere). Callers hold the calendar's lock."""
    for day in days:
        known = StaleDayRow.filter(date=day, unit_id=unit_id)
        if not await known.update(mark=F("mark") + 1):
            await StaleDayRow.create(date=day, unit_id=unit_id)


async def some(most: int) -> list[StaleDayRow]:
    """The earliest marked days."""
    return await StaleDayRow.all().order_by("date", "id").limit(most)


async def done(row: StaleDayRow) -> None:
    """Takes a mark away, unless it was asked for again meanwhile."""
    await StaleDayRow.filter(id=row.id, mark=row.mark).delete()


async def people(row: StaleDayRow) -> list[int]:
    """Whose day it is: everybody with a classified day who served below the unit then, or serves there now."""
    days = DayRow.filter(date=row.date)
    if row.unit_id is not None:
        units = below([row.unit_id])
        now = Subquery(EmployeeRow.filter(unit_id__in=units).values("id"))
        days = days.filter(Q(unit_id__in=units) | Q(employee_id__in=now))
    return [day.employee_id for day in await days.order_by("employee_id").only("id", "employee_id")]
