"""Until when work is reported and decided on in a unit, and what follows from a superior's silence.

A rule is a dated row of a unit with its legal basis and holds for all units below it, until a later row of that unit
begins or a nearer unit has a row of its own. Without a row there is no deadline. All times are civil times in the zone
of the unit; a deadline is the instant by which something has to be done, and at that instant it is too late.

Sources: Jawa Barat has work reported on the same day until 16.00 (TRK 2020); in DKI Jakarta the superior's omission to
validate costs the reporter (Pergub 19/2020). What a source leaves open is left out of the rule, never guessed.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from eperf.domain.activity import ActivityState
from eperf.domain.attendance.calendar import civil_day
from eperf.domain.errors import BadInput
from eperf.domain.people import day
from eperf.domain.period import YearMonth
from eperf.domain.text import bounded, clean

MOST_DAYS = 366
_DAY_MIN = 24 * 60


class CountedFrom(StrEnum):
    """From where the days of a report's deadline are counted: from the day of the work, or the last of its month."""

    DAY = "day"
    MONTH_END = "month_end"


class Silence(StrEnum):
    """What follows when nobody has decided in time."""

    NOTHING = "nothing"
    VERIFY = "verify"
    LAPSE = "lapse"
    ESCALATE = "escalate"


@dataclass(frozen=True)
class Deadlines:
    """The deadlines of a unit from a day on; None in a place: the rule sets none.

    Reporting: `report_days` civil days after `counted_from`, before `report_time` of that day (None: until its end).
    `mend_days`: civil days after a return until which it is sent again. `verify_days`: working days after the day of
    sending until which it is decided. `withdraw_days`: civil days after the end of the month of the work until which
    a verification may be withdrawn (0: within the month; None: never).
    """

    valid_from: date
    legal_basis: str
    counted_from: CountedFrom | None = None
    report_days: int = 0
    report_time: time | None = None
    mend_days: int | None = None
    verify_days: int | None = None
    silence: Silence = Silence.NOTHING
    withdraw_days: int | None = None

    @property
    def report_until_min(self) -> int | None:
        """Minutes from the beginning of the civil day that is counted from; None: no deadline."""
        if self.counted_from is None:
            return None
        at = self.report_time
        return self.report_days * _DAY_MIN + (_DAY_MIN if at is None else at.hour * 60 + at.minute)


def checked_deadlines(rule: Deadlines) -> Deadlines:
    """The rule with its text cleaned; refuses by the name of the field what cannot be kept."""
    day("validFrom", rule.valid_from)
    for field, days in (
        ("reportDays", rule.report_days), ("mendDays", rule.mend_days), ("verifyDays", rule.verify_days),
        ("withdrawDays", rule.withdraw_days),
    ):  # fmt: skip
        if days is not None:
            bounded(field, days, 0, MOST_DAYS)
    if rule.counted_from is None and (rule.report_days or rule.report_time is not None):
        raise BadInput("countedFrom", None, "days or a time to report by need to be counted from something")
    if rule.report_until_min == 0:
        raise BadInput(
            "reportTime", "00:00", "is over before the day begins; leave it out for the end of the day"
        )
    if rule.verify_days is None and rule.silence is not Silence.NOTHING:
        raise BadInput("silence", rule.silence.value, "needs days to verify in")
    return dataclasses.replace(rule, legal_basis=clean("legalBasis", rule.legal_basis, most=300))


def report_until(rule: Deadlines, worked: date, zone: ZoneInfo) -> datetime | None:
    """Until when work of a day is reported; None: without end."""
    minutes = rule.report_until_min
    if minutes is None:
        return None
    begin = worked if rule.counted_from is CountedFrom.DAY else YearMonth.of(worked).last
    return datetime.combine(begin, time(), zone) + timedelta(minutes=minutes)


def mend_until(rule: Deadlines, returned: datetime, zone: ZoneInfo) -> datetime | None:
    """Until when an activity that was returned is sent again; None: without end."""
    return None if rule.mend_days is None else _end(civil_day(returned, zone), rule.mend_days, zone)


def verify_until(
    rule: Deadlines, submitted: datetime, zone: ZoneInfo, worked: Callable[[date], bool]
) -> datetime | None:
    """Until when an activity is decided on; `worked` says which days are working days. None: without end.

    Where a year has fewer working days than that, it is a year.
    """
    if rule.verify_days is None:
        return None
    first = civil_day(submitted, zone)
    last, left = first, rule.verify_days
    while left and (last - first).days < MOST_DAYS:
        last += timedelta(days=1)
        left -= worked(last)
    return _end(last, 0, zone)


def withdraw_until(rule: Deadlines, worked: date, zone: ZoneInfo) -> datetime | None:
    """Until when the verification of a day's work may be withdrawn; None: it may not."""
    return None if rule.withdraw_days is None else _end(YearMonth.of(worked).last, rule.withdraw_days, zone)


def submit_until(
    rule: Deadlines, state: ActivityState, worked: date, decided: datetime | None, zone: ZoneInfo
) -> datetime | None:
    """Until when an activity as it stands may be sent, or sent anew; None: without end, or not at all."""
    if state is ActivityState.RETURNED:
        return None if decided is None else mend_until(rule, decided, zone)
    return (
        report_until(rule, worked, zone) if state in (ActivityState.DRAFT, ActivityState.SUBMITTED) else None
    )


def _end(first: date, days: int, zone: ZoneInfo) -> datetime:
    """The end of the civil day that lies so many days after a day."""
    return datetime.combine(first + timedelta(days=days + 1), time(), zone)
