"""Work by roster: the built-in work-time policy for operational support and direct public service.

Perpres 21/2023 art. 7 excepts them from office hours; who works when is the roster's to say. The day on which a shift
starts owns it, so the taps of a night shift's morning come with the evening before.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta

from eperf.domain.attendance.classify import Flexibility, measured, without_duty, without_taps
from eperf.domain.attendance.day import (
    DayInput,
    DayResult,
    DaySchedule,
    DayStatus,
    Shift,
    Step,
    clock,
    local_at,
)
from eperf.domain.attendance.roster import BASIS
from eperf.domain.attendance.steps import step
from eperf.domain.attendance.taps import choose_pair


def _says(text: str) -> Mapping[str, str]:
    return {"description": text}


@dataclass(frozen=True)
class ShiftsSettings:
    """What a unit that works by roster forgives, in minutes, and what a holiday is to it."""

    holidays_free: bool = field(
        default=False, metadata=_says("true where a holiday frees from a shift of the roster")
    )
    tolerance_min: int = field(default=0, metadata=_says("subtracted from each shift's lateness"))
    flex_before_min: int = field(default=0, metadata=_says("how far an early arrival moves the end forward"))
    flex_after_min: int = field(
        default=0, metadata=_says("how far a late arrival moves the end back, not being late")
    )
    flex_basis: str = field(
        default="Perpres 21/2023 pasal 8", metadata=_says("the rule that allows the flexibility")
    )
    trust_status: bool = field(
        default=True,
        metadata=_says("false where the machines call every tap an in: first tap in, last tap out"),
    )

    def __post_init__(self) -> None:
        for name in ("tolerance_min", "flex_before_min", "flex_after_min"):
            if not 0 <= getattr(self, name) <= 240:
                raise ValueError(f"{name} is not between 0 and 240 minutes")


class Shifts:
    """The built-in policy `shifts`."""

    name = "shifts"
    version = "1.1"
    settings = ShiftsSettings

    def classify(self, day: DayInput, settings: ShiftsSettings) -> DayResult:
        """A day without a shift is free; else the taps that belong to the shift, against its hours."""
        seen = day if settings.holidays_free else replace(day, is_holiday=False)
        hours = None if day.shift is None else day.shift.hours
        free = without_duty(seen, hours is not None, BASIS)
        if free is not None and free.status is DayStatus.OFF:
            return replace(free, steps=(_no_shift(day.shift),))
        if free is not None or day.shift is None or hours is None:
            return free or DayResult(day.date, DayStatus.OFF)
        middle = local_at(day.date, (hours.start_min + hours.end_min) // 2, day.zone)
        flex = Flexibility(
            settings.tolerance_min, settings.flex_before_min, settings.flex_after_min, settings.flex_basis
        )
        result = (
            measured(day, hours, choose_pair(day.punches, middle, settings.trust_status), flex)
            if day.punches
            else without_taps(day, hours)
        )
        return replace(result, steps=(*_of_the_roster(day, day.shift, hours), *result.steps))


def _no_shift(shift: Shift | None) -> Step:
    return step("no_shift", BASIS) if shift is None else step("free_shift", BASIS, shift=shift.name)


def _of_the_roster(day: DayInput, shift: Shift, hours: DaySchedule) -> tuple[Step, ...]:
    """Which shift it was, and how many of its taps have another date."""
    last = day.date + timedelta(days=1) if shift.ends_next_day else day.date
    shown = step(
        "shift", BASIS, shift=shift.name, from_date=day.date.isoformat(), start=clock(hours.start_min),
        to_date=last.isoformat(), end=clock(hours.end_min),
    )  # fmt: skip
    elsewhere = sum(punch.time.date() != day.date for punch in day.punches)
    return (shown, step("start_day", BASIS, taps=str(elsewhere))) if elsewhere else (shown,)
