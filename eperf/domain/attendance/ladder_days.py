"""Classified days as events for a ladder: what a day shows, and nothing that it does not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from eperf.domain.attendance.day import DayResult, DayStatus
from eperf.domain.attendance.ladder import Cause
from eperf.domain.attendance.ladder_month import Event

_WORKED = frozenset(
    {
        DayStatus.PRESENT, DayStatus.LATE, DayStatus.EARLY_LEAVE, DayStatus.LATE_AND_EARLY, DayStatus.INCOMPLETE,
    }
)  # fmt: skip


def events_of(days: Iterable[DayResult]) -> list[Event]:
    """Absence, lateness, leaving early and missing taps, each on its day.

    Minutes that nobody knows are no event of their own: the missing tap that made them unknown is one. Two taps that
    count as one missing-tap event (one tap copied twice, an empty one beside an impossible one) are a missing in-tap.
    """
    return [event for day in days for event in _of_day(day)]


def _of_day(day: DayResult) -> Iterator[Event]:
    if day.status is DayStatus.ABSENT:
        yield Event(Cause.ABSENT, day=day.date)
    if day.status not in _WORKED:
        return
    if day.late_min:
        yield Event(Cause.LATE, day.late_min, day=day.date)
    if day.early_min:
        yield Event(Cause.EARLY, day.early_min, day=day.date)
    sides = ((Cause.MISSING_IN, day.first_in), (Cause.MISSING_OUT, day.last_out))
    missing = [cause for cause, tap in sides if tap is None]
    for cause in missing[: day.missing_taps]:
        yield Event(cause, day=day.date)
