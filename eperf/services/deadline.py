"""The deadlines of units: setting them, telling them of activities, and what follows when nobody decides in time."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from eperf.domain.access import Operation
from eperf.domain.activity import ActivityState, Step
from eperf.domain.attendance.calendar import WorkCalendar, civil_day, zone_named
from eperf.domain.attendance.holiday import FreeDays
from eperf.domain.deadline import (
    Deadlines,
    Silence,
    checked_deadlines,
    submit_until,
    verify_until,
)
from eperf.domain.errors import BadInput, NotFound
from eperf.domain.events import (
    ActivityEscalated,
    ActivityRejected,
    ActivityVerified,
    DeadlinesChanged,
)
from eperf.services.calendars import calendars
from eperf.services.call import Call, Work, answer, answered, work
from eperf.services.parts import Bound, Slot, bounds
from eperf.store import overdue
from eperf.store.activity import ActivityRow
from eperf.store.changes import Change, locked, put, write
from eperf.store.deadline import DeadlineRow
from eperf.store.lock import Lock, take
from eperf.store.organisation import UnitRow
from eperf.store.overdue import Rules, columns_of, rules
from eperf.store.scope import subject_of_unit

_AT_ONCE = 500
_SPARE_DAYS = 30
"""Beside the weekends, so many free days may lie in the days given for a decision before it is asked again."""


async def set_deadlines(call: Call, unit_id: int, rule: Deadlines) -> int:
    """Sets the deadlines of a unit from a day on; the same day again corrects them. Gives the id of the row.

    They begin today or later: what was reported under other deadlines, or under none, is not decided by a rule that
    came after it.
    """
    rule = checked_deadlines(rule)
    async with work(call) as opened:
        await take(Lock.DEADLINE)
        unit = await UnitRow.get_or_none(id=unit_id)
        if unit is None:
            raise NotFound("unit", unit_id)
        call.require(Operation.DEADLINE_WRITE, await subject_of_unit(unit_id), "unit")
        before = await answered(call, "setDeadlines", [unit_id, rule])
        if before is not None:
            return before
        if rule.valid_from < civil_day(call.now, zone_named(unit.zone)):
            raise BadInput("validFrom", rule.valid_from.isoformat(), "lies in the past")
        values = {
            **columns_of(rule), "recorded_at": call.now, "recorded_by_id": call.viewer.account_id or None,
        }  # fmt: skip
        row, _ = await DeadlineRow.update_or_create(values, unit_id=unit_id, valid_from=rule.valid_from)
        opened.emit(DeadlinesChanged(subject_id=unit_id, unit_id=unit_id, valid_from=rule.valid_from))
        await answer(call, row.id)
        return int(row.id)


@dataclass(frozen=True)
class Standing:
    """Where an activity stands, as far as its deadlines go; `date` is the day of the work."""

    unit_id: int
    state: ActivityState
    date: date
    submitted_at: datetime
    decided_at: datetime | None


@dataclass(frozen=True)
class Due:
    """Until when an activity may be sent, and until when it is to be decided; None: no deadline, or none any more."""

    submit_by: datetime | None = None
    verify_by: datetime | None = None


async def due(call: Call, standings: Sequence[Standing]) -> list[Due]:
    """The deadlines of activities, in order, by the rules, the calendar and the working week of their units."""
    units = {one.unit_id for one in standings}
    known = await rules(units)
    held = [(one, known.on(one.unit_id, one.date)) for one in standings]
    if all(rule is None for _, rule in held):
        return [Due()] * len(held)
    zones = {unit.id: zone_named(unit.zone) for unit in await UnitRow.filter(id__in=sorted(units))}
    weeks = await _weeks(call, known, held)
    return [
        Due() if rule is None else _due(one, rule, zones[one.unit_id], weeks.get(one.unit_id, _always))
        for one, rule in held
    ]


def _due(one: Standing, rule: Deadlines, zone: ZoneInfo, worked: Callable[[date], bool]) -> Due:
    waits = one.state is ActivityState.SUBMITTED
    return Due(
        submit_until(rule, one.state, one.date, one.decided_at, zone),
        verify_until(rule, one.submitted_at, zone, worked) if waits else None,
    )


def _always(_: date) -> bool:
    return True


async def _weeks(
    call: Call, known: Rules, held: Sequence[tuple[Standing, Deadlines | None]]
) -> dict[int, Callable[[date], bool]]:
    """Which days are worked in each unit where somebody has working days to decide in."""
    asked = [
        (one, rule.verify_days)
        for one, rule in held
        if rule is not None and rule.verify_days is not None and one.state is ActivityState.SUBMITTED
    ]
    if not asked:
        return {}
    first = min(one.submitted_at for one, _ in asked).date()
    last = max(one.submitted_at.date() + timedelta(days=2 * days + _SPARE_DAYS) for one, days in asked)
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    units = sorted({one.unit_id for one, _ in asked})
    free = await calendars(units, days)
    places = {unit: known.places[unit] for unit in units}
    policies = await bounds(call.parts, Slot.WORK_TIME, {(unit, first) for unit in units}, places, gone=True)
    return {unit: _week(policies.get((unit, first)), free[unit]).is_working_day for unit in units}


def _week(policy: Bound | None, free: FreeDays) -> WorkCalendar:
    six = policy is not None and getattr(policy.settings, "days_per_week", 5) == 6
    return WorkCalendar(6 if six else 5, {day: holiday.name for day, holiday in free.holidays.items()})


async def enforce(call: Call) -> int:
    """Does what the rules of units say of activities that nobody decided on in time; gives how many.

    Each activity is moved, kept in its history and told of in one transaction, from the state in which it waits: a
    process that dies half-way leaves the rest to the next, and nothing is done twice.
    """
    watch = await overdue.watched()
    if watch is None:
        return 0
    before, after, done = call.now - timedelta(days=watch.fewest), 0, 0
    while rows := await overdue.waiting(watch, before, after, _AT_ONCE):
        after = rows[-1].id
        late = await _late(call, rows)
        if late:
            done += await _carry_out(call, late)
    return done


async def _late(call: Call, rows: Sequence[ActivityRow]) -> dict[int, tuple[int, Deadlines, datetime]]:
    """Of waiting activities those whose time to be decided is over: their version, the rule, and when it was over."""
    standings = [
        Standing(row.unit_id, ActivityState(row.state), row.date, row.submitted_at, None) for row in rows
    ]
    known, dues = await rules({row.unit_id for row in rows}), await due(call, standings)
    found = {}
    for row, one in zip(rows, dues, strict=True):
        rule = known.on(row.unit_id, row.date)
        if rule is None or rule.silence is Silence.NOTHING or one.verify_by is None:
            continue
        if call.now >= one.verify_by:
            found[row.id] = (row.version, rule, one.verify_by)
    return found


async def _carry_out(call: Call, late: Mapping[int, tuple[int, Deadlines, datetime]]) -> int:
    async with work(call) as opened:
        rows = [
            row
            for row in (await locked(late)).values()
            if row.state == ActivityState.SUBMITTED
            and row.version == late[row.id][0]
            and row.escalated_at is None
        ]
        done = 0
        for silence in (Silence.VERIFY, Silence.LAPSE, Silence.ESCALATE):
            some = [row for row in rows if late[row.id][1].silence is silence]
            notes = {row.id: _note(late[row.id][1], late[row.id][2]) for row in some}
            if some and silence is Silence.ESCALATE:
                done += await _escalate(call, opened, some, notes)
            elif some:
                done += await _decide(call, opened, some, silence, notes)
        return done


def _note(rule: Deadlines, until: datetime) -> str:
    # Read by people of every unit beside the reasons that superiors wrote.
    last = until - timedelta(microseconds=1)
    return f"Tidak diputuskan sampai {last:%Y-%m-%d} (no decision until then): {rule.legal_basis}"


async def _decide(
    call: Call, opened: Work, rows: Sequence[ActivityRow], silence: Silence, notes: Mapping[int, str]
) -> int:
    verified = silence is Silence.VERIFY
    state, step = (
        (ActivityState.VERIFIED, Step.VERIFIED) if verified else (ActivityState.REJECTED, Step.REJECTED)
    )
    for note in sorted(set(notes.values())):
        ids = [number for number, one in notes.items() if one == note]
        await put(
            ids,
            state=state.value,
            decided_at=call.now,
            decided_by_id=None,
            decided_for_id=None,
            decision_note=note,
        )
    await _keep(call, rows, step, state, notes)
    kind = ActivityVerified if verified else ActivityRejected
    opened.emit(*(kind(**_told(row), decided_by=None) for row in rows))
    return len(rows)


async def _escalate(call: Call, opened: Work, rows: Sequence[ActivityRow], notes: Mapping[int, str]) -> int:
    above = await overdue.higher_up({row.employee_id for row in rows})
    # At the top of an organisation there is nobody to go to: it waits on.
    risen = [row for row in rows if row.employee_id in above]
    for superior in sorted({above[row.employee_id] for row in risen}):
        ids = [row.id for row in risen if above[row.employee_id] == superior]
        await put(ids, escalated_at=call.now, escalated_to_id=superior)
    await _keep(call, risen, Step.ESCALATED, ActivityState.SUBMITTED, notes)
    opened.emit(*(ActivityEscalated(**_told(row), escalated_to=above[row.employee_id]) for row in risen))
    return len(risen)


async def _keep(
    call: Call, rows: Sequence[ActivityRow], step: Step, state: ActivityState, notes: Mapping[int, str]
) -> None:
    changes = [
        Change(row.id, row.version + 1, step, {"state": row.state}, {"state": state.value}) for row in rows
    ]
    await write(changes, call.now, notes=dict(notes))


def _told(row: ActivityRow) -> dict[str, Any]:
    return {"subject_id": row.id, "unit_id": row.unit_id, "employee_id": row.employee_id, "date": row.date}
