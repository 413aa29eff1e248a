"""Records of the pull protocol on port 4370, as bytes become values: no connection is made here.

Times are zone-free wall-clock texts of the device, `YYYY-MM-DDTHH:MM:SS`; its zone is known elsewhere. The
packed time counts every month as 31 days, so a broken record can decode to a day that does not exist: it is
refused. A log holds records of 8, 16 or 40 bytes by firmware; the smallest name the person by the machine's internal
number, the PIN of which its user table tells.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from eperf.plugins import BadInput, PunchKind, RawPunch, SkippedLine, Verify
from eperf.plugins.sources import (
    FIRST_YEAR,
    LAST_YEAR,
    PullFailed,
    Unreadable,
    codes_named,
    instant_of,
    pin_of,
)

CODES = codes_named("adms")
SIZES = (40, 16, 8)
"""Bytes of a record, by firmware."""

MAX_RECORDS = 400_000
"""Records of one log; more than any machine holds."""

_40 = struct.Struct("<H24sBIB8s")
_16 = struct.Struct("<IIBB2sI")
_8 = struct.Struct("<HBIB")
_HEAD = 4
_U32 = 0xFFFFFFFF
_DAY = 86_400
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}")


@dataclass(frozen=True, slots=True)
class ZkRecord:
    """A 40-byte attendance record."""

    internal_sn: int
    """The user's internal number in the device, not the PIN."""
    pin: str
    verify_code: int
    verify: Verify
    status: int
    kind: PunchKind
    time_local: str


def encode_time(time_local: str) -> int:
    """The packed time of a wall-clock text of the years 2000 to 2099."""
    try:
        if not _TIME.fullmatch(time_local):
            raise ValueError(time_local)
        wall = datetime.fromisoformat(time_local).replace(tzinfo=UTC)
    except ValueError:
        raise BadInput("time_local", time_local, "a time is written YYYY-MM-DDTHH:MM:SS") from None
    if not FIRST_YEAR <= wall.year <= LAST_YEAR:
        raise BadInput("time_local", time_local, f"the device counts the years {FIRST_YEAR} to {LAST_YEAR}")
    days = ((wall.year - FIRST_YEAR) * 12 + wall.month - 1) * 31 + wall.day - 1
    return days * _DAY + (wall.hour * 60 + wall.minute) * 60 + wall.second


def decode_time(code: int) -> str | None:
    """The wall-clock text of a packed time; None for a number that is no existing second.

    32 bits reach into 2133, beyond what a device counts: whoever takes a record looks at its year too.
    """
    if not 0 <= code <= _U32:
        return None
    months, day = divmod(code // _DAY, 31)
    year, month = divmod(months, 12)
    seconds = code % _DAY
    return _wall(FIRST_YEAR + year, month + 1, day + 1, seconds // 3600, seconds // 60 % 60, seconds % 60)


def realtime_time(stamp: bytes) -> str | None:
    """The wall-clock text of a realtime event's six bytes, year since 2000 first; None when it does not
    exist.
    """
    if len(stamp) != 6:
        return None
    year, month, day, hour, minute, second = stamp
    return _wall(FIRST_YEAR + year, month, day, hour, minute, second)


def read_record_40(record: bytes) -> ZkRecord:
    """A record of the 40-byte firmware; refuses another length, an unreadable PIN and an impossible time."""
    if len(record) != _40.size:
        raise BadInput("record", record.hex(), f"a record has {_40.size} bytes")
    internal_sn, padded, verify, packed, state, _ = _40.unpack(record)
    try:
        pin = pin_of(_unpadded(padded))
    except Unreadable as why:
        raise BadInput("record", record.hex(), str(why)) from None
    time_local = decode_time(packed)
    if time_local is None or int(time_local[:4]) > LAST_YEAR:
        raise BadInput("record", record.hex(), f"the time does not exist or lies after {LAST_YEAR}")
    return ZkRecord(
        internal_sn, pin, verify, CODES.verify_of(verify), state, CODES.kind_of(state), time_local
    )


def split(log: bytes, count: int) -> list[bytes]:
    """The records of a log as the machine gave it, the last one short if the log was cut; `count` is what it counts.

    The log begins with its own length. What fits no size of record is refused whole: nobody could say where a record
    begins.
    """
    if not log:
        return []
    total = int.from_bytes(log[:_HEAD], "little")
    body = log[_HEAD : _HEAD + total]
    if len(log) <= _HEAD or not 0 < count <= MAX_RECORDS:
        raise PullFailed("log", f"{len(log)} bytes, {count} records", "its length and its count disagree")
    # People go on using the machine while its log is read, so a few records more than it counted are right.
    sizes = [size for size in SIZES if total == size * count] or [
        size for size in SIZES if total % size == 0 and 0 <= total // size - count <= max(5, count // 100)
    ]
    if not sizes:
        raise PullFailed("log", f"{total} bytes, {count} records", "they are of no known size")
    return [body[start : start + sizes[0]] for start in range(0, len(body), sizes[0])]


def read_records(
    records: Sequence[bytes], users: Mapping[int, str], zone_offset_min: int, begin: int = 0
) -> tuple[tuple[RawPunch, ...], tuple[SkippedLine, ...]]:
    """The records from a place on, and those that are none; each is kept as its bytes in hexadecimal digits.

    `zone_offset_min` is the device clock's distance from UTC in minutes.
    """
    offset = timedelta(minutes=zone_offset_min)
    size = len(records[0]) if records else 0
    punches: list[RawPunch] = []
    skipped: list[SkippedLine] = []
    for place in range(begin, len(records)):
        record = records[place]
        try:
            punches.append(_punch(record, size, users, offset, place + 1))
        except Unreadable as why:
            skipped.append(SkippedLine(place + 1, record.hex(), str(why)))
    return tuple(punches), tuple(skipped)


def _punch(record: bytes, size: int, users: Mapping[int, str], offset: timedelta, place: int) -> RawPunch:
    if len(record) != size or size not in SIZES:
        raise Unreadable("record_unreadable")
    workcode = None
    if size == 40:
        _, padded, verify, packed, state, _ = _40.unpack(record)
        pin: str | None = _unpadded(padded)
    elif size == 16:
        number, packed, verify, state, _, work = _16.unpack(record)
        pin, workcode = str(number), str(work)
    else:
        number, verify, packed, state = _8.unpack(record)
        pin = users.get(number)
    time_local = decode_time(packed)
    if time_local is None:
        raise Unreadable("time_unreadable")
    written = time_local.replace("T", " ")
    return RawPunch(
        pin=pin_of(pin),
        occurred_at=instant_of(written, offset),
        device_local=written,
        kind=CODES.kind_of(state),
        status=state,
        status_text=str(state),
        verify=CODES.verify_of(verify),
        verify_code=verify,
        verify_text=str(verify),
        workcode=workcode,
        raw=record.hex(),
        line_no=place,
    )


def _unpadded(pin: bytes) -> str:
    """The id text of a record: padded with zeros, by some firmware with blanks."""
    return pin.split(b"\0", 1)[0].decode("ascii", "backslashreplace").strip(" ")


def _wall(year: int, month: int, day: int, hour: int, minute: int, second: int) -> str | None:
    try:
        wall = datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except ValueError:
        return None
    return wall.strftime("%Y-%m-%dT%H:%M:%S")
