"""Binding parts to the slots of units: what counts where, from when."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from eperf.domain.access import Operation
from eperf.domain.events import PartBound
from eperf.services.call import Call, answer, answered, work
from eperf.services.parts import Slot, registered, settings_of
from eperf.store import stale
from eperf.store.binding import BindingRow
from eperf.store.outbox import mark_dirty
from eperf.store.people import EmployeeRow
from eperf.store.scope import below, subject_of_unit
from eperf.store.scoring import ScoreRow


async def bind(
    call: Call, unit_id: int, slot: Slot, part: str, settings: dict[str, Any], valid_from: date
) -> int:
    """Binds a part to a unit's slot from a day on; refuses unknown parts and settings that its model refuses.

    A new scheme makes the months from that day on dirty for everybody below the unit; a new work-time policy makes the
    days from that day on stale; a new pay policy changes nothing that is stored. Rules for appeals concern months that
    are closed afterwards.
    """
    call.require(Operation.BINDING_WRITE, await subject_of_unit(unit_id), "unit")
    found = registered(call.parts, slot, part)
    settings_of(found.part, settings)
    async with work(call) as opened:
        before = await answered(
            call, "bindPart", [unit_id, slot.value, part, settings, valid_from.isoformat()]
        )
        if before is not None:
            return before
        row = await BindingRow.create(
            unit_id=unit_id,
            slot=slot.value,
            part=part,
            settings=settings,
            valid_from=valid_from,
            known_from=call.now,
            account_id=call.viewer.account_id or None,
        )
        opened.emit(
            PartBound(subject_id=unit_id, unit_id=unit_id, slot=slot.value, part=part, valid_from=valid_from)
        )
        if slot is Slot.SCHEME:
            await _mark(unit_id, valid_from, call.today)
        elif slot is Slot.WORK_TIME:
            # In the east the next day has begun already.
            await stale.mark_unit(unit_id, valid_from, call.today + timedelta(days=1))
        await answer(call, row.id)
        return int(row.id)


async def _mark(unit_id: int, valid_from: date, today: date) -> None:
    people = await EmployeeRow.filter(unit_id__in=below([unit_id]), active=True).only("id")
    scored = ScoreRow.filter(unit_id__in=below([unit_id]), period__gte=f"{valid_from:%Y-%m}")
    months = {(row.employee_id, row.period) for row in await scored.only("id", "employee_id", "period")}
    months |= {(row.id, f"{today:%Y-%m}") for row in people}
    await mark_dirty(sorted(months))
