"""The activity catalogue of a unit: its own items and those that it inherits."""

from __future__ import annotations

import dataclasses
from datetime import date, datetime

from eperf.domain.access import Operation
from eperf.domain.attendance.calendar import civil_day, zone_named
from eperf.domain.catalogue import Item, checked_item, versions
from eperf.domain.errors import NotFound
from eperf.domain.events import CatalogueChanged
from eperf.services.call import Call, answer, answered, work
from eperf.store.catalogue import ItemRow
from eperf.store.items import in_force, in_force_for, item_of, months_of, write
from eperf.store.lock import Lock, take
from eperf.store.organisation import UnitRow
from eperf.store.outbox import mark_dirty
from eperf.store.people import EmployeeRow
from eperf.store.scope import subject_of_unit


async def items_for(unit_id: int, day: date) -> list[ItemRow]:
    """What may be reported in a unit on a day, by code.

    Items are inherited down the tree; of those with one code the nearest unit's counts. Everybody may read them.
    """
    return await in_force(unit_id, day)


async def items_of(employee_id: int, now: datetime) -> list[ItemRow]:
    """What an employee may report of today, by code: the items of their unit that are for their post."""
    employee = await EmployeeRow.get_or_none(id=employee_id, active=True)
    if employee is None:
        return []
    unit = await UnitRow.get(id=employee.unit_id)
    return await in_force_for(employee, civil_day(now, zone_named(unit.zone)))


async def put_item(call: Call, unit_id: int, item: Item) -> int:
    """Adds a version of an item to a unit's catalogue, or corrects the one that begins on that day; gives its id.

    A version without an end, or that ends where its successor begins, ends where this one begins; any other overlap is
    refused. What was reported with a corrected version is scored again.
    """
    item = checked_item(item)
    async with work(call) as opened:
        await take(Lock.CATALOGUE)
        if not await UnitRow.exists(id=unit_id):
            raise NotFound("unit", unit_id)
        call.require(Operation.CATALOGUE_WRITE, await subject_of_unit(unit_id), "unit")
        before = await answered(call, "putItem", [unit_id, dataclasses.asdict(item)])
        if before is not None:
            return before
        stored = [
            item_of(row)
            for row in await ItemRow.filter(unit_id=unit_id, code=item.code).order_by("valid_from")
        ]
        written = [(unit_id, one) for one in versions(stored, item) if one not in stored]
        if written:
            await write(written)
            await mark_dirty(await months_of(written))
            opened.emit(CatalogueChanged(subject_id=unit_id, unit_id=unit_id, items=len(written)))
        row = await ItemRow.get(unit_id=unit_id, code=item.code, valid_from=item.valid_from)
        await answer(call, row.id)
        return int(row.id)
