"""Correcting a day by hand: a tap that the machine did not take, with the reason and the evidence.

A manual record is allowed where the device is broken, the person is not enrolled, the identity cannot be read, or by
force majeure; the unit head signs it by the 1st of the next month, and it is delivered one working day later (BP2MI
2/2024 art. 19, likewise Bapanas 23/2023 art. 13). A corrected tap wins over those of machines.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from eperf.domain.attendance.calendar import local_time
from eperf.domain.attendance.day import LocalPunch
from eperf.domain.attendance.punch import PunchKind
from eperf.domain.attendance.request import FIRST_DAY
from eperf.domain.attendance.roster import ShiftOn, owner_day
from eperf.domain.errors import BadInput, LeaveNotAllowed
from eperf.domain.in_force import standing
from eperf.domain.period import YearMonth


class CorrectionReason(StrEnum):
    """Why the machine has no record."""

    DEVICE_BROKEN = "device_broken"
    NOT_ENROLLED = "not_enrolled"
    IDENTITY_UNREADABLE = "identity_unreadable"
    FORCE_MAJEURE = "force_majeure"


@dataclass(frozen=True, slots=True)
class SigningRule:
    """By when a correction is to be signed: that day of the next month, and so many working days for its delivery."""

    valid_from: date
    valid_to: date | None
    day: int
    working_days: int
    legal_basis: str


SIGNING_RULES: tuple[SigningRule, ...] = (
    SigningRule(date(2024, 1, 1), None, 1, 1, "Peraturan BP2MI 2/2024 pasal 19"),
)
"""The rule in force on the corrected day; days before it have no bound. A later rule closes an earlier row."""


@dataclass(frozen=True)
class CorrectionAsked:
    """What is asked for: when somebody really came and went on a day (UTC; None: as recorded)."""

    date: date
    tap_in: datetime | None
    tap_out: datetime | None
    reason: CorrectionReason
    note: str
    files: tuple[int, ...] = ()


def _no_roster(_: date) -> None:
    """Of somebody without a roster."""


def require_correctable(
    asked: CorrectionAsked, zone: ZoneInfo, today: date, shift_on: ShiftOn = _no_roster
) -> None:
    """Refuses what corrects nothing, lies ahead or belongs to another day, goes before it comes, or has no evidence."""
    if asked.date > today:
        raise BadInput("date", asked.date.isoformat(), "lies in the future")
    if asked.date < FIRST_DAY:
        raise BadInput("date", asked.date.isoformat(), "lies before the year 2000")
    if asked.tap_in is None and asked.tap_out is None:
        raise BadInput("tapIn", None, "give the time of coming, of going, or both")
    for name, at in (("tapIn", asked.tap_in), ("tapOut", asked.tap_out)):
        if at is not None and owner_day(local_time(at, zone).date(), at, zone, shift_on) != asked.date:
            raise BadInput(name, at.isoformat(), "lies on another day at the workplace")
    if asked.tap_in is not None and asked.tap_out is not None and asked.tap_out <= asked.tap_in:
        raise BadInput("tapOut", asked.tap_out.isoformat(), "lies before the coming")
    if not asked.files:
        raise LeaveNotAllowed("files", 0, "it takes evidence")


def sign_until(
    day: date, free: Iterable[date], rules: tuple[SigningRule, ...] = SIGNING_RULES
) -> date | None:
    """The last day on which the correction of a day may be signed; None where no rule bounds it.

    `free` are the days after the month that are not worked.
    """
    rule = standing(rules, day)
    if rule is None:
        return None
    closed = set(free)
    last = YearMonth.of(day).next().first + timedelta(days=rule.day - 1)
    left = rule.working_days
    while left:
        last += timedelta(days=1)
        left -= last not in closed
    return last


def corrected(punches: tuple[LocalPunch, ...], by_hand: frozenset[int]) -> tuple[LocalPunch, ...]:
    """The taps that count beside corrected ones (`by_hand`, by their ids).

    Nothing before a corrected coming and nothing after a corrected going counts, whatever the machine called it.
    """
    own = [punch for punch in punches if punch.id in by_hand]
    first = max((p.time for p in own if p.kind is PunchKind.IN), default=None)
    last = min((p.time for p in own if p.kind is PunchKind.OUT), default=None)
    return tuple(
        p
        for p in punches
        if p.id in by_hand or ((first is None or p.time > first) and (last is None or p.time < last))
    )
