"""Who is there today, in one word a person: what a day that still runs says so far.

A day's status says what the day was; presence says how it stands. Who came and has gone early was there; who has no
tap yet has not been seen, whatever comes of it when the day is over.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from eperf.domain.attendance.day import DayStatus


class PresenceState(StrEnum):
    """How a person's day stands."""

    PRESENT = "present"
    LATE = "late"
    ON_LEAVE = "on_leave"
    ON_DUTY = "on_duty"
    NOT_SEEN = "not_seen"
    OFF = "off"


_STATES = {
    DayStatus.PRESENT: PresenceState.PRESENT,
    DayStatus.EARLY_LEAVE: PresenceState.PRESENT,
    DayStatus.INCOMPLETE: PresenceState.PRESENT,
    DayStatus.LATE: PresenceState.LATE,
    DayStatus.LATE_AND_EARLY: PresenceState.LATE,
    DayStatus.LEAVE: PresenceState.ON_LEAVE,
    DayStatus.DUTY: PresenceState.ON_DUTY,
    DayStatus.OFF: PresenceState.OFF,
    DayStatus.HOLIDAY: PresenceState.OFF,
    DayStatus.ABSENT: PresenceState.NOT_SEEN,
    DayStatus.OPEN: PresenceState.NOT_SEEN,
}


def state_of(status: DayStatus, late: bool) -> PresenceState:
    """How a day of this status stands; `late`: it has minutes late, which an incomplete day may have too."""
    found = _STATES[status]
    return PresenceState.LATE if late and found is PresenceState.PRESENT else found


@dataclass(frozen=True)
class Presence:
    """How the days of a unit's people stand: so many of them in each state."""

    date: date
    present: int = 0
    late: int = 0
    on_leave: int = 0
    on_duty: int = 0
    not_seen: int = 0
    off: int = 0

    @property
    def total(self) -> int:
        """All of them."""
        return self.present + self.late + self.on_leave + self.on_duty + self.not_seen + self.off


def presence_of(day: date, states: Counter[PresenceState]) -> Presence:
    """Counted states as a unit's presence."""
    return Presence(day, **{state.value: states[state] for state in PresenceState})
