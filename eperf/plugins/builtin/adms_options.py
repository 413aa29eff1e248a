"""The configuration answer of ADMS: what a machine is told at its handshake.

It names the stamp to resume from, so that a machine neither sends its whole memory again nor leaves a gap;
the zone of its clock; and the tables it may push. Photos and templates are left off: what is not wanted
should not travel.
"""

from __future__ import annotations

import re

from eperf.domain.attendance.source import DeviceState
from eperf.domain.errors import BadInput

STAMPED_TABLES = ("ATTLOG", "OPERLOG", "ATTPHOTO")
"""Tables with a resume point, kept under `<TABLE>Stamp`."""

DEFAULTS: dict[str, str] = {
    "ErrorDelay": "30",
    "Delay": "10",
    "TransTimes": "00:00;14:05",
    "TransInterval": "1",
    "Realtime": "1",
    "Encrypt": "None",
}
"""Typical values; a device's own options may replace them by name."""

_TABLES_2 = "TransData AttLog\tOpLog\tEnrollUser\tChgUser"
_TABLES_1 = "1101100000"
_STAMP = re.compile(r"[0-9]{1,20}")
_ZONE = re.compile(r"[+-]?[0-9]{1,3}")
_OPTION = re.compile(r"[ -~]{1,100}")
_FARTHEST_MIN = 14 * 60


def zone_minutes(value: str) -> int:
    """What the `TimeZone` key says, in minutes: whole hours within plus or minus 60, minutes beyond."""
    if not _ZONE.fullmatch(value):
        raise BadInput("TimeZone", value, "a whole number of hours or minutes")
    number = int(value)
    return number * 60 if abs(number) <= 60 else number


def zone_offset(value: str) -> int:
    """The `TimeZone` key as a distance from UTC, in minutes; refuses one that no place has."""
    minutes = zone_minutes(value)
    if abs(minutes) > _FARTHEST_MIN:
        raise BadInput("TimeZone", value, "no place on earth is farther than 14 hours from UTC")
    return minutes


def zone_key(offset_min: int) -> str:
    """The `TimeZone` value for an offset: hours where they are whole, else minutes."""
    if offset_min % 60 and abs(offset_min) <= 60:
        raise BadInput("zone", offset_min, "the protocol cannot say an offset of under an hour")
    return str(offset_min // 60 if offset_min % 60 == 0 else offset_min)


def stamp_line(table: str, stamps: dict[str, str]) -> str:
    """The resume line of a table: the stamp last posted, `None` (send all) before the first."""
    key = f"{table}Stamp"
    stamp = stamps.get(key, "")
    return f"{key}={stamp if _STAMP.fullmatch(stamp) else 'None'}"


def posted_stamp(table: str, stamp: str) -> dict[str, str]:
    """The stamp of an upload as it is to be remembered; nothing when it is no number."""
    return {f"{table}Stamp": stamp} if table in STAMPED_TABLES and _STAMP.fullmatch(stamp) else {}


def configuration(device: DeviceState, push_version: str) -> str:
    """The whole answer to a handshake, lines ended by a line feed."""
    stamps = dict(device.stamps)
    lines = [f"GET OPTION FROM: {device.serial}"]
    lines += [stamp_line(table, stamps) for table in STAMPED_TABLES]
    lines += _old_stamps(stamps) if _is_old(push_version) else []
    lines += [f"{name}={_option(device, name, value)}" for name, value in DEFAULTS.items()]
    lines.append(f"TransFlag={_TABLES_1 if _is_old(push_version) else _TABLES_2}")
    lines.append(f"TimeZone={zone_key(device.zone_offset_min)}")
    return "\n".join(lines) + "\n"


def _is_old(push_version: str) -> bool:
    """Push 1.x: other names of the stamps, tables as a row of bits. A machine that names no version is old."""
    return not push_version.startswith(("2", "3"))


def _old_stamps(stamps: dict[str, str]) -> list[str]:
    """The names before push 2.x: `Stamp` and `OpStamp`."""
    names = (("Stamp", "ATTLOG"), ("OpStamp", "OPERLOG"))
    return [f"{name}={stamp_line(table, stamps).partition('=')[2]}" for name, table in names]


def _option(device: DeviceState, name: str, default: str) -> str:
    value = device.options.get(name, default)
    return value if _OPTION.fullmatch(value) else default
