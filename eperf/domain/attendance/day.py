"""A day as values: the hours that were owed, what the person tapped, and what the rules made of it.

Minutes are whole. A tap counts at its printed minute (07:30:59 is 07:30), which is also where the law draws
the line (ANRI 18/2016: late begins after 07:30:59). What is not known is None and never 0: a missing out-tap
is no proof of staying, and none of leaving early.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from eperf.domain.attendance.punch import PunchKind


class DayStatus(StrEnum):
    """What a day was, in one word."""

    PRESENT = "present"
    LATE = "late"
    EARLY_LEAVE = "early_leave"
    LATE_AND_EARLY = "late_and_early"
    ABSENT = "absent"
    """A working day without a tap, a leave or a duty order."""
    INCOMPLETE = "incomplete"
    """There are taps, but the one for coming or the one for going is missing or unusable."""
    OFF = "off"
    HOLIDAY = "holiday"
    LEAVE = "leave"
    DUTY = "duty"
    OPEN = "open"
    """A working day that is not over and has no tap yet: nothing can be said."""


@dataclass(frozen=True, slots=True)
class DaySchedule:
    """The hours owed on one day, zone-free, in the zone of the workplace. An end at or before the start is
    next day.
    """

    start: time
    end: time
    break_min: int = 0
    legal_basis: str = ""

    @property
    def start_min(self) -> int:
        """The start, in minutes after midnight."""
        return minute_of(self.start)

    @property
    def end_min(self) -> int:
        """The end, in minutes after the midnight before the start: over 1440 when the shift ends next day."""
        end = minute_of(self.end)
        return end if end > self.start_min else end + 1440

    @property
    def net_min(self) -> int:
        """Working minutes owed: from start to end less the break."""
        return self.end_min - self.start_min - self.break_min


@dataclass(frozen=True, slots=True)
class Shift:
    """What a roster says of one day of a person: the name of the shift and its hours; without hours it is free."""

    name: str
    hours: DaySchedule | None = None

    @property
    def ends_next_day(self) -> bool:
        """Whether it goes over midnight."""
        return self.hours is not None and self.hours.end_min > 1440


@dataclass(frozen=True, slots=True)
class LocalPunch:
    """A punch on the wall clock of the workplace. `id` names the stored record in the result."""

    time: datetime
    """Aware, in the zone of the workplace."""
    kind: PunchKind
    id: int
    by_hand: bool = False
    """Whether a correction on evidence gave it: then no rule about impossible taps doubts it."""


@dataclass(frozen=True, slots=True)
class DayInput:
    """Everything a policy may know about one employee's civil day."""

    date: date
    zone: ZoneInfo
    punches: tuple[LocalPunch, ...] = ()
    """Those that belong to the day: of a shift over midnight also those of the morning after."""
    is_holiday: bool = False
    """A national holiday, or joint leave, at this workplace."""
    holiday_name: str = ""
    """What is celebrated, and below the rule or decree that frees the day; empty when nobody says."""
    holiday_basis: str = ""
    is_ramadan: bool = False
    leave: str | None = None
    """The code of an approved leave that covers the day."""
    duty: str | None = None
    """The code of a duty order, training or study assignment that covers the day."""
    shift: Shift | None = None
    """What the roster says of the day; None where it says nothing."""
    month_late_events: int = 0
    """How often the person was late in this month before this day."""
    is_over: bool = True
    """False while the day, or a shift that began on it, still runs: what is not there yet is then not missing."""


@dataclass(frozen=True, slots=True)
class Step:
    """One rule applied, with its legal basis and what it saw, in two languages."""

    rule: str
    legal_basis: str
    text_id: str
    text_en: str
    facts: Mapping[str, str] = field(default_factory=dict)

    def as_dict(self) -> dict[str, object]:
        """The step as plain JSON-able data, as it is stored."""
        return {
            "rule": self.rule,
            "legal_basis": self.legal_basis,
            "text_id": self.text_id,
            "text_en": self.text_en,
            "facts": dict(self.facts),
        }


@dataclass(frozen=True, slots=True)
class DayResult:
    """A classified day. Minutes that nobody can know are None; a day without duty hours owes none, so it has
    0.
    """

    date: date
    status: DayStatus
    first_in: datetime | None = None
    last_out: datetime | None = None
    late_min: int | None = 0
    early_min: int | None = 0
    shortage_min: int | None = 0
    worked_min: int | None = None
    missing_taps: int = 0
    required_out: datetime | None = None
    """When the person could leave without a shortage; None when that is not known."""
    used: tuple[int, ...] = ()
    """Ids of the punches that made `first_in` and `last_out`."""
    steps: tuple[Step, ...] = ()


def minute_of(moment: time) -> int:
    """The printed minute of a wall-clock time, in minutes after midnight; seconds are cut off."""
    return moment.hour * 60 + moment.minute


def minute_on(day: date, moment: datetime) -> int:
    """The printed minute of a local instant, counted from the midnight that opens `day`; negative before it."""
    return (moment.date() - day).days * 1440 + moment.hour * 60 + moment.minute


def local_at(day: date, minute: int, zone: ZoneInfo) -> datetime:
    """The wall-clock instant `minute` minutes after the midnight that opens `day`."""
    return datetime.combine(day, time.min, zone) + timedelta(minutes=minute)


def clock(minute: int) -> str:
    """A minute of the day as `HH:MM`, modulo 24 hours."""
    return f"{minute // 60 % 24:02d}:{minute % 60:02d}"


def hours(minutes: int) -> str:
    """A length of time as `H:MM`, hours not bounded: 2250 is `37:30`."""
    return f"{minutes // 60}:{minutes % 60:02d}"
