"""Where closed months stand: which are, what waits to be run again, and what of a month is still to be scored."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from tortoise.expressions import F, Q

from eperf.store import database
from eperf.store.adjustment import AdjustmentRow
from eperf.store.calendar import StaleDayRow
from eperf.store.closing import FrozenRow, LateRow
from eperf.store.organisation import UnitTreeRow
from eperf.store.people import EmployeeRow, PlacementRow
from eperf.store.roster import StaleSpanRow
from eperf.store.scoring import DirtyRow, ScoreRow

_AT_ONCE = 500


async def sealed(unit_id: int, period: str, ids: Collection[int]) -> set[int]:
    """Of these employees, who end the month in the unit, those whose score of the month does not change any more.

    All of them once the unit's month is frozen; otherwise those who were scored in a unit whose month is.
    """
    if await FrozenRow.exists(unit_id=unit_id, period=period):
        return set(ids)
    closed = {row.unit_id for row in await FrozenRow.filter(period=period).only("id", "unit_id")}
    if not closed:
        return set()
    found: set[int] = set()
    wanted = sorted(ids)
    for start in range(0, len(wanted), _AT_ONCE):
        rows = ScoreRow.filter(employee_id__in=wanted[start : start + _AT_ONCE], period=period)
        scored = await rows.values_list("employee_id", "unit_id")
        found |= {int(who) for who, where in scored if where in closed}
    return found


async def hand_over(unit_id: int, period: str, rows: Sequence[DirtyRow]) -> list[DirtyRow]:
    """Moves the marks of closed months from the scorer's list to the adjuster's; gives the marks that are left."""
    late = await sealed(unit_id, period, [row.employee_id for row in rows])
    if not late:
        return list(rows)
    async with database.transaction():
        for row in rows:
            if row.employee_id in late:
                await _mark(row.employee_id, period, unit_id)
                await DirtyRow.filter(id=row.id, mark=row.mark).delete()
    return [row for row in rows if row.employee_id not in late]


async def _mark(employee_id: int, period: str, unit_id: int) -> None:
    known = LateRow.filter(employee_id=employee_id, period=period)
    if not await known.update(mark=F("mark") + 1, unit_id=unit_id, held=None):
        await LateRow.create(employee_id=employee_id, period=period, unit_id=unit_id)


async def waiting(units: Collection[int], period: str, last: object) -> int:
    """How many months of people of these units wait to be scored. `last`: the month's last day."""
    dirty = await DirtyRow.filter(period=period).values_list("employee_id", flat=True)
    return len(await _of_units(units, sorted({int(str(one)) for one in dirty}), last))


async def _of_units(units: Collection[int], ids: Sequence[int], last: object) -> set[int]:
    """Those of the employees who end the month in one of the units."""
    found: set[int] = set()
    for start in range(0, len(ids), _AT_ONCE):
        some = ids[start : start + _AT_ONCE]
        ends = dict(await EmployeeRow.filter(id__in=some).values_list("id", "unit_id"))
        placed = PlacementRow.filter(employee_id__in=some, valid_from__lte=last).order_by("valid_from")
        ends |= dict(await placed.values_list("employee_id", "unit_id"))
        found |= {int(who) for who, where in ends.items() if where in units}
    return found


async def unread(employee_id: int) -> bool:
    """Whether days of somebody wait to be classified again."""
    spans = StaleSpanRow.filter(Q(employee_id=employee_id) | Q(employee_id__isnull=True))
    return await StaleDayRow.all().exists() or await spans.exists()


async def unscored(employee_id: int, period: str) -> bool:
    """Whether a month of somebody waits to be scored or run again, or has no figure."""
    known = {"employee_id": employee_id, "period": period}
    return await DirtyRow.filter(**known).exists() or await LateRow.filter(**known).exists()


async def latest(ids: Sequence[int], period: str) -> dict[int, AdjustmentRow]:
    """The last adjusting entry of each employee's month."""
    rows = AdjustmentRow.filter(employee_id__in=list(ids), period=period).order_by("id")
    return {row.employee_id: row for row in await rows}


async def below(unit_id: int) -> list[int]:
    """A unit and all units below it, by their ids."""
    rows = await UnitTreeRow.filter(ancestor_id=unit_id).values_list("descendant_id", flat=True)
    return sorted(int(str(one)) for one in rows)
