"""What happened, as values. A kind of event is one class; its docstring is its documentation.

Events are written in the transaction of the change. `marks` names the months whose scores are no longer true.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any, ClassVar

from eperf.domain.period import YearMonth


@dataclass(frozen=True, kw_only=True)
class Event:
    """A committed change of one subject. `unit_id` and `employee_id` decide who may hear of it."""

    kind: ClassVar[str]
    subject_type: ClassVar[str]
    version: ClassVar[int] = 1

    subject_id: int
    unit_id: int | None = None
    employee_id: int | None = None

    def payload(self) -> dict[str, object]:
        """The fields of the kind itself, as JSON values: dates as ISO text, hundredths as integers."""
        kind: Any = type(self)
        own = {name: getattr(self, name) for name in _own(kind)}
        return {name: value.isoformat() if isinstance(value, date) else value for name, value in own.items()}

    def marks(self) -> tuple[YearMonth, ...]:
        """Months of `employee_id` to score again."""
        return ()


@cache
def _own(kind: Any) -> tuple[str, ...]:
    """The fields of a kind itself."""
    common = {"subject_id", "unit_id", "employee_id"}
    return tuple(f.name for f in dataclasses.fields(kind) if f.name not in common)


@dataclass(frozen=True, kw_only=True)
class _OfADay(Event):
    date: date

    def marks(self) -> tuple[YearMonth, ...]:
        return (YearMonth.of(self.date),)


@dataclass(frozen=True, kw_only=True)
class ActivitySubmitted(_OfADay):
    """An employee reported an activity, changed one that waits, or sent a returned one again."""

    kind = "activity.submitted"
    subject_type = "Activity"


@dataclass(frozen=True, kw_only=True)
class ActivityVerified(_OfADay):
    """An activity was accepted and counts from now on; `decided_by` is null where a rule decided."""

    kind = "activity.verified"
    subject_type = "Activity"
    decided_by: int | None


@dataclass(frozen=True, kw_only=True)
class ActivityReturned(_OfADay):
    """The supervisor, or who acts for them, sent an activity back with a reason."""

    kind = "activity.returned"
    subject_type = "Activity"
    decided_by: int | None


@dataclass(frozen=True, kw_only=True)
class ActivityRejected(_OfADay):
    """An activity was refused for good with a reason; `decided_by` is null where a rule decided."""

    kind = "activity.rejected"
    subject_type = "Activity"
    decided_by: int | None


@dataclass(frozen=True, kw_only=True)
class VerificationWithdrawn(_OfADay):
    """A verification was taken back: the activity is returned, with the reason, and counts no longer."""

    kind = "activity.verification-withdrawn"
    subject_type = "Activity"
    decided_by: int | None


@dataclass(frozen=True, kw_only=True)
class ActivityEscalated(_OfADay):
    """Nobody decided in time; the superior's superior may decide too."""

    kind = "activity.escalated"
    subject_type = "Activity"
    escalated_to: int


@dataclass(frozen=True, kw_only=True)
class PunchRecorded(Event):
    """A clock record was kept and belongs to an employee."""

    kind = "attendance.punched"
    subject_type = "Punch"
    punched: str
    date: date


@dataclass(frozen=True, kw_only=True)
class PunchesImported(Event):
    """A file of a device was taken in: `rows` new records belong to employees, on civil days from `first` to `last`."""

    # No month is marked: the days are classified afterwards, and those that differ mark their months.
    kind = "attendance.punches-imported"
    subject_type = "Device"
    rows: int
    first: date
    last: date


@dataclass(frozen=True, kw_only=True)
class DayClassified(_OfADay):
    """A day of an employee has a status that differs from before."""

    kind = "attendance.day-classified"
    subject_type = "AttendanceDay"
    status: str


@dataclass(frozen=True, kw_only=True)
class ScoreChanged(Event):
    """An employee's score of a month is another than before. `score_h` is null while provisional."""

    kind = "score.changed"
    subject_type = "Score"
    period: str
    score_h: int | None
    previous_h: int | None
    state: str


@dataclass(frozen=True, kw_only=True)
class EmployeePlaced(Event):
    """An employee has a placement from a date on."""

    kind = "people.placed"
    subject_type = "Employee"
    valid_from: date


@dataclass(frozen=True, kw_only=True)
class ActingAppointed(Event):
    """An officer acts for an incumbent from a date on (Plt or Plh)."""

    kind = "people.acting-appointed"
    subject_type = "Employee"
    officer_id: int
    acting: str
    valid_from: date


@dataclass(frozen=True, kw_only=True)
class UnitChanged(Event):
    """A unit was created or its name, kind, parent or zone changed."""

    kind = "organisation.unit-changed"
    subject_type = "Unit"


@dataclass(frozen=True, kw_only=True)
class PartBound(Event):
    """A part fills a slot of a unit from a date on."""

    kind = "plugins.part-bound"
    subject_type = "Unit"
    slot: str
    part: str
    valid_from: date


@dataclass(frozen=True, kw_only=True)
class DeviceSeen(Event):
    """An attendance machine was registered, adopted by a unit, or met for the first time."""

    kind = "attendance.device-changed"
    subject_type = "Device"
    serial: str
    state: str


@dataclass(frozen=True, kw_only=True)
class DeviceCommanded(Event):
    """So many commands were queued for an attendance machine; `what` names their kinds."""

    kind = "attendance.device-commanded"
    subject_type = "Device"
    commands: int
    what: str


@dataclass(frozen=True, kw_only=True)
class DeviceClockCorrected(Event):
    """Somebody said that a machine's clock was ahead by so many seconds, which moved so many punches."""

    kind = "attendance.device-clock-corrected"
    subject_type = "Device"
    ahead_sec: int
    punches: int


@dataclass(frozen=True, kw_only=True)
class AccessChanged(Event):
    """An account, a grant or a token was created, changed or revoked."""

    kind = "access.changed"
    subject_type = "Account"
    what: str


@dataclass(frozen=True, kw_only=True)
class HistoryTakenOver(Event):
    """A batch of an older system's records of a unit was stored: `what` says of which sort, `rows` how many."""

    kind = "history.taken-over"
    subject_type = "Unit"
    what: str
    rows: int


@dataclass(frozen=True, kw_only=True)
class PositionChanged(Event):
    """A post was created, or its title, unit, job class or kind changed."""

    kind = "organisation.position-changed"
    subject_type = "Position"


@dataclass(frozen=True, kw_only=True)
class EmployeeChanged(Event):
    """What is known of a person (name, number, kind, birth date, sex, rank) was corrected or changed."""

    kind = "people.changed"
    subject_type = "Employee"


@dataclass(frozen=True, kw_only=True)
class CatalogueChanged(Event):
    """Items of a unit's activity catalogue were created or changed; `items` says how many."""

    kind = "catalogue.changed"
    subject_type = "Unit"
    items: int


@dataclass(frozen=True, kw_only=True)
class DeadlinesChanged(Event):
    """A unit has other deadlines for reporting and deciding from a day on."""

    kind = "activity.deadlines-changed"
    subject_type = "Unit"
    valid_from: date


KINDS: tuple[type[Event], ...] = (
    ActivitySubmitted, ActivityVerified, ActivityReturned, ActivityRejected, VerificationWithdrawn, ActivityEscalated,
    DeadlinesChanged, PunchRecorded, DayClassified, ScoreChanged,
    EmployeePlaced, ActingAppointed, UnitChanged, PartBound, DeviceSeen, AccessChanged, HistoryTakenOver,
    PositionChanged, EmployeeChanged, CatalogueChanged, DeviceCommanded, DeviceClockCorrected, PunchesImported,
)  # fmt: skip
"""The kinds of this file; those of a noun with a folder of its own are there (`eperf.domain.attendance.events`)."""
