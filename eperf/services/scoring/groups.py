"""Dirty months by unit and period, in batches of whole units."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date

from eperf.domain.period import YearMonth
from eperf.store.claims import Dirty
from eperf.store.days import placed as placements
from eperf.store.people import EmployeeRow

_AT_ONCE = 500
BATCH_PEOPLE = 2000
"""So many people's months are in memory as one batch, unless one unit alone has more."""

Groups = dict[int, list[Dirty]]
"""Dirty months of one period by unit."""
Place = tuple[int, YearMonth]
"""A unit and a period."""


async def by_unit(dirty: Sequence[Dirty], today: date) -> dict[Place, list[Dirty]]:
    """Dirty rows by the unit in which the employee ends the month (or is today, while it runs)."""
    last = {row.period: min(YearMonth.parse(row.period).last, today) for row in dirty}
    wanted = {row.employee_id: (date.min, max(last.values())) for row in dirty}
    placed: dict[int, list[tuple[date, int]]] = defaultdict(list)
    for employee, unit, first, _ in await placements(wanted):
        placed[employee].append((first, unit))
    current = await _current(sorted(wanted))
    groups: dict[Place, list[Dirty]] = defaultdict(list)
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


def batches(groups: dict[Place, list[Dirty]]) -> Iterator[tuple[YearMonth, Groups]]:
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
