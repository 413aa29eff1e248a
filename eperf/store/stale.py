"""Days to classify again: marked in the transaction of what made them untrue, taken some at a time afterwards.

A mark names days, and whose they are: one person's, everybody's below a unit, or everybody's. Whose days those are is
asked when the mark is taken, so a day that is classified meanwhile is not missed.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from tortoise.expressions import F, Q, Subquery

from eperf.store.attendance import DayRow, PunchRow
from eperf.store.calendar import StaleDayRow
from eperf.store.people import EmployeeRow
from eperf.store.roster import StaleSpanRow
from eperf.store.scope import below

_AT_ONCE = 500


@dataclass(frozen=True)
class Stale:
    """Days, first to last, of a person, of everybody below a unit, or of everybody; and the rows that say so."""

    first: date
    last: date
    unit_id: int | None = None
    employee_id: int | None = None
    marks: tuple[tuple[int, int], ...] = field(default=())
    """Ids of `StaleDayRow`, each with its mark as it was read."""
    spans: tuple[int, ...] = ()
    """Ids of `StaleSpanRow`."""

    @property
    def length(self) -> int:
        """How many days it has."""
        return (self.last - self.first).days + 1

    def within(self, other: Stale) -> bool:
        """Whether another has all its rows."""
        return set(self.marks) <= set(other.marks) and set(self.spans) <= set(other.spans)


async def mark(days: Iterable[date], unit_id: int | None) -> None:
    """Marks days of everybody below a unit (None: everywhere). Callers hold the calendar's lock."""
    for day in days:
        known = StaleDayRow.filter(date=day, unit_id=unit_id)
        if not await known.update(mark=F("mark") + 1):
            await StaleDayRow.create(date=day, unit_id=unit_id)


async def mark_unit(unit_id: int, first: date, last: date) -> None:
    """Marks the days from the first to the last of everybody below a unit; nothing when the last lies before."""
    if first <= last:
        await StaleSpanRow.create(unit_id=unit_id, first_day=first, last_day=last)


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


async def mark_people(people: Mapping[int, date], last: date) -> None:
    """Marks the days of people from a day each on, up to the last."""
    rows = [
        StaleSpanRow(employee_id=one, first_day=first, last_day=last)
        for one, first in sorted(people.items())
        if first <= last
    ]
    if rows:
        await StaleSpanRow.bulk_create(rows, batch_size=_AT_ONCE)


async def some(most: int) -> list[Stale]:
    """The earliest marked days, and the oldest marked spans."""
    days = await StaleDayRow.all().order_by("date", "id").limit(most)
    spans = await StaleSpanRow.all().order_by("id").limit(most)
    return [Stale(row.date, row.date, row.unit_id, None, ((row.id, row.mark),)) for row in days] + [
        Stale(row.first_day, row.last_day, row.unit_id, row.employee_id, (), (row.id,)) for row in spans
    ]


def joined(several: Sequence[Stale]) -> list[Stale]:
    """The same days with those of one person or unit that meet or overlap taken together."""
    found: list[Stale] = []
    for one in sorted(several, key=lambda s: (s.employee_id or 0, s.unit_id or 0, s.first, s.last)):
        before = found[-1] if found else None
        if (
            before is not None
            and (before.unit_id, before.employee_id) == (one.unit_id, one.employee_id)
            and one.first <= before.last + timedelta(days=1)
        ):
            found[-1] = dataclasses.replace(
                before,
                last=max(before.last, one.last),
                marks=before.marks + one.marks,
                spans=before.spans + one.spans,
            )
        else:
            found.append(one)
    return sorted(found, key=lambda s: s.first)


async def done(one: Stale) -> None:
    """Takes its marks away, but for those that were asked for again meanwhile."""
    for number, times in one.marks:
        await StaleDayRow.filter(id=number, mark=times).delete()
    if one.spans:
        await StaleSpanRow.filter(id__in=list(one.spans)).delete()


async def people(one: Stale) -> list[int]:
    """Whose days they are: who has one classified, or a punch of it, and served below the unit then or does now."""
    if one.employee_id is not None:
        return [one.employee_id]
    days = DayRow.filter(date__gte=one.first, date__lte=one.last)
    taps = PunchRow.filter(date__gte=one.first, date__lte=one.last, employee_id__not_isnull=True)
    if one.unit_id is not None:
        units = below([one.unit_id])
        now = Subquery(EmployeeRow.filter(unit_id__in=units).values("id"))
        days = days.filter(Q(unit_id__in=units) | Q(employee_id__in=now))
        taps = taps.filter(employee_id__in=now)
    found = {row["employee_id"] for row in await days.distinct().values("employee_id")}
    found |= {row["employee_id"] for row in await taps.distinct().values("employee_id")}
    return sorted(found)
