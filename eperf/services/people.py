"""Employees, where they serve from when, and who acts for whom."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from eperf.domain.access import Operation, Subject
from eperf.domain.errors import ActingForOneself, ActingOverlap, BadInput, NotFound, Taken
from eperf.domain.events import ActingAppointed, EmployeeChanged, EmployeePlaced
from eperf.domain.people import ActingKind, Person, Placed, Post, checked_person, day, on, require_no_ring
from eperf.domain.people import place as placed
from eperf.services.call import Call, Work, answer, answered, work
from eperf.store import stale
from eperf.store.lock import Lock, take
from eperf.store.organisation import PositionRow, UnitRow
from eperf.store.outbox import mark_dirty
from eperf.store.people import ActingRow, EmployeeRow, PlacementRow
from eperf.store.placements import months_from, roll, timelines
from eperf.store.scope import subject_of_employee, subject_of_unit


async def create_employee(call: Call, person: Person, post: Post[int], valid_from: date) -> int:
    """Creates an employee with a first placement; gives its id."""
    person = checked_person(person, call.today)
    day("validFrom", valid_from)
    async with work(call) as opened:
        await take(Lock.PEOPLE)
        await _require_post(call, post)
        given = [dataclasses.asdict(person), dataclasses.asdict(post), valid_from.isoformat()]
        before = await answered(call, "createEmployee", given)
        if before is not None:
            return before
        await _require_free(person.nip)
        row = await EmployeeRow.create(**dataclasses.asdict(person), **_columns(post))
        await PlacementRow.create(employee_id=row.id, valid_from=valid_from, **_columns(post))
        await _tell(call, opened, row.id, post.unit_id, valid_from)
        await answer(call, row.id)
        return int(row.id)


async def change_employee(call: Call, employee_id: int, person: Person) -> int:
    """Replaces what is known of a person; where they serve is not touched. Nothing new writes nothing."""
    person = checked_person(person, call.today)
    async with work(call) as opened:
        await take(Lock.PEOPLE)
        row = await _employee(call, employee_id, Operation.PEOPLE_WRITE, "employee")
        values: dict[str, Any] = dataclasses.asdict(person)
        if all(getattr(row, one) == value for one, value in values.items()):
            return employee_id
        if person.nip != row.nip:
            await _require_free(person.nip)
        await row.update_from_dict(values).save(update_fields=list(values))
        opened.emit(EmployeeChanged(subject_id=employee_id, unit_id=row.unit_id, employee_id=employee_id))
        return employee_id


async def place(call: Call, employee_id: int, post: Post[int], valid_from: date) -> int:
    """Places an employee from a day on, which may lie ahead; gives the placement's id.

    The placement in force on that day ends there; later ones stay. Needs the right over the unit of today, over that of
    the placement that ends, and over the new one. Refuses a second placement that begins on the same day, and a
    superior who would be the employee's own subordinate on any day of it.
    """
    day("validFrom", valid_from)
    async with work(call) as opened:
        await take(Lock.PEOPLE)
        employee = await _employee(call, employee_id, Operation.PEOPLE_WRITE, "employee")
        await _require_post(call, post)
        given = [employee_id, dataclasses.asdict(post), valid_from.isoformat()]
        before = await answered(call, "placeEmployee", given)
        if before is not None:
            return before
        known = await timelines([employee_id, *([post.supervisor] if post.supervisor else [])])
        old = known[employee_id]
        new = placed(old, post, valid_from)
        if new != old:
            if (ended := on(old, valid_from)) is not None:
                call.require(Operation.PEOPLE_WRITE, await subject_of_unit(ended.post.unit_id), "validFrom")
            require_no_ring(employee_id, new, lambda one: known.get(one, []))
            await _write(employee_id, old, new)
            await roll(call.today, [employee_id])
            await _tell(call, opened, employee.id, post.unit_id, valid_from)
        current = on(new, valid_from)
        row = await PlacementRow.get(employee_id=employee_id, valid_from=current and current.valid_from)
        await answer(call, row.id)
        return int(row.id)


async def roll_placements(call: Call) -> int:
    """Moves employee rows to the placement of the civil day; gives how many moved. Repeating it changes nothing."""
    async with work(call) as opened:
        await take(Lock.PEOPLE)
        moved = await roll(call.today)
        for row in moved:
            opened.emit(
                EmployeePlaced(
                    subject_id=row.employee_id, unit_id=row.unit_id, employee_id=row.employee_id,
                    valid_from=row.valid_from,
                )
            )  # fmt: skip
        await mark_dirty([(row.employee_id, f"{call.today:%Y-%m}") for row in moved])
        return len(moved)


async def appoint_acting(
    call: Call, officer_id: int, incumbent_id: int, kind: ActingKind, valid_from: date,
    valid_to: date | None = None,
) -> int:  # fmt: skip
    """Makes an officer act for an incumbent in `[valid_from, valid_to)` (null = open); gives the appointment's id.

    Nobody acts for themselves, nobody appoints for or as themselves, and on no day do two act for one incumbent.
    """
    kind = ActingKind(kind)
    day("validFrom", valid_from)
    if valid_to is not None and day("validTo", valid_to) <= valid_from:
        raise BadInput("validTo", valid_to.isoformat(), "does not lie after the first day")
    async with work(call) as opened:
        await take(Lock.PEOPLE)
        incumbent = await _employee(call, incumbent_id, Operation.ACTING_APPOINT, "incumbent")
        await _employee(call, officer_id, Operation.ACTING_APPOINT, "officer")
        if officer_id == incumbent_id:
            raise ActingForOneself("officer", officer_id)
        given = [
            officer_id,
            incumbent_id,
            kind.value,
            valid_from.isoformat(),
            valid_to and valid_to.isoformat(),
        ]
        before = await answered(call, "appointActing", given)
        if before is not None:
            return before
        for other in await ActingRow.filter(incumbent_id=incumbent_id):
            if _meet(other, valid_from, valid_to):
                raise ActingOverlap("validFrom", other.valid_from.isoformat())
        row = await ActingRow.create(
            officer_id=officer_id,
            incumbent_id=incumbent_id,
            kind=kind.value,
            valid_from=valid_from,
            valid_to=valid_to,
        )
        opened.emit(
            ActingAppointed(
                subject_id=incumbent_id, unit_id=incumbent.unit_id, employee_id=incumbent_id,
                officer_id=officer_id, acting=kind.value, valid_from=valid_from,
            )
        )  # fmt: skip
        await answer(call, row.id)
        return int(row.id)


def _meet(row: ActingRow, first: date, end: date | None) -> bool:
    return (row.valid_to is None or first < row.valid_to) and (end is None or row.valid_from < end)


async def _employee(call: Call, employee_id: int, operation: Operation, field: str) -> EmployeeRow:
    row = await EmployeeRow.get_or_none(id=employee_id, active=True)
    if row is None:
        raise NotFound(field, employee_id)
    call.require(operation, await subject_of_employee(row), field)
    return row


async def _require_post(call: Call, post: Post[int]) -> None:
    if not await UnitRow.exists(id=post.unit_id):
        raise NotFound("unit", post.unit_id)
    subject: Subject = await subject_of_unit(post.unit_id)
    call.require(Operation.PEOPLE_WRITE, subject, "unit")
    if post.position_id is not None and not await PositionRow.exists(id=post.position_id):
        raise NotFound("position", post.position_id)
    if post.supervisor is not None and not await EmployeeRow.exists(id=post.supervisor, active=True):
        raise NotFound("supervisor", post.supervisor)


async def _require_free(nip: str | None) -> None:
    if nip is not None and await EmployeeRow.exists(nip=nip):
        raise Taken("nip", nip)


async def _write(employee_id: int, old: Iterable[Placed[int]], new: Iterable[Placed[int]]) -> None:
    before = {one.valid_from: one for one in old}
    for one in new:
        if before.get(one.valid_from) != one:
            await PlacementRow.update_or_create(
                {**_columns(one.post), "valid_to": one.valid_to},
                employee_id=employee_id,
                valid_from=one.valid_from,
            )


async def _tell(call: Call, opened: Work, employee_id: int, unit_id: int, valid_from: date) -> None:
    opened.emit(
        EmployeePlaced(
            subject_id=employee_id, unit_id=unit_id, employee_id=employee_id, valid_from=valid_from
        )
    )
    await mark_dirty(await months_from({employee_id: valid_from}, call.today))
    # In the east the next day has begun already.
    await stale.mark_people({employee_id: valid_from}, call.today + timedelta(days=1))


def _columns(post: Post[int]) -> dict[str, Any]:
    return {"unit_id": post.unit_id, "position_id": post.position_id, "supervisor_id": post.supervisor}
