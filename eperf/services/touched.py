"""What is no longer true when another part serves a unit: months to score again, days to classify again."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from eperf.services.parts import Slot
from eperf.store import stale
from eperf.store.binding import BindingRow
from eperf.store.outbox import mark_dirty
from eperf.store.people import EmployeeRow
from eperf.store.scope import below
from eperf.store.scoring import ScoreRow


async def touch(slot: Slot, unit_id: int, since: date, today: date) -> None:
    """Marks what a change of a slot from a day on touches, for the unit and all below it.

    A scheme makes months dirty, a work-time policy days stale; a pay policy changes nothing that is stored, and rules
    for appeals concern months that are closed afterwards.
    """
    if slot is Slot.SCHEME:
        await _months(unit_id, since, today)
    elif slot is Slot.WORK_TIME:
        # In the east the next day has begun already.
        await stale.mark_unit(unit_id, since, today + timedelta(days=1))


async def touch_all(bindings: Iterable[BindingRow], today: date) -> None:
    """The same for several bindings, each from its first day; once for each unit and slot."""
    first: dict[tuple[int, str], date] = {}
    for row in bindings:
        key = (row.unit_id, row.slot)
        first[key] = min(row.valid_from, first.get(key, row.valid_from))
    for (unit_id, slot), since in sorted(first.items()):
        await touch(Slot(slot), unit_id, since, today)


async def _months(unit_id: int, since: date, today: date) -> None:
    people = await EmployeeRow.filter(unit_id__in=below([unit_id]), active=True).only("id")
    scored = ScoreRow.filter(unit_id__in=below([unit_id]), period__gte=f"{since:%Y-%m}")
    months = {(row.employee_id, row.period) for row in await scored.only("id", "employee_id", "period")}
    months |= {(row.id, f"{today:%Y-%m}") for row in people}
    await mark_dirty(sorted(months))
