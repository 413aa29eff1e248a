"""Fences: where the people of a unit check in. They hold for all below it, until a nearer unit has its own."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from eperf.domain.access import Operation
from eperf.domain.attendance.check_in import Fence, Place
from eperf.domain.attendance.events import FenceChanged
from eperf.domain.attendance.request import RequestState
from eperf.domain.errors import BadInput, Conflict, NotFound, Taken
from eperf.domain.integrity.geo import Point
from eperf.domain.text import clean
from eperf.services.call import Call, answer, answered, work
from eperf.store.leave import DutyRow
from eperf.store.lock import Lock, take
from eperf.store.organisation import UnitRow
from eperf.store.position import FenceRow
from eperf.store.scope import ancestors, subject_of_unit


@dataclass(frozen=True)
class NewFence:
    """A place of a unit from a day on; one of the same name that is in force then ends on that day."""

    unit_id: int
    name: str
    place: Place
    valid_from: date
    legal_basis: str | None = None


async def add(call: Call, new: NewFence) -> int:
    """Records a fence; gives its id."""
    if not await UnitRow.exists(id=new.unit_id):
        raise NotFound("unit", new.unit_id)
    call.require(Operation.FENCE_WRITE, await subject_of_unit(new.unit_id), "unit")
    basis = None if new.legal_basis is None else clean("legalBasis", new.legal_basis, most=200)
    new = dataclasses.replace(new, name=clean("name", new.name, most=200), legal_basis=basis)
    async with work(call) as opened:
        before = await answered(call, "setFence", dataclasses.asdict(new))
        if before is not None:
            return before
        await take(Lock.CALENDAR)
        same = FenceRow.filter(unit_id=new.unit_id, name=new.name)
        if await same.filter(valid_from__gte=new.valid_from).exists():
            raise Taken("validFrom", new.valid_from.isoformat())
        await same.filter(valid_to=None).update(valid_to=new.valid_from)
        point = new.place.point
        row = await FenceRow.create(
            unit_id=new.unit_id, name=new.name, lat_e6=point.lat_e6, lon_e6=point.lon_e6,
            radius_m=new.place.radius_m, legal_basis=new.legal_basis, valid_from=new.valid_from,
            recorded_at=call.now, recorded_by_id=call.viewer.account_id or None,
        )  # fmt: skip
        opened.emit(FenceChanged(subject_id=row.id, unit_id=new.unit_id, what="set", first=new.valid_from))
        await answer(call, row.id)
        return int(row.id)


async def end(call: Call, fence_id: int, day: date) -> int:
    """Ends a fence: `day` is the first on which it no longer holds."""
    async with work(call) as opened:
        before = await answered(call, "endFence", [fence_id, day])
        if before is not None:
            return before
        row = await FenceRow.select_for_update().get_or_none(id=fence_id)
        if row is None:
            raise NotFound("fence", fence_id)
        call.require(Operation.FENCE_WRITE, await subject_of_unit(row.unit_id), "fence")
        if row.valid_to is not None:
            raise Conflict("fence", fence_id, f"it ends on {row.valid_to.isoformat()}")
        if day < row.valid_from:
            raise BadInput("validTo", day.isoformat(), "it begins later")
        await FenceRow.filter(id=fence_id).update(valid_to=day)
        opened.emit(FenceChanged(subject_id=row.id, unit_id=row.unit_id, what="ended", first=day))
        await answer(call, row.id)
        return int(row.id)


async def fences_for(employee_id: int, unit_id: int, day: date) -> Sequence[Fence]:
    """What a person's check-in of a day is held against; empty where nothing is asked.

    An approved duty order moves the rule for its days: its own place counts if it names one, and no place otherwise.
    """
    orders = await DutyRow.filter(
        employee_id=employee_id, state=RequestState.APPROVED.value, first_day__lte=day, last_day__gte=day
    )
    if orders:
        return [place for order in orders if (place := _of_duty(order)) is not None]
    units = await ancestors(unit_id)
    rows = await FenceRow.filter(unit_id__in=units, valid_from__lte=day).order_by("id")
    standing = [row for row in rows if row.valid_to is None or day < row.valid_to]
    nearest = next((unit for unit in units if any(row.unit_id == unit for row in standing)), None)
    return [
        Fence(Place(Point(row.lat_e6, row.lon_e6), row.radius_m), fence_id=row.id)
        for row in standing
        if row.unit_id == nearest
    ]


def _of_duty(row: DutyRow) -> Fence | None:
    if row.place_lat_e6 is None or row.place_lon_e6 is None or row.place_radius_m is None:
        return None
    return Fence(Place(Point(row.place_lat_e6, row.place_lon_e6), row.place_radius_m), duty_id=row.id)
