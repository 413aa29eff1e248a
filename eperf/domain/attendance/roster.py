"""Rosters: which shift somebody works on which civil day, and to which day a clock record belongs then.

The day on which a shift starts owns it, with everything clocked for it after midnight (exceptions of Perpres 21/2023
art. 7 for operational support and direct public service). Between two days lies one boundary, so a record belongs to
exactly one of them, whatever the shifts are: midnight, unless a shift of either side reaches over it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from eperf.domain.attendance.day import DaySchedule, Shift, local_at
from eperf.domain.errors import BadInput
from eperf.domain.text import clean

BASIS = "Perpres 21/2023 pasal 7"
REACH_MIN = 240
"""So long before its start and after its end a shift claims clock records, as far as it meets no other shift."""
LATEST_END = time(12, 0)
"""A shift over midnight ends by this time of the next day, so that no day's records can belong to three days."""
MOST_DAYS = 62
_DAY_MIN = 1440


ShiftOn = Callable[[date], Shift | None]
"""What the roster says of a day of one person; None where it says nothing."""


def checked_shift(name: str, start: str | None, end: str | None, break_min: int) -> Shift:
    """A shift from text (`HH:MM`); refuses one side alone, a break longer than the shift, and an end after noon of the
    next day. An end at or before the start is on the next day.
    """
    name = clean("name", name, most=64)
    if start is None and end is None:
        if break_min:
            raise BadInput("breakMin", break_min, "a free day has no break")
        return Shift(name)
    hours = DaySchedule(_time("start", start), _time("end", end), break_min, BASIS)
    if hours.end_min > _DAY_MIN and hours.end > LATEST_END:
        raise BadInput("end", end, f"lies after {LATEST_END:%H:%M} of the next day")
    if break_min < 0 or hours.net_min <= 0:
        raise BadInput("breakMin", break_min, "is negative, or leaves nothing to work")
    return Shift(name, hours)


def _time(field: str, text: str | None) -> time:
    digits = text is not None and len(text) == 5 and text[2] == ":" and (text[:2] + text[3:]).isdecimal()
    if text is None or not digits or not text.isascii() or text[:2] > "23" or text[3:] > "59":
        raise BadInput(field, text, "is no time HH:MM")
    return time(int(text[:2]), int(text[3:]))


def require_apart(day: date, before: Shift | None, shift: Shift | None) -> None:
    """Refuses a shift that starts before the one of the day before has ended."""
    if before is None or shift is None or before.hours is None or shift.hours is None:
        return
    if shift.hours.start_min < before.hours.end_min - _DAY_MIN:
        raise BadInput("days", day.isoformat(), "its shift starts before that of the day before has ended")


def boundary_min(before: Shift | None, shift: Shift | None) -> int:
    """Where the day of `shift` begins, in minutes after its midnight; negative: on the day before.

    As near to midnight as the two sides let it: each claims `REACH_MIN` around its shift, and where both do, they
    meet half-way between the end of the one and the start of the other.
    """
    end = None if before is None or before.hours is None else before.hours.end_min - _DAY_MIN
    start = None if shift is None or shift.hours is None else shift.hours.start_min
    earliest = None if end is None else end + REACH_MIN
    latest = None if start is None else start - REACH_MIN
    if end is not None and start is not None:
        middle = (end + start) // 2
        earliest, latest = min(end + REACH_MIN, middle), max(start - REACH_MIN, middle)
    if earliest is not None and earliest > 0:
        return earliest
    return latest if latest is not None and latest < 0 else 0


def owner_day(day: date, moment: datetime, zone: ZoneInfo, shift_on: ShiftOn) -> date:
    """The day to which a record of civil day `day` belongs: that one, the one before or the one after."""
    opens = boundary_min(shift_on(day - timedelta(days=1)), shift_on(day))
    if opens > 0 and moment < local_at(day, opens, zone):
        return day - timedelta(days=1)
    tomorrow = day + timedelta(days=1)
    closes = boundary_min(shift_on(day), shift_on(tomorrow))
    if closes < 0 and moment >= local_at(tomorrow, closes, zone):
        return tomorrow
    return day


def touched(day: date, shift_on: ShiftOn) -> list[date]:
    """The days to which records of a civil day may belong, in order."""
    before, after = day - timedelta(days=1), day + timedelta(days=1)
    found = [day]
    if boundary_min(shift_on(before), shift_on(day)) > 0:
        found.insert(0, before)
    if boundary_min(shift_on(day), shift_on(after)) < 0:
        found.append(after)
    return found


def is_over(day: date, now: datetime, zone: ZoneInfo, shift_on: ShiftOn) -> bool:
    """Whether nothing more can come of a day: its midnight is past, and so is the reach of its shift."""
    after = day + timedelta(days=1)
    return now >= local_at(after, max(0, boundary_min(shift_on(day), shift_on(after))), zone)
