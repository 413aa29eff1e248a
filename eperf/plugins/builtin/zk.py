"""Records of the pull protocol on port 4370, as bytes become values: no connection is made here.

Times are zone-free wall-clock texts of the device, `YYYY-MM-DDTHH:MM:SS`; its zone is known elsewhere. The
packed time counts every month as 31 days, so a broken record can decode to a day that does not exist: it is
refused.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from datetime import UTC, datetime

from eperf.domain.attendance.punch import PunchKind, Verify
from eperf.domain.errors import BadInput
from eperf.plugins.builtin.clock_fields import FIRST_YEAR, LAST_YEAR, Unreadable, kind_of, pin_of, verify_of

_RECORD = struct.Struct("<H24sBIB8s")
_U32 = 0xFFFFFFFF
_DAY = 86_400


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
        wall = datetime.strptime(time_local, "%Y-%m-%dT%H:%M:%S").replace(tzinfo=UTC)
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
    if len(record) != _RECORD.size:
        raise BadInput("record", record.hex(), f"a record has {_RECORD.size} bytes")
    internal_sn, padded, verify, packed, state, _ = _RECORD.unpack(record)
    try:
        pin = pin_of(padded.split(b"\0", 1)[0].decode("ascii", "backslashreplace"))
    except Unreadable as why:
        raise BadInput("record", record.hex(), str(why)) from None
    time_local = decode_time(packed)
    if time_local is None or int(time_local[:4]) > LAST_YEAR:
        raise BadInput("record", record.hex(), f"the time does not exist or lies after {LAST_YEAR}")
    return ZkRecord(internal_sn, pin, verify, verify_of(verify), state, kind_of(state), time_local)


def _wall(year: int, month: int, day: int, hour: int, minute: int, second: int) -> str | None:
    try:
        wall = datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except ValueError:
        return None
    return wall.strftime("%Y-%m-%dT%H:%M:%S")
