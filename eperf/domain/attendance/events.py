"""What happened to the calendar, to leave and duty orders, and to days corrected by hand.

Where somebody is and why is for those who may read it: an event says that there is leave, never which or why.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from eperf.domain.events import Event


@dataclass(frozen=True, kw_only=True)
class CalendarChanged(Event):
    """An entry of the calendar was `added` or `withdrawn` (`what`); without a unit it holds everywhere."""

    kind = "attendance.calendar-changed"
    subject_type = "CalendarEntry"
    what: str
    first: date
    last: date


@dataclass(frozen=True, kw_only=True)
class _OfASpan(Event):
    # No month is marked: an approved span changes days, and those mark their months.
    first: date
    last: date


@dataclass(frozen=True, kw_only=True)
class LeaveRequested(_OfASpan):
    """An employee asked for leave."""

    kind = "leave.requested"
    subject_type = "Leave"


@dataclass(frozen=True, kw_only=True)
class LeaveApproved(_OfASpan):
    """The superior, or who acts for them, gave the leave; its days count as leave from now on."""

    kind = "leave.approved"
    subject_type = "Leave"
    decided_by: int


@dataclass(frozen=True, kw_only=True)
class LeaveRefused(_OfASpan):
    """The superior, or who acts for them, refused the leave with a reason."""

    kind = "leave.refused"
    subject_type = "Leave"
    decided_by: int


@dataclass(frozen=True, kw_only=True)
class LeaveCancelled(_OfASpan):
    """A leave was taken back by who asked, or somebody was called back from it by the superior."""

    kind = "leave.cancelled"
    subject_type = "Leave"
    decided_by: int


@dataclass(frozen=True, kw_only=True)
class DutyRequested(_OfASpan):
    """An employee brought a duty order."""

    kind = "duty.requested"
    subject_type = "DutyOrder"


@dataclass(frozen=True, kw_only=True)
class DutyApproved(_OfASpan):
    """The superior, or who acts for them, accepted a duty order; its days count as duty from now on."""

    kind = "duty.approved"
    subject_type = "DutyOrder"
    decided_by: int


@dataclass(frozen=True, kw_only=True)
class DutyRefused(_OfASpan):
    """The superior, or who acts for them, refused a duty order with a reason."""

    kind = "duty.refused"
    subject_type = "DutyOrder"
    decided_by: int


@dataclass(frozen=True, kw_only=True)
class DutyCancelled(_OfASpan):
    """A duty order was taken back by who brought it, or called off by the superior."""

    kind = "duty.cancelled"
    subject_type = "DutyOrder"
    decided_by: int


@dataclass(frozen=True, kw_only=True)
class CorrectionRequested(_OfASpan):
    """An employee asked for a day to be corrected by hand."""

    kind = "attendance.correction-requested"
    subject_type = "DayCorrection"


@dataclass(frozen=True, kw_only=True)
class CorrectionSigned(_OfASpan):
    """The unit head signed a correction; its taps count from now on."""

    kind = "attendance.correction-signed"
    subject_type = "DayCorrection"
    decided_by: int


@dataclass(frozen=True, kw_only=True)
class CorrectionRefused(_OfASpan):
    """The unit head refused a correction with a reason."""

    kind = "attendance.correction-refused"
    subject_type = "DayCorrection"
    decided_by: int


@dataclass(frozen=True, kw_only=True)
class CorrectionCancelled(_OfASpan):
    """A correction was taken back by who asked, or by the unit head; its taps no longer count."""

    kind = "attendance.correction-cancelled"
    subject_type = "DayCorrection"
    decided_by: int


KINDS: tuple[type[Event], ...] = (
    CalendarChanged,
    LeaveRequested,
    LeaveApproved,
    LeaveRefused,
    LeaveCancelled,
    DutyRequested,
    DutyApproved,
    DutyRefused,
    DutyCancelled,
    CorrectionRequested,
    CorrectionSigned,
    CorrectionRefused,
    CorrectionCancelled,
)
