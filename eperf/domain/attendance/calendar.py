"""Working days and working hours as data, and the civil day of an instant.

Hours are decreed (Perpres 21/2023), so they are rows with validity dates and a legal basis, not constants:
the week's minutes, the start and the breaks are given, and the end of each day follows from them for five and
six day weeks. Indonesia has three zones and no summer time; "local" is the zone of the workplace.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from types import MappingProxyType
from typing import Literal
from zoneinfo import ZoneInfo

from eperf.domain.attendance.day import DaySchedule, minute_of
from eperf.domain.errors import BadInput
from eperf.domain.in_force import covers

ZONES: Mapping[str, ZoneInfo] = MappingProxyType(
    {"WIB": ZoneInfo("Asia/Jakarta"), "WITA": ZoneInfo("Asia/Makassar"), "WIT": ZoneInfo("Asia/Jayapura")}
)
"""The three zones by their Indonesian names: UTC+7, +8, +9."""

SATURDAY, FRIDAY = 6, 5
"""ISO week days."""


@dataclass(frozen=True, slots=True)
class WorkHours:
    """The hours decreed for a kind of day, from `valid_from` (inclusive) to `valid_to` (exclusive, None =
    open).
    """

    kind: Literal["normal", "ramadan"]
    valid_from: date
    valid_to: date | None
    start: time
    week_min: int
    """Working minutes of a week without rest."""
    break_min: int
    friday_break_min: int
    legal_basis: str

    def covers(self, day: date) -> bool:
        """Whether the row is in force on the day."""
        return covers(self, day)

    def schedule(self, weekday: int, days_per_week: int) -> DaySchedule:
        """The hours of an ISO week day: the week's minutes in equal days, and the break on top."""
        rest = self.friday_break_min if weekday == FRIDAY else self.break_min
        end = minute_of(self.start) + self.week_min // days_per_week + rest
        return DaySchedule(self.start, time(end // 60, end % 60), rest, self.legal_basis)


DECREED_HOURS: tuple[WorkHours, ...] = (
    WorkHours("normal", date(2023, 4, 12), None, time(7, 30), 2250, 60, 90, "Perpres 21/2023 pasal 4"),
    WorkHours("ramadan", date(2023, 4, 12), None, time(8, 0), 1950, 30, 60, "Perpres 21/2023 pasal 4"),
)
"""Working hours of the state civil service by law. A later decree is a further row and closes an earlier one.
"""


@dataclass(frozen=True, slots=True)
class WorkCalendar:
    """Which days are worked at a workplace, and when. Holidays and Ramadan are given, with their names and
    spans.
    """

    days_per_week: Literal[5, 6] = 5
    holidays: Mapping[date, str] = field(default_factory=dict)
    """Holidays and joint leave, by date, with their names."""
    ramadan: tuple[tuple[date, date], ...] = ()
    """First and last day of each Ramadan, both inclusive."""
    hours: tuple[WorkHours, ...] = DECREED_HOURS

    def is_work_weekday(self, day: date) -> bool:
        """Monday to Friday, and Saturday in a six-day week, whatever is celebrated."""
        return day.isoweekday() <= self.days_per_week

    def is_holiday(self, day: date) -> bool:
        """A holiday or a day of joint leave."""
        return day in self.holidays

    def is_ramadan(self, day: date) -> bool:
        """Whether the hours of Ramadan hold."""
        return any(first <= day <= last for first, last in self.ramadan)

    def is_working_day(self, day: date) -> bool:
        """A work weekday that is no holiday."""
        return self.is_work_weekday(day) and not self.is_holiday(day)

    def hours_on(self, day: date) -> DaySchedule | None:
        """The hours owed on the day by decree; None on a free day and before the first decree in the table."""
        kind = "ramadan" if self.is_ramadan(day) else "normal"
        row = next((h for h in self.hours if h.kind == kind and h.covers(day)), None)
        if row is None or not self.is_working_day(day):
            return None
        return row.schedule(day.isoweekday(), self.days_per_week)


def zone_named(text: str, field_name: str = "zone") -> ZoneInfo:
    """A zone by `WIB`, `WITA`, `WIT` or by its IANA name; every other name is refused."""
    zone = ZONES.get(text) or next((zone for zone in ZONES.values() if zone.key == text), None)
    if zone is None:
        raise BadInput(field_name, text, "one of WIB, WITA, WIT, " + ", ".join(z.key for z in ZONES.values()))
    return zone


def civil_day(instant: datetime, zone: ZoneInfo) -> date:
    """The day on the wall calendar of a zone; a naive instant is a fault of the caller."""
    return local_time(instant, zone).date()


def zones_reached(instant: datetime, day: date) -> tuple[str, ...]:
    """The zones, by both of their names, in which `day` has begun at an instant."""
    reached = {name: zone.key for name, zone in ZONES.items() if day <= civil_day(instant, zone)}
    return (*reached, *reached.values())


def local_time(instant: datetime, zone: ZoneInfo) -> datetime:
    """The instant on the wall clock of a zone."""
    if instant.utcoffset() is None:
        raise ValueError("a naive instant has no civil day")
    return instant.astimezone(zone)


def zone_offset_min(zone: ZoneInfo) -> int:
    """The zone's distance from UTC in minutes: 420, 480, 540. The zones here have not moved since 1988."""
    offset = datetime(2023, 4, 12, tzinfo=UTC).astimezone(zone).utcoffset()
    if offset is None:
        raise ValueError(f"{zone.key} has no distance from UTC")
    return int(offset.total_seconds()) // 60
