"""Entering what decrees say of days, and withdrawing it: holidays, joint leave, Ramadan.

An entry may touch the days of a whole city. The verb marks those days, and the months whose scores rest on them; the
days are classified again afterwards (`days.reclassify`), some hundred people at a time.
"""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from typing import Any

from eperf.domain.access import Operation, Subject
from eperf.domain.attendance.events import CalendarChanged
from eperf.domain.attendance.holiday import Entry, FreeDays, checked_entry
from eperf.domain.errors import Conflict, NotFound, Taken
from eperf.domain.period import YearMonth
from eperf.services.calendars import calendars
from eperf.services.call import Call, Work, answer, answered, work
from eperf.store import stale
from eperf.store.calendar import CalendarRow
from eperf.store.circumstances import entry_of
from eperf.store.lock import Lock, take
from eperf.store.organisation import UnitRow
from eperf.store.outbox import mark_dirty
from eperf.store.people import EmployeeRow
from eperf.store.scope import below, subject_of_unit
from eperf.store.scoring import ScoreRow


async def add(call: Call, entry: Entry) -> int:
    """Records an entry; gives its id. One that holds everywhere takes the right over every top unit.

    Refuses a second one that stands for the same kind, first day and unit: withdraw that one first.
    """
    entry = checked_entry(entry)
    await _require(call, entry.unit_id)
    async with work(call) as opened:
        await take(Lock.CALENDAR)
        before = await answered(call, "addCalendarEntry", dataclasses.asdict(entry))
        if before is not None:
            return before
        same = CalendarRow.filter(
            kind=entry.kind.value, first_day=entry.first, unit_id=entry.unit_id, withdrawn_at=None
        )
        if await same.exists():
            raise Taken("firstDay", entry.first.isoformat())
        values: dict[str, Any] = {
            "kind": entry.kind.value, "first_day": entry.first, "last_day": entry.last, "name": entry.name,
            "legal_basis": entry.legal_basis, "unit_id": entry.unit_id, "adds": entry.adds,
        }  # fmt: skip
        row = await CalendarRow.create(
            **values, recorded_at=call.now, recorded_by_id=call.viewer.account_id or None
        )
        await _touch(call, opened, row.id, entry, "added")
        await answer(call, row.id)
        return int(row.id)


async def withdraw(call: Call, entry_id: int) -> int:
    """Takes an entry back: it stays on record and no longer counts."""
    async with work(call) as opened:
        await take(Lock.CALENDAR)
        before = await answered(call, "withdrawCalendarEntry", entry_id)
        if before is not None:
            return before
        row = await CalendarRow.get_or_none(id=entry_id)
        if row is None:
            raise NotFound("entry", entry_id)
        await _require(call, row.unit_id)
        if row.withdrawn_at is not None:
            raise Conflict("entry", entry_id, "it was withdrawn before")
        await CalendarRow.filter(id=entry_id).update(
            withdrawn_at=call.now, withdrawn_by_id=call.viewer.account_id or None
        )
        await _touch(call, opened, row.id, entry_of(row), "withdrawn")
        await answer(call, row.id)
        return int(row.id)


async def of_month(unit_id: int, period: YearMonth) -> FreeDays:
    """What the calendar of a unit says of a month."""
    if not await UnitRow.exists(id=unit_id):
        raise NotFound("unit", unit_id)
    return (await calendars([unit_id], period.days()))[unit_id]


async def _require(call: Call, unit_id: int | None) -> None:
    if unit_id is not None:
        if not await UnitRow.exists(id=unit_id):
            raise NotFound("unit", unit_id)
        call.require(Operation.CALENDAR_WRITE, await subject_of_unit(unit_id), "unit")
        return
    tops = [await subject_of_unit(top.id) for top in await UnitRow.filter(parent_id=None).only("id")]
    # Before there are units nobody has a role over any, so everywhere is nobody's but the installation's own.
    for subject in tops or [Subject(units=frozenset())]:
        call.require(Operation.CALENDAR_WRITE, subject, "unit")


async def _touch(call: Call, opened: Work, entry_id: int, entry: Entry, what: str) -> None:
    opened.emit(
        CalendarChanged(
            subject_id=entry_id, unit_id=entry.unit_id, what=what, first=entry.first, last=entry.last
        )
    )
    # In the east the next day has begun already.
    come = [day for day in entry.days() if day <= call.today + timedelta(days=1)]
    await stale.mark(come, entry.unit_id)
    months = sorted({str(YearMonth.of(day)) for day in entry.days()})
    await mark_dirty(await _months(call, months, entry.unit_id))


async def _months(call: Call, months: list[str], unit_id: int | None) -> list[tuple[int, str]]:
    """The months that are scored already, and this one: how many days were to be worked is part of each."""
    scored, people = ScoreRow.filter(period__in=months), EmployeeRow.filter(active=True)
    if unit_id is not None:
        scored = scored.filter(unit_id__in=below([unit_id]))
        people = people.filter(unit_id__in=below([unit_id]))
    found = {(row.employee_id, row.period) for row in await scored.only("id", "employee_id", "period")}
    now = f"{call.today:%Y-%m}"
    if now in months:
        found |= {(row.id, now) for row in await people.only("id")}
    return sorted(found)
