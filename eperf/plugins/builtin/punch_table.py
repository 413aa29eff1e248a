"""Clock records out of a table: what other programs give as CSV or XLSX.

A profile says which heading means what; a day and a time may stand in one column or in two. A row needs a PIN
and a readable time; every other row is skipped with a reason. Other columns are not looked at and not kept: a
table of an office holds more about people than their taps.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta

from eperf.domain.attendance.carried import FileProfile, FileRead
from eperf.domain.attendance.punch import PunchKind, RawPunch, SkippedLine, Verify, safe_text
from eperf.domain.errors import BadInput, DoubleColumn, MissingColumn
from eperf.domain.table import Line, Table
from eperf.plugins.builtin.clock_fields import Unreadable, code_of, instant_of, pin_of
from eperf.plugins.builtin.code_tables import Codes, codes_named

FIELDS = ("pin", "date", "time", "state", "verify", "workcode")
"""What a column can mean; without a profile, each is headed by its own name."""

_NEEDED = ("pin", "time")

STATE_WORDS: dict[str, PunchKind] = {
    **{kind.value: kind for kind in PunchKind if kind is not PunchKind.UNKNOWN},
    "masuk": PunchKind.IN,
    "datang": PunchKind.IN,
    "check_in": PunchKind.IN,
    "pulang": PunchKind.OUT,
    "keluar": PunchKind.OUT,
    "check_out": PunchKind.OUT,
    "istirahat": PunchKind.BREAK_OUT,
    "istirahat_keluar": PunchKind.BREAK_OUT,
    "istirahat_kembali": PunchKind.BREAK_IN,
    "lembur_masuk": PunchKind.OVERTIME_IN,
    "lembur_keluar": PunchKind.OVERTIME_OUT,
    "rapat_masuk": PunchKind.MEETING_IN,
    "rapat_keluar": PunchKind.MEETING_OUT,
}
"""States as words; blanks and hyphens in them are `_`, capitals do not matter."""

VERIFY_WORDS = {way.value: way for way in Verify if way is not Verify.UNKNOWN}
"""Ways of verifying as words; capitals do not matter."""
_FIELD_CHARS = 64
_ISO = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})")
_DAY_FIRST = re.compile(r"([0-9]{1,2})([-/.])([0-9]{1,2})\2([0-9]{4})")
_CLOCK = re.compile(r"([0-9]{1,2})[:.]([0-9]{2})(?:[:.]([0-9]{2}))?")


def read_table(table: Table, profile: FileProfile) -> FileRead:
    """The records of a table, and the rows that are none."""
    codes = codes_named(profile.codes)
    places = places_of(table, profile.columns)
    read = [read_row(line, table, places, codes, profile.zone_offset_min) for line in table.lines]
    punches = tuple(one for one in read if isinstance(one, RawPunch))
    return punches, tuple(one for one in read if isinstance(one, SkippedLine))


def read_row(
    line: Line, table: Table, places: dict[str, int], codes: Codes, zone_offset_min: int
) -> RawPunch | SkippedLine:
    """One row as a record, or why it is none."""
    raw = safe_text("\t".join(_cell(line, place) for place in places.values()))
    try:
        return _record(line, raw, table, places, codes, timedelta(minutes=zone_offset_min))
    except Unreadable as why:
        return SkippedLine(line.number, raw, str(why))


def places_of(table: Table, columns: Mapping[str, str]) -> dict[str, int]:
    """The place of each field that the table has."""
    for name in columns:
        if name not in FIELDS:
            raise BadInput("columns", name, f"a column means one of {', '.join(FIELDS)}")
    headings = [heading.strip().casefold() for heading in table.header]
    found: dict[str, int] = {}
    for name in FIELDS:
        heading = columns.get(name, name)
        at = [place for place, one in enumerate(headings) if one == heading.strip().casefold()]
        if len(at) > 1:
            raise DoubleColumn("columns", heading)
        if not at and (name in columns or name in _NEEDED):
            raise MissingColumn("columns", heading)
        if at and at[0] in found.values():
            raise BadInput("columns", heading, "two fields share a column")
        if at:
            found[name] = at[0]
    return found


def _cell(line: Line, place: int) -> str:
    return line.cells[place] if place < len(line.cells) else ""


def _record(
    line: Line, raw: str, table: Table, places: dict[str, int], codes: Codes, offset: timedelta
) -> RawPunch:
    if len(line.cells) < len(table.header) or any(cell.strip() for cell in line.cells[len(table.header) :]):
        raise Unreadable("row_shape")
    if any(place in line.faults for place in places.values()):
        raise Unreadable("cell_untrusted")
    said = {name: _text(_cell(line, place)) for name, place in places.items()}
    status, kind = _state(said.get("state"), codes)
    verify_code, verify = _verify(said.get("verify"), codes)
    told = " ".join(part for part in (said.get("date"), said.get("time")) if part)
    return RawPunch(
        pin=pin_of((said.get("pin") or "").removeprefix("'")),
        occurred_at=_instant(said, offset),
        device_local=told,
        kind=kind,
        status=status,
        status_text=said.get("state"),
        verify=verify,
        verify_code=verify_code,
        verify_text=said.get("verify"),
        workcode=said.get("workcode"),
        raw=raw,
        line_no=line.number,
    )


def _text(cell: str) -> str | None:
    return safe_text(cell.strip(" \t\u00a0"), _FIELD_CHARS) or None


def _state(text: str | None, codes: Codes) -> tuple[int | None, PunchKind]:
    """A state's number and meaning; a word has the number that its family gives the meaning."""
    number = code_of(text)
    if text is None or number is not None:
        return number, codes.kind_of(number)
    kind = STATE_WORDS.get(re.sub("[ -]+", "_", text.lower()), PunchKind.UNKNOWN)
    return codes.number_of(kind), kind


def _verify(text: str | None, codes: Codes) -> tuple[int | None, Verify]:
    number = code_of(text)
    if text is None or number is not None:
        return number, codes.verify_of(number)
    return None, VERIFY_WORDS.get(text.lower(), Verify.UNKNOWN)


def _instant(said: Mapping[str, str | None], offset: timedelta) -> datetime:
    """The instant that is written in one column, or as a day in one and a time in another."""
    text = said.get("time")
    if not text or ("date" in said and not said["date"]):
        raise Unreadable("time_missing")
    day, clock = (said["date"] or "", text) if "date" in said else _parted(text)
    iso, local, hands = _ISO.fullmatch(day), _DAY_FIRST.fullmatch(day), _CLOCK.fullmatch(clock)
    if hands is None or not (iso or local):
        raise Unreadable("time_unreadable")
    year, month, date = iso.groups() if iso else (local[4], local[3], local[1]) if local else ("", "", "")
    hour, minute, second = hands[1], hands[2], hands[3] or "00"
    return instant_of(f"{year}-{month:0>2}-{date:0>2} {hour:0>2}:{minute}:{second}", offset)


def _parted(text: str) -> tuple[str, str]:
    day, _, clock = text.replace("T", " ", 1).partition(" ")
    return day, clock.strip()
