"""Units and posts: creating them, changing them, and hanging a unit with all below it elsewhere."""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from enum import Enum
from itertools import pairwise
from typing import Any, Final

from eperf.domain.access import Operation, Subject
from eperf.domain.errors import NotFound, Taken
from eperf.domain.events import PositionChanged, UnitChanged
from eperf.domain.organisation import Position, Unit, UnitKind, checked_position, checked_unit, require_place
from eperf.services.call import Call, answer, answered, work
from eperf.store import stale, tree
from eperf.store.lock import Lock, take
from eperf.store.organisation import PositionRow, UnitRow
from eperf.store.outbox import mark_dirty
from eperf.store.people import EmployeeRow
from eperf.store.scope import ancestors, below, subject_of_unit


class _Keep(Enum):
    KEEP = "keep"


KEEP: Final = _Keep.KEEP
"""Stands for "as it is" where None has a meaning of its own."""


async def create_unit(call: Call, unit: Unit, parent_id: int | None) -> int:
    """Creates a unit under a parent, or a root; gives its id. Only the installation itself creates roots."""
    unit = checked_unit(unit)
    async with work(call) as opened:
        await take(Lock.ORGANISATION)
        call.require(Operation.ORGANISATION_WRITE, await _place(parent_id), "parent")
        before = await answered(call, "createUnit", [dataclasses.asdict(unit), parent_id])
        if before is not None:
            return before
        if await UnitRow.exists(code=unit.code):
            raise Taken("code", unit.code)
        await _require_room(None, parent_id)
        row = await UnitRow.create(**dataclasses.asdict(unit), parent_id=parent_id)
        await tree.plant(row.id, parent_id)
        opened.emit(UnitChanged(subject_id=row.id, unit_id=row.id))
        await answer(call, row.id)
        return int(row.id)


async def change_unit(
    call: Call, unit_id: int, *, code: str | None = None, name: str | None = None,
    kind: UnitKind | None = None, zone: str | None = None, parent_id: int | _Keep | None = KEEP,
) -> int:  # fmt: skip
    """Changes what is given of a unit; a new parent takes the unit with all below it. Nothing new writes nothing.

    Needs the right over the unit as it stands, and over its new parent. Refuses a parent below the unit. Under another
    parent other rules may hold, so this month's scores and days of everybody below are untrue, as are days in another
    zone. The tree has no dates: earlier months keep what they have.
    """
    async with work(call) as opened:
        await take(Lock.ORGANISATION)
        row = await _unit(call, unit_id)
        wanted = checked_unit(
            Unit(code or row.code, name or row.name, kind or UnitKind(row.kind), zone or row.zone)
        )
        parent = row.parent_id if parent_id is KEEP else parent_id
        values: dict[str, Any] = {**dataclasses.asdict(wanted), "parent_id": parent}
        if all(getattr(row, one) == value for one, value in values.items()):
            return unit_id
        if wanted.code != row.code and await UnitRow.exists(code=wanted.code):
            raise Taken("code", wanted.code)
        if parent != row.parent_id:
            call.require(Operation.ORGANISATION_WRITE, await _place(parent), "parent")
            await _require_room(unit_id, parent)
            await tree.move(unit_id, parent)
            await _mark(call, await EmployeeRow.filter(unit_id__in=below([unit_id]), active=True).only("id"))
        if (parent, wanted.zone) != (row.parent_id, row.zone):
            # In the east the next day has begun already.
            await stale.mark_unit(unit_id, call.today.replace(day=1), call.today + timedelta(days=1))
        await row.update_from_dict(values).save()
        opened.emit(UnitChanged(subject_id=unit_id, unit_id=unit_id))
        return unit_id


async def create_position(call: Call, position: Position, unit_id: int) -> int:
    """Creates a post in a unit; gives its id."""
    position = checked_position(position)
    async with work(call) as opened:
        await take(Lock.ORGANISATION)
        await _unit(call, unit_id)
        before = await answered(call, "createPosition", [dataclasses.asdict(position), unit_id])
        if before is not None:
            return before
        if await PositionRow.exists(code=position.code):
            raise Taken("code", position.code)
        row = await PositionRow.create(**dataclasses.asdict(position), unit_id=unit_id)
        opened.emit(PositionChanged(subject_id=row.id, unit_id=unit_id))
        await answer(call, row.id)
        return int(row.id)


async def change_position(call: Call, position_id: int, position: Position, unit_id: int) -> int:
    """Changes a post, or moves it to another unit; needs the right over both. Nothing new writes nothing.

    Another job class makes this month's scores of its holders untrue.
    """
    position = checked_position(position)
    async with work(call) as opened:
        await take(Lock.ORGANISATION)
        row = await PositionRow.get_or_none(id=position_id)
        if row is None:
            raise NotFound("position", position_id)
        for unit in {row.unit_id, unit_id}:
            await _unit(call, unit)
        values: dict[str, Any] = {**dataclasses.asdict(position), "unit_id": unit_id}
        if all(getattr(row, one) == value for one, value in values.items()):
            return position_id
        if position.code != row.code and await PositionRow.exists(code=position.code):
            raise Taken("code", position.code)
        rescored = (position.code, position.job_class) != (row.code, row.job_class)
        await row.update_from_dict(values).save()
        if rescored:
            await _mark(call, await EmployeeRow.filter(position_id=position_id, active=True).only("id"))
        opened.emit(PositionChanged(subject_id=position_id, unit_id=unit_id))
        return position_id


async def _unit(call: Call, unit_id: int) -> UnitRow:
    row = await UnitRow.get_or_none(id=unit_id)
    if row is None:
        raise NotFound("unit", unit_id)
    call.require(Operation.ORGANISATION_WRITE, await subject_of_unit(unit_id), "unit")
    return row


async def _place(parent_id: int | None) -> Subject:
    """The place under a parent as a subject; that of a root belongs to no unit."""
    if parent_id is None:
        return Subject(units=frozenset())
    if not await UnitRow.exists(id=parent_id):
        raise NotFound("parent", parent_id)
    return await subject_of_unit(parent_id)


async def _require_room(unit_id: int | None, parent_id: int | None) -> None:
    above = await ancestors(parent_id) if parent_id is not None else []
    parents: dict[int, int | None] = {**dict(pairwise(above)), **dict.fromkeys(above[-1:])}
    require_place(parents, unit_id or 0, parent_id, await tree.height(unit_id) if unit_id else 0)


async def _mark(call: Call, people: list[EmployeeRow]) -> None:
    await mark_dirty([(person.id, f"{call.today:%Y-%m}") for person in people])
