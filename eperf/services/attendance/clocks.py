"""A machine's clock was wrong: what is told of it moves its punches and their days, and keeps what the machine said."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from eperf.domain.access import Operation
from eperf.domain.attendance.calendar import civil_day, zone_named
from eperf.domain.attendance.clock_error import ClockError, error_at, require_tellable, right_time
from eperf.domain.errors import NotFound, TooMany
from eperf.domain.events import DeviceClockCorrected
from eperf.domain.text import clean
from eperf.services.attendance.days import classify
from eperf.services.attendance.intake import outcome_of
from eperf.services.attendance.whose import errors_of, owner_on, owners_of
from eperf.services.call import Call, answer, answered, work
from eperf.store.attendance import DeviceRow, PunchRow
from eperf.store.device import ClockErrorRow
from eperf.store.organisation import UnitRow
from eperf.store.scope import Q, subject_of_unit

MOST_PUNCHES = 20_000
"""Kept punches that one telling may move; a longer span is told in parts."""
_MOVED = ("occurred_at", "date", "device_at", "clock_error_id", "employee_id", "outcome", "reason")
_AT_ONCE = 500


async def correct_clock(
    call: Call, device_id: int, first: datetime, until: datetime | None, ahead_sec: int, reason: str
) -> int:
    """Tells that a machine's clock was ahead by so many seconds (negative: behind) from `first` to before `until`.

    Both are times as the machine wrote them; without `until` it holds ever after, until something else is told. Punches
    of that span, kept ones and those to come, get the right time and day beside the machine's own, find their owners
    anew, and the days that they leave and reach are classified again. Gives the number of what was told.
    """
    require_tellable(first, until, ahead_sec)
    reason = clean("reason", reason, most=2000, lines=True)
    device = await DeviceRow.get_or_none(id=device_id)
    if device is None or device.unit_id is None:
        raise NotFound("device", device_id)
    call.require(Operation.DEVICE_WRITE, await subject_of_unit(device.unit_id), "device")
    async with work(call) as opened:
        given = [device_id, first, until, ahead_sec, reason]
        before = await answered(call, "device.correct-clock", given)
        if before is not None:
            return before
        device = await DeviceRow.select_for_update().get(id=device_id)
        told = await ClockErrorRow.create(
            device_id=device_id, begins=first, ends=until, ahead_sec=ahead_sec, reason=reason,
            account_id=call.viewer.account_id or None, told_at=call.now,
        )  # fmt: skip
        error = ClockError(told.id, first, until, timedelta(seconds=ahead_sec))
        punches = await _within(device_id, error)
        days = await _move(device, punches)
        told.punches = len(punches)
        await told.save(update_fields=["punches"])
        opened.emit(
            DeviceClockCorrected(
                subject_id=device_id, unit_id=device.unit_id, ahead_sec=ahead_sec, punches=len(punches)
            )
        )
        await classify(call, opened, days)
        await answer(call, told.id)
        return int(told.id)


async def _within(device_id: int, error: ClockError) -> list[PunchRow]:
    """The kept punches that the machine wrote a time of the span for."""
    plain = Q(device_at=None, occurred_at__gte=error.first)
    moved = Q(device_at__gte=error.first)
    if error.until is not None:
        plain, moved = plain & Q(occurred_at__lt=error.until), moved & Q(device_at__lt=error.until)
    rows = PunchRow.filter(plain | moved, device_id=device_id)
    found: list[PunchRow] = await rows.order_by("id").limit(MOST_PUNCHES + 1)
    if len(found) > MOST_PUNCHES:
        raise TooMany("clock_error_punches", MOST_PUNCHES, f"more than {MOST_PUNCHES}")
    return found


async def _move(device: DeviceRow, punches: Sequence[PunchRow]) -> list[tuple[int, date]]:
    """Gives punches their right time, day and owner by all that was told; gives the people's days that this touches."""
    zone = zone_named((await UnitRow.get(id=device.unit_id)).zone)
    errors = (await errors_of([device.id])).get(device.id, ())
    owners = await owners_of(device.id, {punch.pin for punch in punches})
    days: list[tuple[int | None, date]] = []
    changed: list[PunchRow] = []
    for punch in punches:
        device_at = punch.device_at or punch.occurred_at
        error = error_at(errors, device_at)
        at = right_time(device_at, error)
        moved = error is not None and at != device_at
        before = (punch.occurred_at, punch.clock_error_id)
        days.append((punch.employee_id, punch.date))
        punch.occurred_at, punch.date = at, civil_day(at, zone)
        punch.device_at = device_at if moved else None
        punch.clock_error_id = error.id if moved and error is not None else None
        if before == (punch.occurred_at, punch.clock_error_id):
            continue
        punch.employee_id = owner_on(owners, punch.pin, punch.date)
        punch.outcome, punch.reason = outcome_of(punch.employee_id)
        days.append((punch.employee_id, punch.date))
        changed.append(punch)
    if changed:
        await PunchRow.bulk_update(changed, _MOVED, batch_size=_AT_ONCE)
    return [(who, day) for who, day in days if who is not None]
