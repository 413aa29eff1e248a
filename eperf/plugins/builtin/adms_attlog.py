"""ATTLOG: the clock records of ADMS, in every dialect that real machines speak.

Positional (`PIN TAB time TAB status TAB verify TAB workcode …`), key form (`PIN=.. TAB DateTime=..`), and
either of them after the word ATTLOG; the realtime log of access-control models is the key form under other
names. A record needs a PIN and a readable time; every other line is skipped with a reason and the good ones
are kept. A line is never split on commas: a comma belongs to a name or a work code.
"""

from __future__ import annotations

import re
from datetime import timedelta

from eperf.domain.attendance.punch import PunchKind, RawPunch, SkippedLine, Verify, safe_text
from eperf.plugins.builtin.adms_lines import CONTROL, MAX_LINE_BYTES, lines_of, pairs_of, without_secrets
from eperf.plugins.builtin.clock_fields import Unreadable, code_of, instant_of, kind_of, pin_of, verify_of

DOOR_STATUS: dict[int, PunchKind] = {0: PunchKind.IN, 1: PunchKind.OUT}
"""States of the realtime log of access-control models, where 2 means "neither"."""

_LEADING_WORD = re.compile(r" *ATTLOG[ \t]+")
_KEYS = re.compile(
    r" *~?(?:pin|datetime|time|status|verify|verified|workcode|inoutstatus|verifytype) *=", re.IGNORECASE
)
_KEY_FORM = (
    ("pin",),
    ("datetime", "time"),
    ("status", "inoutstatus"),
    ("verify", "verified", "verifytype"),
    ("workcode",),
)
_FIELD_CHARS = 64

Read = tuple[tuple[RawPunch, ...], tuple[SkippedLine, ...]]


def read_attlog(body: bytes, zone_offset_min: int, door: bool = False) -> Read:
    """All records of an upload, and the lines that are none.

    `zone_offset_min` is the device clock's distance from UTC in minutes; it does not touch Unix epochs. With
    `door`, the lines are of the realtime log of an access-control model.
    """
    punches: list[RawPunch] = []
    skipped: list[SkippedLine] = []
    offset = timedelta(minutes=zone_offset_min)
    for line_no, line in lines_of(body):
        line = line.removesuffix(b"\r")
        try:
            punches.append(_record(line, line_no, offset, door))
        except Unreadable as why:
            skipped.append(SkippedLine(line_no, without_secrets(safe_text(line)), str(why)))
    return tuple(punches), tuple(skipped)


def _record(line: bytes, line_no: int, offset: timedelta, door: bool) -> RawPunch:
    if len(line) > MAX_LINE_BYTES:
        raise Unreadable("line_too_long")
    if CONTROL.search(line):
        raise Unreadable("control_characters")
    raw = safe_text(line)
    pin, time_text, status_text, verify_text, workcode = _fields(raw)
    status, verify = code_of(status_text), code_of(verify_text)
    return RawPunch(
        pin=_person(pin, door),
        occurred_at=instant_of(time_text, offset),
        device_local=time_text or "",
        kind=_said(status, door),
        status=status,
        status_text=status_text,
        verify=Verify.UNKNOWN if door else verify_of(verify),
        verify_code=verify,
        verify_text=verify_text,
        workcode=workcode,
        raw=without_secrets(raw),
        line_no=line_no,
    )


def _fields(line: str) -> list[str | None]:
    """PIN, time, status, verify, work code: trimmed and bounded, None where the line has no such field."""
    word = _LEADING_WORD.match(line)
    cells = line[word.end() :].split("\t") if word else line.split("\t")
    found: list[str | None]
    if _KEYS.match(cells[0]):
        pairs = pairs_of(cells)
        found = [next((pairs[name] for name in names if name in pairs), None) for names in _KEY_FORM]
    else:
        found = [*cells[:5], *[None] * (5 - len(cells))]
    return [(cell.strip(" ")[:_FIELD_CHARS] or None) if cell else None for cell in found]


def _person(text: str | None, door: bool) -> str:
    """The PIN; a door's own events (a button, an alarm) bear the PIN 0 and belong to nobody."""
    return pin_of(None if door and text == "0" else text)


def _said(status: int | None, door: bool) -> PunchKind:
    if not door:
        return kind_of(status)
    return PunchKind.UNKNOWN if status is None else DOOR_STATUS.get(status, PunchKind.UNKNOWN)
