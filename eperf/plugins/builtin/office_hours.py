"""Office hours of the state civil service: the built-in work-time policy.

Perpres 21/2023 gives the hours; art. 8 allows flexible time and leaves it to the agency, so tolerance and
flexibility are settings, none unless given. Holidays, Ramadan, leave and duty orders come with the day.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import time
from typing import Literal

from eperf.domain.attendance.classify import Flexibility, measured, without_duty, without_taps
from eperf.domain.attendance.day import DayInput, DayResult, DaySchedule
from eperf.domain.attendance.steps import step
from eperf.domain.attendance.taps import choose_pair

BASIS = "Perpres 21/2023 pasal 4"
_FRIDAY = 5


def _says(text: str) -> dict[str, str]:
    return {"description": text}


@dataclass(frozen=True)
class OfficeHoursSettings:
    """The hours of a unit, zone-free in the zone of the workplace, and what it forgives, in minutes."""

    days_per_week: Literal[5, 6] = field(default=5, metadata=_says("5: Monday to Friday; 6: and Saturday"))
    start: time = field(default=time(7, 30), metadata=_says("start of work"))
    end: time = field(default=time(16, 0), metadata=_says("end of work, but for Fridays"))
    break_min: int = field(default=60, metadata=_says("break, but for Fridays"))
    friday_end: time = field(default=time(16, 30), metadata=_says("end of work on Fridays"))
    friday_break_min: int = field(default=90, metadata=_says("break on Fridays"))
    ramadan_start: time = field(default=time(8, 0), metadata=_says("start of work in Ramadan"))
    ramadan_end: time = field(default=time(15, 0), metadata=_says("end of work in Ramadan, but for Fridays"))
    ramadan_break_min: int = field(default=30, metadata=_says("break in Ramadan, but for Fridays"))
    ramadan_friday_end: time = field(
        default=time(15, 30), metadata=_says("end of work on Fridays in Ramadan")
    )
    ramadan_friday_break_min: int = field(default=60, metadata=_says("break on Fridays in Ramadan"))
    tolerance_min: int = field(default=0, metadata=_says("subtracted from each day's lateness"))
    flex_before_min: int = field(default=0, metadata=_says("how far an early arrival moves the end forward"))
    flex_after_min: int = field(
        default=0, metadata=_says("how far a late arrival moves the end back, not being late")
    )
    flex_basis: str = field(
        default="Perpres 21/2023 pasal 8", metadata=_says("the rule that allows the flexibility")
    )
    taps_from: time = field(default=time(0, 0), metadata=_says("the first second at which a tap counts"))
    taps_to: time = field(default=time(23, 59, 59), metadata=_says("the last second at which a tap counts"))
    trust_status: bool = field(
        default=True,
        metadata=_says("false where the machines call every tap an in: first tap in, last tap out"),
    )

    def __post_init__(self) -> None:
        pairs = ((self.start, self.end, self.break_min), (self.start, self.friday_end, self.friday_break_min))
        ramadan = ((self.ramadan_start, self.ramadan_end, self.ramadan_break_min),)
        fridays = ((self.ramadan_start, self.ramadan_friday_end, self.ramadan_friday_break_min),)
        for start, end, break_min in pairs + ramadan + fridays:
            if not (start < end and 0 <= break_min < DaySchedule(start, end).net_min):
                raise ValueError(
                    f"{start:%H:%M}-{end:%H:%M} with a break of {break_min} minutes is no working day"
                )
        for name in ("tolerance_min", "flex_before_min", "flex_after_min"):
            if not 0 <= getattr(self, name) <= 240:
                raise ValueError(f"{name} is not between 0 and 240 minutes")
        if self.taps_from >= self.taps_to:
            raise ValueError("taps_from must lie before taps_to")


class OfficeHours:
    """The built-in policy `office-hours`."""

    name = "office-hours"
    version = "1.1"
    settings = OfficeHoursSettings

    def classify(self, day: DayInput, settings: OfficeHoursSettings) -> DayResult:
        """Free days first; then the first tap for coming and the last one for going, against the hours of the
        day.
        """
        free = without_duty(day, day.date.isoweekday() <= settings.days_per_week, BASIS)
        if free:
            return free
        schedule = hours_of(day, settings)
        window = (settings.taps_from, settings.taps_to)
        accepted = tuple(p for p in day.punches if window[0] <= p.time.time() <= window[1])
        noon = (schedule.start_min + schedule.end_min) // 2
        middle = time(noon // 60, noon % 60)
        result = (
            measured(
                day, schedule, choose_pair(accepted, middle, settings.trust_status), _flexibility(settings)
            )
            if accepted
            else without_taps(day, schedule)
        )
        return _with_refused(result, len(day.punches) - len(accepted), settings)


def hours_of(day: DayInput, settings: OfficeHoursSettings) -> DaySchedule:
    """The hours the settings give for the day, by Ramadan and Friday."""
    rows = {
        (False, False): (settings.start, settings.end, settings.break_min),
        (False, True): (settings.start, settings.friday_end, settings.friday_break_min),
        (True, False): (settings.ramadan_start, settings.ramadan_end, settings.ramadan_break_min),
        (True, True): (
            settings.ramadan_start,
            settings.ramadan_friday_end,
            settings.ramadan_friday_break_min,
        ),
    }
    start, end, break_min = rows[day.is_ramadan, day.date.isoweekday() == _FRIDAY]
    return DaySchedule(start, end, break_min, BASIS)


def _flexibility(settings: OfficeHoursSettings) -> Flexibility:
    return Flexibility(
        settings.tolerance_min, settings.flex_before_min, settings.flex_after_min, settings.flex_basis
    )


def _with_refused(result: DayResult, refused: int, settings: OfficeHoursSettings) -> DayResult:
    """The result with a step for the taps that came outside the accepted time."""
    if not refused:
        return result
    span = {"window_from": f"{settings.taps_from:%H:%M}", "window_to": f"{settings.taps_to:%H:%M}"}
    note = step("window", "", refused=str(refused), **span)
    return replace(result, steps=(*result.steps, note))
