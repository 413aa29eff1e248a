"""Taking over past punches of a device, months at a time: raw rows first, then the days they make."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from eperf.domain.access import Operation
from eperf.domain.attendance.calendar import zone_named
from eperf.domain.attendance.day import LocalPunch
from eperf.domain.attendance.punch import PunchKind, record_key
from eperf.domain.events import HistoryTakenOver
from eperf.services.attendance.days import WRITTEN, day_input, row_of, rule_of
from eperf.services.calendars import calendars
from eperf.services.call import Call, work
from eperf.store import bulk
from eperf.store.attendance import DeviceRow
from eperf.store.organisation import UnitRow
from eperf.store.outbox import mark_dirty
from eperf.store.scope import subject_of_unit

_PUNCH = (
    "source", "device_id", "pin", "occurred_at", "date", "kind", "verify", "line", "digest", "received_at",
    "employee_id", "outcome",
)  # fmt: skip
_DAY = ("employee_id", "date", *WRITTEN)


@dataclass(frozen=True)
class PastDay:
    """One employee's taps of one civil day, in the device's own words: (kind, instant in UTC, line as kept)."""

    employee_id: int
    pin: str
    date: date
    taps: tuple[tuple[PunchKind, datetime, str], ...]


async def take_over(call: Call, device_id: int, unit_id: int, days: Sequence[PastDay]) -> int:
    """Stores past days that have no row yet, of people of one unit; gives the number of punches."""
    call.require(Operation.DEVICE_WRITE, await subject_of_unit(unit_id), "unit")
    device = await DeviceRow.get(id=device_id)
    zone = zone_named((await UnitRow.get(id=unit_id)).zone)
    rules = {day: await rule_of(call, unit_id, day) for day in sorted({one.date for one in days})}
    free = (await calendars([unit_id], rules))[unit_id]
    punches: list[tuple[object, ...]] = []
    rows: list[tuple[object, ...]] = []
    for one in days:
        punches += [
            (
                device.source, device_id, one.pin, at, one.date, kind.value, "finger", line,
                record_key(device_id, one.pin, at, 0 if kind is PunchKind.IN else 1), call.now,
                one.employee_id, "used",
            )
            for kind, at, line in one.taps
        ]  # fmt: skip
        taps = tuple(LocalPunch(at.astimezone(zone), kind, 0) for kind, at, _ in one.taps)
        rule = rules[one.date]
        result = rule.registered.part.classify(day_input(one.date, zone, free, taps), rule.settings)
        rows.append((one.employee_id, one.date, *row_of(unit_id, rule, result)))
    months: dict[int, set[str]] = defaultdict(set)
    for one in days:
        months[one.employee_id].add(f"{one.date:%Y-%m}")
    async with work(call) as opened:
        await bulk.insert("punch", _PUNCH, punches)
        await bulk.insert("attendance_day", _DAY, rows)
        await mark_dirty(sorted((who, month) for who, some in months.items() for month in some))
        opened.emit(HistoryTakenOver(subject_id=unit_id, unit_id=unit_id, what="punches", rows=len(punches)))
    return len(punches)
