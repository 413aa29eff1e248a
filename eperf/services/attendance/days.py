"""Classifying days again, set by set: the punches of many employees in one read, their days in one write.

Runs inside the transaction of whatever changed the punches, so a day is never older than its punches.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from eperf.domain.attendance.calendar import civil_day, zone_named
from eperf.domain.attendance.correction import corrected
from eperf.domain.attendance.day import DayInput, DayResult, LocalPunch
from eperf.domain.attendance.duty import DUTY_CODES, DutyKind
from eperf.domain.attendance.holiday import FreeDays
from eperf.domain.attendance.punch import PunchKind
from eperf.domain.events import DayClassified
from eperf.services.calendars import calendars
from eperf.services.call import Call, Work, work
from eperf.services.parts import Bound, Slot, bound
from eperf.store import stale
from eperf.store.attendance import DayRow, PunchRow
from eperf.store.calendar import StaleDayRow
from eperf.store.circumstances import Key, on_duty, on_leave, units_on
from eperf.store.lock import take_days
from eperf.store.organisation import UnitRow
from eperf.store.people import EmployeeRow

WRITTEN = (
    "unit_id", "status", "first_in", "last_out", "late_min", "early_min", "worked_min", "missing_taps",
    "policy", "policy_version", "steps",
)  # fmt: skip
BY_HAND, WITHDRAWN = "eperf/by-hand", "withdrawn"
"""The source of taps that a correction gave, and the outcome of those that a correction no longer gives."""
_AT_ONCE = 500


@dataclass(frozen=True)
class _Rule:
    bound: Bound
    zone: ZoneInfo


@dataclass(frozen=True)
class _Given:
    """What holds of the days beside their punches: the unit, what its calendar says, who was away."""

    units: Mapping[Key, int]
    calendars: Mapping[int, FreeDays]
    leave: Mapping[Key, str]
    duty: Mapping[Key, str]


async def rule_of(call: Call, unit_id: int, day: date) -> Bound:
    """The work-time policy of a unit on a day."""
    return await bound(call.parts, Slot.WORK_TIME, unit_id, day)


def stored(unit_id: int, part: Bound, result: DayResult) -> dict[str, object]:
    """A classified day as the columns that are written of it."""
    return {
        "unit_id": unit_id,
        "status": result.status.value,
        "first_in": result.first_in,
        "last_out": result.last_out,
        "late_min": result.late_min,
        "early_min": result.early_min,
        "worked_min": result.worked_min,
        "missing_taps": result.missing_taps,
        "policy": part.registered.key,
        "policy_version": part.registered.version,
        "steps": [step.as_dict() for step in result.steps],
    }


async def classify(call: Call, opened: Work, days: Iterable[Key]) -> int:
    """Classifies (employee id, civil day) pairs anew, writes and tells those that differ; gives how many."""
    changed = 0
    wanted = sorted(set(days))
    # One classification of a person at a time: what another has changed meanwhile is seen by who comes second.
    await take_days(employee for employee, _ in wanted)
    rules: dict[Key, _Rule] = {}
    for start in range(0, len(wanted), _AT_ONCE):
        changed += await _classify(call, opened, wanted[start : start + _AT_ONCE], rules)
    return changed


async def close_day(call: Call, day: date) -> int:
    """Classifies a day that is over for everybody, the absent included; gives how many days changed."""
    everybody = [row.id for row in await EmployeeRow.filter(active=True).order_by("id").only("id")]
    changed = 0
    for start in range(0, len(everybody), _AT_ONCE):
        # A transaction for some hundred people: others must not wait for a whole city.
        async with work(call) as opened:
            changed += await classify(
                call, opened, [(who, day) for who in everybody[start : start + _AT_ONCE]]
            )
    return changed


async def reclassify(call: Call, limit: int = 100) -> int:
    """Classifies days again that the calendar has made untrue; gives how many were taken, zero when all is true."""
    marked = await stale.some(limit)
    failures: list[Exception] = []
    for row in marked:
        # One unit's trouble is its own: the other days are classified, and then it is told.
        try:
            await _again(call, row)
        except Exception as failure:
            failures.append(failure)
    if failures:
        raise ExceptionGroup("days could not be classified", failures)
    return len(marked)


async def _again(call: Call, row: StaleDayRow) -> None:
    # A transaction for some hundred people, and the mark goes last: who dies half-way begins again, which changes
    # nothing where all is done.
    whose = await stale.people(row)
    for start in range(0, len(whose), _AT_ONCE):
        async with work(call) as opened:
            await classify(call, opened, [(one, row.date) for one in whose[start : start + _AT_ONCE]])
    await stale.done(row)


def day_input(
    day: date, zone: ZoneInfo, free: FreeDays, taps: tuple[LocalPunch, ...] = (), **more: Any
) -> DayInput:
    """A day as its policy sees it, with what the calendar says of it."""
    holiday = free.holidays.get(day)
    return DayInput(
        day,
        zone,
        punches=taps,
        is_holiday=holiday is not None,
        holiday_name=holiday.name if holiday else "",
        holiday_basis=holiday.legal_basis if holiday else "",
        is_ramadan=day in free.ramadan,
        **more,
    )


async def _given(days: Sequence[Key], today: Mapping[int, int]) -> _Given:
    units = await units_on(days, today)
    free = await calendars(set(units.values()), {day for _, day in days})
    duty = {key: DUTY_CODES[DutyKind(kind)] for key, kind in (await on_duty(days)).items()}
    return _Given(units, free, await on_leave(days), duty)


async def _classify(call: Call, opened: Work, days: Sequence[Key], rules: dict[Key, _Rule]) -> int:
    found = EmployeeRow.filter(id__in=sorted({employee for employee, _ in days}))
    people = {row.id: row.unit_id for row in await found}
    given = await _given(days, people)
    punches = await _punches(days)
    before = await _days(days)
    rows: list[DayRow] = []
    for employee, day in days:
        unit_id = given.units[employee, day]
        rule = await _rule(call, unit_id, day, rules)
        result = _result(rule, (employee, day), punches[employee, day], given, call)
        row = _row(employee, unit_id, rule.bound, result)
        if not _same(before.get((employee, day)), row):
            rows.append(row)
    if rows:
        await DayRow.bulk_create(
            rows, batch_size=_AT_ONCE, on_conflict=("employee_id", "date"), update_fields=WRITTEN
        )
        written = await _days([(row.employee_id, row.date) for row in rows])
        for row in rows:
            opened.emit(
                DayClassified(
                    subject_id=written[row.employee_id, row.date].id,
                    unit_id=row.unit_id,
                    employee_id=row.employee_id,
                    date=row.date,
                    status=row.status,
                )
            )
    return len(rows)


def _result(rule: _Rule, key: Key, punches: Sequence[PunchRow], given: _Given, call: Call) -> DayResult:
    day, free = key[1], given.calendars[given.units[key]]
    taps = tuple(
        LocalPunch(punch.occurred_at.astimezone(rule.zone), PunchKind(punch.kind), punch.id)
        for punch in punches
    )
    taps = corrected(taps, frozenset(punch.id for punch in punches if punch.source == BY_HAND))
    seen = day_input(
        day,
        rule.zone,
        free,
        taps,
        leave=given.leave.get(key),
        duty=given.duty.get(key),
        is_over=civil_day(call.now, rule.zone) > day,
    )
    result: DayResult = rule.bound.registered.part.classify(seen, rule.bound.settings)
    return result


def _row(employee_id: int, unit_id: int, part: Bound, result: DayResult) -> DayRow:
    return DayRow(employee_id=employee_id, date=result.date, **stored(unit_id, part, result))


def _same(old: DayRow | None, new: DayRow) -> bool:
    return old is not None and all(getattr(old, name) == getattr(new, name) for name in WRITTEN)


async def _rule(call: Call, unit_id: int, day: date, rules: dict[Key, _Rule]) -> _Rule:
    if (unit_id, day) not in rules:
        unit = await UnitRow.get(id=unit_id)
        rules[unit_id, day] = _Rule(await rule_of(call, unit_id, day), zone_named(unit.zone))
    return rules[unit_id, day]


async def _punches(days: Sequence[Key]) -> dict[Key, list[PunchRow]]:
    found: dict[Key, list[PunchRow]] = defaultdict(list)
    rows = PunchRow.filter(
        employee_id__in=sorted({employee for employee, _ in days}), date__in=sorted({day for _, day in days})
    )
    for row in await rows.order_by("occurred_at", "id"):
        if row.employee_id is not None and row.outcome != WITHDRAWN:
            found[row.employee_id, row.date].append(row)
    return found


async def _days(days: Sequence[Key]) -> dict[Key, DayRow]:
    rows = await DayRow.filter(
        employee_id__in=sorted({employee for employee, _ in days}), date__in=sorted({day for _, day in days})
    )
    return {(row.employee_id, row.date): row for row in rows}
