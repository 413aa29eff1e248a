"""The file `<n>_attlog.dat` that a person carries from an offline machine on a stick.

Right-aligned PIN, tab, time, tab, then numbers whose order differs by firmware: a column profile per device
says which is which, and a preview shows it before anything is stored. What is no record is skipped and
counted.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import timedelta

from eperf.domain.attendance.punch import RawPunch, SkippedLine, safe_text
from eperf.domain.errors import BadInput
from eperf.plugins.builtin.adms_lines import CONTROL, MAX_LINE_BYTES, lines_of
from eperf.plugins.builtin.clock_fields import Unreadable, code_of, instant_of, pin_of
from eperf.plugins.builtin.code_tables import ADMS, Codes

MOST_FILE_LINES = 2_000_000
"""Lines of one file: years of the largest machines."""

_MOST_COLUMNS = 20
_FIELD_CHARS = 64


@dataclass(frozen=True, slots=True)
class ColumnProfile:
    """Where a firmware writes what: places from 0, None for what it does not write."""

    pin: int = 0
    time: int = 1
    device: int | None = None
    state: int | None = None
    verify: int | None = None
    workcode: int | None = None

    def __post_init__(self) -> None:
        places = [place for f in fields(self) if (place := getattr(self, f.name)) is not None]
        if any(not 0 <= place < _MOST_COLUMNS for place in places):
            raise BadInput("column_profile", places, f"places are 0 to {_MOST_COLUMNS - 1}")
        if len(set(places)) < len(places):
            raise BadInput("column_profile", places, "two names share a column")


def read_usb(
    body: bytes, profile: ColumnProfile, zone_offset_min: int, codes: Codes = ADMS
) -> tuple[tuple[RawPunch, ...], tuple[SkippedLine, ...]]:
    """All records of a file, and the lines that are none; the zone is the device clock's, in minutes from
    UTC, and `codes` are the numbers of the machine's family.
    """
    read = [
        read_usb_line(line, line_no, profile, zone_offset_min, codes)
        for line_no, line in lines_of(body, MOST_FILE_LINES)
    ]
    punches = tuple(one for one in read if isinstance(one, RawPunch))
    return punches, tuple(one for one in read if isinstance(one, SkippedLine))


def read_usb_line(
    line: bytes, line_no: int, profile: ColumnProfile, zone_offset_min: int, codes: Codes = ADMS
) -> RawPunch | SkippedLine:
    """One line as a record, or why it is none."""
    line = line.removesuffix(b"\r")
    try:
        return _record(line, line_no, profile, timedelta(minutes=zone_offset_min), codes)
    except Unreadable as why:
        return SkippedLine(line_no, safe_text(line), str(why))


def _record(line: bytes, line_no: int, profile: ColumnProfile, offset: timedelta, codes: Codes) -> RawPunch:
    if len(line) > MAX_LINE_BYTES:
        raise Unreadable("line_too_long")
    if CONTROL.search(line):
        raise Unreadable("control_characters")
    raw = safe_text(line)
    cells = [cell.strip(" ")[:_FIELD_CHARS] for cell in raw.split("\t")]
    status_text, verify_text = _cell(cells, profile.state), _cell(cells, profile.verify)
    status, verify = code_of(status_text), code_of(verify_text)
    return RawPunch(
        pin=pin_of(_cell(cells, profile.pin)),
        occurred_at=instant_of(_cell(cells, profile.time), offset),
        device_local=_cell(cells, profile.time) or "",
        kind=codes.kind_of(status),
        status=status,
        status_text=status_text,
        verify=codes.verify_of(verify),
        verify_code=verify,
        verify_text=verify_text,
        workcode=_cell(cells, profile.workcode),
        raw=raw,
        line_no=line_no,
    )


def _cell(cells: list[str], place: int | None) -> str | None:
    return (cells[place] or None) if place is not None and place < len(cells) else None
