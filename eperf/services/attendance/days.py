"""Classifying days again, set by set: the punches of many employees in one read, their days in one write.

Runs inside the transaction of whatever changed the punches, so a day is never older than its punches. One day after a
punch and a city's month go the same way; they differ in how many days are taken at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

import orjson

from eperf.domain.attendance.day import DayInput, DayResult
from eperf.domain.events import DayClassified
from eperf.services.attendance.given import BY_HAND, day_input, given, touched
from eperf.services.call import Call, Work, work
from eperf.services.parts import Bound, Slot, bound
from eperf.store import days as sets
from eperf.store import stale
from eperf.store.days import WRITTEN, Key
from eperf.store.lock import take_days
from eperf.store.people import EmployeeRow
from eperf.store.stale import Stale

__all__ = [
    "BY_HAND", "WITHDRAWN", "WRITTEN", "classify", "close_day", "day_input", "reclassify", "row_of", "rule_of",
]  # fmt: skip

WITHDRAWN = "withdrawn"
"""The outcome of taps that a correction no longer gives."""
_AT_ONCE = 1000
"""So many days are read, judged and written at once: some tens of milliseconds in which nothing else is done."""

_Written = tuple[Any, ...]
"""The columns `WRITTEN` of a day."""


async def rule_of(call: Call, unit_id: int, day: date) -> Bound:
    """The work-time policy of a unit on a day."""
    return await bound(call.parts, Slot.WORK_TIME, unit_id, day)


def row_of(unit_id: int, part: Bound, result: DayResult) -> _Written:
    """A classified day as the columns `WRITTEN` of its row."""
    return (
        unit_id,
        result.status.value,
        result.first_in,
        result.last_out,
        result.late_min,
        result.early_min,
        result.worked_min,
        result.missing_taps,
        part.registered.key,
        part.registered.version,
        orjson.dumps([step.as_dict() for step in result.steps]).decode(),
    )


async def classify(call: Call, opened: Work, days: Iterable[Key]) -> int:
    """Classifies (employee id, civil day) pairs anew, writes and tells those that differ; gives how many.

    With them the days before or after to which their records belong by the roster.
    """
    wanted = set(days)
    if not wanted:
        return 0
    # One classification of a person at a time: what another has changed meanwhile is seen by who comes second.
    await take_days(employee for employee, _ in wanted)
    ordered = sorted(await touched(wanted))
    changed = 0
    for start in range(0, len(ordered), _AT_ONCE):
        changed += await _classify(call, opened, ordered[start : start + _AT_ONCE])
    return changed


async def close_day(call: Call, day: date) -> int:
    """Classifies a day that is over for everybody, the absent included; gives how many days changed.

    Where a shift of the day before reached into it, that day is over now too, and classified with it.
    """
    everybody = await EmployeeRow.filter(active=True).order_by("id").values_list("id", flat=True)
    changed = 0
    for start in range(0, len(everybody), _AT_ONCE):
        # A transaction for some hundred people: others must not wait for a whole city.
        async with work(call) as opened:
            some = everybody[start : start + _AT_ONCE]
            changed += await classify(call, opened, [(int(str(who)), day) for who in some])
    return changed


async def reclassify(call: Call, limit: int = 100) -> int:
    """Classifies days again that something has made untrue; gives how many marks were taken, zero when all is true."""
    taken = await stale.some(limit)
    failures: list[Exception] = []
    for one in stale.joined(taken):
        # One unit's trouble is its own: the other days are classified, and then it is told.
        try:
            await _again(call, one)
        except Exception as failure:
            failures += (
                [failure] if one in taken else await _each(call, [row for row in taken if row.within(one)])
            )
    if failures:
        raise ExceptionGroup("days could not be classified", failures)
    return len(taken)


async def _each(call: Call, several: Sequence[Stale]) -> list[Exception]:
    failures: list[Exception] = []
    for one in several:
        try:
            await _again(call, one)
        except Exception as failure:
            failures.append(failure)
    return failures


async def _again(call: Call, one: Stale) -> None:
    # A transaction for some hundred days, and the mark goes last: who dies half-way begins again, which changes
    # nothing where all is done.
    whose = await stale.people(one)
    people = max(1, _AT_ONCE // one.length)
    for start in range(0, len(whose), people):
        async with work(call) as opened:
            span = dict.fromkeys(whose[start : start + people], (one.first, one.last))
            await classify(call, opened, await sets.known(span))
    await stale.done(one)


async def _classify(call: Call, opened: Work, days: Sequence[Key]) -> int:
    seen = await given(call, days)
    alike: dict[tuple[int, DayInput], _Written] = {}
    rows: list[tuple[Any, ...]] = []
    for key in days:
        part, day = seen.policy(key), seen.day(key)
        unit = seen.units[key]
        # A policy is pure, so days that are equal to the last field have one result. With taps none are: the records
        # have numbers.
        same = None if day.punches else (id(part), day)
        row = None if same is None else alike.get(same)
        if row is None:
            row = row_of(unit, part, part.registered.part.classify(day, part.settings))
            if same is not None:
                alike[same] = row
        rows.append((*key, unit, *row[1:]))
    written = await sets.write(rows)
    by_key = {(row[0], row[1]): row for row in rows} if written else {}
    for number, employee, day_ in written:
        row = by_key[employee, day_]
        opened.emit(
            DayClassified(subject_id=number, unit_id=row[2], employee_id=employee, date=day_, status=row[3])
        )
    return len(written)
