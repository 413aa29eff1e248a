"""Attendance recorded by hand: when it is allowed, and until when the list counts.

The unit's head signs the list by the first of the next month; it is delivered one working day later.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from eperf.domain.attendance.calendar import WorkCalendar
from eperf.domain.in_force import profile_named
from eperf.domain.period import YearMonth


class ManualReason(StrEnum):
    """Why a machine was not used."""

    DEVICE_BROKEN = "device_broken"
    NOT_ENROLLED = "not_enrolled"
    UNREADABLE = "unreadable"
    """The machine does not recognise the person."""
    FORCE_MAJEURE = "force_majeure"


@dataclass(frozen=True, slots=True)
class ManualRule:
    """A regulation's rule of recording by hand, with its validity."""

    profile: str
    legal_basis: str
    valid_from: date
    valid_to: date | None
    reasons: tuple[ManualReason, ...] = tuple(ManualReason)
    sign_by_day: int = 1
    """The last day of the next month on which the unit's head may sign."""
    deliver_working_days: int = 1
    """So many working days after that day the list is delivered."""


MANUAL_RULES: tuple[ManualRule, ...] = (
    ManualRule("bp2mi-2024", "Peraturan BP2MI 2/2024 pasal 19", date(2024, 1, 1), None),
    ManualRule("bapanas-2023", "Peraturan Bapanas 23/2023 pasal 13", date(2023, 1, 1), None),
    ManualRule("kemenko-infra-2025", "Permenko Infra 10/2025 pasal 22", date(2025, 1, 1), None),
    ManualRule("esdm-2014", "Permen ESDM 21/2014 pasal 7", date(2014, 1, 1), None),
)
"""All rules that are known; validity as in `ladders`."""


@dataclass(frozen=True, slots=True)
class ManualDeadline:
    """The last days of a month's list, both inclusive."""

    sign_by: date
    deliver_by: date


def manual_rule_named(profile: str, on: date | None = None) -> ManualRule:
    """The rule of a profile on a day; without a day its latest row. Unknown names are refused."""
    return profile_named(MANUAL_RULES, profile, on)


def manual_deadline(rule: ManualRule, month: YearMonth, calendar: WorkCalendar) -> ManualDeadline:
    """Until when the list of a month is signed and delivered."""
    sign_by = month.next().first + timedelta(days=rule.sign_by_day - 1)
    deliver_by = sign_by
    for _ in range(rule.deliver_working_days):
        deliver_by += timedelta(days=1)
        while not calendar.is_working_day(deliver_by):
            deliver_by += timedelta(days=1)
    return ManualDeadline(sign_by, deliver_by)
