"""The fields of a clock record that ZKTeco's own machines write alike, pushed, pulled or carried on a stick.

A record needs a PIN and a readable time; whatever else is odd is kept as text and means nothing. What cannot
be read raises `Unreadable` with the stable word that `SkippedLine.reason` carries.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from eperf.domain.attendance.punch import PIN_CHARS, PunchKind, Verify

STATUS: dict[int, PunchKind] = {
    0: PunchKind.IN,
    1: PunchKind.OUT,
    2: PunchKind.BREAK_OUT,
    3: PunchKind.BREAK_IN,
    4: PunchKind.OVERTIME_IN,
    5: PunchKind.OVERTIME_OUT,
}
"""ADMS states. Fingerspot numbers the breaks the other way round: never use this table for another family."""

VERIFY: dict[int, Verify] = {
    0: Verify.PASSWORD,
    1: Verify.FINGER,
    2: Verify.PASSWORD_OR_CARD,
    3: Verify.CARD,
    4: Verify.CARD,
    15: Verify.FACE,
    25: Verify.PALM,
}
"""ADMS verify codes."""

FIRST_YEAR, LAST_YEAR = 2000, 2099
"""Years in which a record can lie; others come from a dead clock battery or an attacker."""

PIN = re.compile(rf"[!-\[\]-~]{{1,{PIN_CHARS}}}")
"""A user number: printable ASCII without blanks, and without the backslash, by which unreadable bytes are
written."""

_FIRST_EPOCH = int(datetime(FIRST_YEAR, 1, 1, tzinfo=UTC).timestamp())
_END_EPOCH = int(datetime(LAST_YEAR + 1, 1, 1, tzinfo=UTC).timestamp())
_LOCAL = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2}) ([0-9]{2}):([0-9]{2}):([0-9]{2})")
_EPOCH = re.compile(r"[0-9]{5,20}")
_CODE = re.compile(r"[0-9]{1,4}")


class Unreadable(Exception):
    """Why a line is no record, in one stable word."""


def pin_of(text: str | None) -> str:
    """The user number: 1 to 24 printable ASCII characters, no blank, no backslash."""
    if not text:
        raise Unreadable("pin_missing")
    if len(text) > PIN_CHARS:
        raise Unreadable("pin_too_long")
    if not PIN.fullmatch(text):
        raise Unreadable("pin_unreadable")
    return text


def instant_of(text: str | None, offset: timedelta) -> datetime:
    """The device's time as an instant in UTC: local text by the device's zone, a Unix epoch as it is."""
    if not text:
        raise Unreadable("time_missing")
    local = _LOCAL.fullmatch(text)
    if local:
        return _wall(local) - offset
    if not _EPOCH.fullmatch(text):
        raise Unreadable("time_unreadable")
    if not _FIRST_EPOCH <= int(text) < _END_EPOCH:
        raise Unreadable("time_out_of_range")
    return datetime.fromtimestamp(int(text), UTC)


def _wall(match: re.Match[str]) -> datetime:
    year, month, day, hour, minute, second = map(int, match.groups())
    try:
        wall = datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except ValueError:
        raise Unreadable("time_unreadable") from None
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise Unreadable("time_out_of_range")
    return wall


def code_of(text: str | None) -> int | None:
    """A status or verify number; text that is none gives None and stays in the record's `*_text`."""
    return int(text) if text is not None and _CODE.fullmatch(text) else None


def kind_of(status: int | None) -> PunchKind:
    """What an ADMS state says."""
    return PunchKind.UNKNOWN if status is None else STATUS.get(status, PunchKind.UNKNOWN)


def verify_of(code: int | None) -> Verify:
    """What an ADMS verify code says."""
    return Verify.UNKNOWN if code is None else VERIFY.get(code, Verify.UNKNOWN)
