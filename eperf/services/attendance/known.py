"""Uploads, and which of their records are known already."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from eperf.domain.attendance.punch import RawPunch, SkippedLine, record_key
from eperf.store.attendance import DeviceRow, PunchRow, UnreadRow

_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Upload:
    """The records of one upload: of a device whose row the caller has locked, with the zone of its clock."""

    device: DeviceRow
    source: str
    """The way they came; a record is known by its device, PIN, time and status, whichever way it comes."""
    punches: Sequence[RawPunch]
    skipped: Sequence[SkippedLine]
    zone: str
    received_at: datetime


@dataclass(slots=True)
class Known:
    """Records by what is known of them: those that are new, and how often each kept one came again."""

    fresh: dict[str, Any] = field(default_factory=dict)
    again: Counter[str] = field(default_factory=Counter)


def content_of(device: DeviceRow, punch: RawPunch) -> str:
    """What a record is known by: its device, PIN, the machine's own time, and state."""
    return record_key(device.id, punch.pin, punch.occurred_at, punch.status)


def content_of_line(device: DeviceRow, raw: str) -> str:
    """What a line that is no record is known by."""
    return hashlib.sha256("\x1f".join(("unread", device.serial, raw)).encode()).hexdigest()


async def known_of(rows: type[PunchRow | UnreadRow], records: Sequence[tuple[str, Any]]) -> Known:
    """Sorts records, with what they are known by, into new ones and copies of kept ones."""
    done = Known()
    for content, record in records:
        if content in done.fresh:
            done.again[content] += 1
        else:
            done.fresh[content] = record
    contents = list(done.fresh)
    for start in range(0, len(contents), _AT_ONCE):
        for known in await rows.filter(digest__in=contents[start : start + _AT_ONCE]).only("id", "digest"):
            del done.fresh[known.digest]
            done.again[known.digest] += 1
    return done
