"""A raw clock record, as a machine gave it.

The record is evidence, so what was received is kept beside what we read in it: the device's own time text
beside the instant, the status text beside its meaning. Families of machines number their states differently
(break in and break out are swapped between ADMS and Fingerspot), so the meaning is filled in by the source
that knows the family.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

PIN_CHARS = 24
"""The longest user number a device may give a person."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

RAW_CHARS = 1024
"""The longest raw text kept of one record."""


class PunchKind(StrEnum):
    """What the person said by the tap. `unknown`: the machine sent no state, or one without a meaning."""

    IN = "in"
    OUT = "out"
    BREAK_OUT = "break_out"
    BREAK_IN = "break_in"
    OVERTIME_IN = "overtime_in"
    OVERTIME_OUT = "overtime_out"
    MEETING_IN = "meeting_in"
    MEETING_OUT = "meeting_out"
    CUSTOM = "custom"
    """A state whose meaning the office itself chose on the machine."""
    UNKNOWN = "unknown"


class Verify(StrEnum):
    """How the machine knew the person. `unknown`: no code, or one without a meaning."""

    PASSWORD = "password"
    FINGER = "finger"
    PASSWORD_OR_CARD = "password_or_card"
    CARD = "card"
    FACE = "face"
    PALM = "palm"
    GPS = "gps"
    VEIN = "vein"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class RawPunch:
    """One well-formed record of a source. `*_text` is None when the machine sent no such field."""

    pin: str
    """User number in the device, blanks around it removed: 1 to 24 printable ASCII characters."""
    occurred_at: datetime
    """The instant, aware, in UTC."""
    device_local: str
    """The time exactly as the device wrote it."""
    kind: PunchKind
    status: int | None
    status_text: str | None
    verify: Verify
    verify_code: int | None
    verify_text: str | None
    workcode: str | None
    raw: str
    """The line as received, readable and safe to store: see `safe_text`."""
    line_no: int
    """Its place in the upload, from 1."""

    def __post_init__(self) -> None:
        if self.occurred_at.tzinfo is not UTC:
            raise ValueError("a punch's instant is an aware datetime in UTC")


@dataclass(frozen=True, slots=True)
class SkippedLine:
    """A record that could not be read, kept so that nothing vanishes: its place, what it said, and why not."""

    line_no: int
    raw: str
    """As `RawPunch.raw`, at most 1024 characters; empty where the table may hold secrets."""
    reason: str
    """A stable word: `pin_missing`, `pin_unreadable`, `pin_too_long`, `time_missing`, `time_unreadable`,
    `time_out_of_range`, `line_too_long`, `control_characters`, `record_unreadable`,
    `row_shape`, `cell_untrusted`."""


def digest(source: str, of: str, pin: str, occurred_at: datetime, status: int | None) -> str:
    """What a record that no device gave (clocked in by oneself, corrected by hand) is known by, hashed.

    Those of a device have a `record_key`.
    """
    if occurred_at.utcoffset() is None:
        raise ValueError("a naive instant has no digest")
    instant = occurred_at.astimezone(UTC).isoformat(timespec="seconds")
    parts = (source, of, pin, instant, "" if status is None else str(status))
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()


def record_key(device_id: int, pin: str, occurred_at: datetime, status: int | None) -> str:
    """What a record of a device is known by, however often and whichever way it comes: its device, PIN, second, status.

    Written out and not hashed: keys of one PIN lie side by side in the order of time, so an index takes a million of
    them at its edge and not all over. At most 64 characters.
    """
    if occurred_at.utcoffset() is None:
        raise ValueError("a naive instant has no key")
    second = (occurred_at - _EPOCH) // timedelta(seconds=1)
    return f"{device_id} {pin} {second} {'-' if status is None else status}"


def safe_text(raw: bytes | str, most: int = RAW_CHARS) -> str:
    """What was received as text that every database stores and every screen shows.

    Bytes that are no UTF-8 and characters that do not print (a tab stays) appear as `\\x00` escapes, so that
    two different lines stay different; longer texts are cut at `most` characters.
    """
    text = raw[:most].decode("utf-8", "backslashreplace") if isinstance(raw, bytes) else raw[:most]
    if not text.isascii() or not text.replace("\t", "").isprintable():
        text = "".join(c if c == "\t" or c.isprintable() else _escaped(c) for c in text)
    return text[:most]


def _escaped(character: str) -> str:
    return character.encode("unicode_escape").decode()
