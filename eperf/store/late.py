"""Where closed months stand: which are, what waits to be run again, and what of a month is still to be scored."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol, TypeVar

from tortoise.expressions import Q

from eperf.domain.period import YearMonth
from eperf.store import database
from eperf.store.adjustment import AdjustmentRow
from eperf.store.calendar import StaleDayRow
from eperf.store.closing import FrozenRow, LateRow
from eperf.store.organisation import UnitTreeRow
from eperf.store.people import EmployeeRow, PlacementRow
from eperf.store.roster import StaleSpanRow
from eperf.store.scoring import DirtyRow, ScoreRow

_AT_ONCE = 500
_HAND_OVER = """
INSERT INTO late_score (employee_id, period, unit_id, mark)
SELECT employee_id, period, {unit}, 1 FROM dirty_score WHERE id IN ({ids}) ORDER BY employee_id
ON CONFLICT (employee_id, period) DO UPDATE SET mark = late_score.mark + 1, unit_id = excluded.unit_id, held = NULL
"""
# A mark that has grown since it was read stays where it is, and is handed over again.
_TAKE_AWAY = "DELETE FROM dirty_score WHERE (id, mark) IN (VALUES {read})"


class Marked(Protocol):
    """A dirty month as it was read."""

    @property
    def id(self) -> int: ...  # noqa: D102

    @property
    def employee_id(self) -> int: ...  # noqa: D102

    @property
    def mark(self) -> int: ...  # noqa: D102


M = TypeVar("M", bound=Marked)


async def hand_over(groups: Mapping[tuple[int, YearMonth], list[M]]) -> dict[tuple[int, YearMonth], list[M]]:
    """Moves the marks of closed months from the scorer's list to the adjuster's; gives what is left to score.

    A month is closed to somebody when that of the unit in which they end it is frozen, or that of the unit in which
    they were scored.
    """
    closed = await _frozen({period for _, period in groups})
    left: dict[tuple[int, YearMonth], list[M]] = {}
    for (unit_id, period), rows in groups.items():
        late = await _late(unit_id, period, rows, closed[period]) if closed[period] else set()
        if late:
            await _move(unit_id, [row for row in rows if row.employee_id in late])
        if rest := [row for row in rows if row.employee_id not in late]:
            left[unit_id, period] = rest
    return left


async def _frozen(periods: Collection[YearMonth]) -> dict[YearMonth, set[int]]:
    """The units whose month is closed."""
    found: dict[YearMonth, set[int]] = {period: set() for period in periods}
    rows = FrozenRow.filter(period__in=sorted(str(period) for period in periods))
    for row in await rows.only("id", "unit_id", "period"):
        found[YearMonth.parse(row.period)].add(row.unit_id)
    return found


async def _late(unit_id: int, period: YearMonth, rows: Sequence[Marked], closed: Collection[int]) -> set[int]:
    ids = sorted({row.employee_id for row in rows})
    if unit_id in closed:
        return set(ids)
    found: set[int] = set()
    for start in range(0, len(ids), _AT_ONCE):
        some = ScoreRow.filter(employee_id__in=ids[start : start + _AT_ONCE], period=str(period))
        found |= {
            row.employee_id
            for row in await some.only("id", "employee_id", "unit_id")
            if row.unit_id in closed
        }
    return found


async def _move(unit_id: int, rows: Sequence[Marked]) -> None:
    for start in range(0, len(rows), _AT_ONCE):
        some = rows[start : start + _AT_ONCE]
        ids = database.listed(row.id for row in some)
        read = ", ".join(f"({int(row.id)}, {int(row.mark)})" for row in some)
        async with database.transaction() as connection:
            await connection.execute_query(_HAND_OVER.format(unit=int(unit_id), ids=ids))
            await connection.execute_query(_TAKE_AWAY.format(read=read))


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


async def unread(employee_id: int, period: str) -> bool:
    """Whether days of somebody's month, or of everybody's, wait to be classified again."""
    month = YearMonth.parse(period)
    ours = Q(employee_id=employee_id) | Q(employee_id__isnull=True)
    spans = StaleSpanRow.filter(ours, first_day__lte=month.last, last_day__gte=month.first)
    days = StaleDayRow.filter(date__gte=month.first, date__lte=month.last)
    return await days.exists() or await spans.exists()


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
