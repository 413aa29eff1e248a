"""The words of Fingerspot's machines, and how a record is taken out of JSON that anybody may have sent.

What their numbers mean is the family's table, which is not that of ADMS: break in and break out are swapped.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from eperf.plugins import BadInput, SkippedLine, Verify
from eperf.plugins.sources import (
    FIRST_YEAR,
    LAST_YEAR,
    BadSerial,
    TooMany,
    Unreadable,
    codes_named,
    instant_of,
    safe_text,
)

CODES = codes_named("fingerspot")
"""States and verify codes of the old API."""

HUB_STATUS: dict[str, int] = {"check_in": 0, "check_out": 1}
"""States of the Hub API (`attendanceStatus`), as the old API numbers them."""

HUB_VERIFY: dict[str, Verify] = {
    "fingerprint": Verify.FINGER,
    "password": Verify.PASSWORD,
    "card": Verify.CARD,
    "face": Verify.FACE,
    "vein": Verify.VEIN,
}
"""Verify words of the Hub API (`verifyMode`)."""

MAX_BODY_BYTES = 1024 * 1024
"""The largest webhook that is read: one record, perhaps with a photo that is thrown away."""

MAX_RECORDS = 1000
"""Records of one webhook; more is refused as a whole."""

MAX_FILE_BYTES, MAX_FILE_RECORDS = 50 * 1024 * 1024, 100_000
"""The same of an answer of the cloud that is carried as a file."""

_FIELD_CHARS = 64
_CLOUD_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_SCAN = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2})(:[0-9]{2})?")
_RFC_3339 = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[Tt ]([0-9]{2}:[0-9]{2}:[0-9]{2})(?:\.[0-9]{1,9})?"
    r"(?:([Zz])|([+-])([0-9]{2}):([0-9]{2}))"
)


def object_of(body: bytes, most: int = MAX_BODY_BYTES) -> dict[str, Any]:
    """The JSON object of a webhook or an answer, strictly read: UTF-8, no NaN, no name twice.

    Raises `TooMany` for one of more than `most` bytes and `BadInput` for anything that is no such object.
    """
    if len(body) > most:
        raise TooMany("json_bytes", most, len(body))
    try:
        found = json.loads(body.decode("utf-8"), object_pairs_hook=_once, parse_constant=_no_constant)
    except (ValueError, RecursionError) as wrong:
        raise BadInput("body", type(wrong).__name__, "it is not JSON in UTF-8") from None
    if not isinstance(found, dict):
        raise BadInput("body", type(found).__name__, "it is not a JSON object")
    return found


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name twice")
    return found


def _no_constant(word: str) -> Any:
    raise ValueError(word)


def cloud_id_of(envelope: Mapping[str, Any], name: str) -> str:
    """The device's id in the cloud: 1 to 64 letters, digits, `_` and `-`; raises `BadSerial` otherwise."""
    found = envelope.get(name)
    if not isinstance(found, str) or not _CLOUD_ID.fullmatch(found):
        raise BadSerial(name, found if isinstance(found, str) else None)
    return found


def text_of(value: object) -> str | None:
    """A JSON value as a field's text, trimmed and bounded; None when absent, null or blank.

    A whole number is written in its digits, as some senders do; a value of another kind becomes a text that
    no reader takes for a code, a PIN or a time.
    """
    if value is None:
        return None
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str):
        value = _named(value)
    return safe_text(value.strip(), _FIELD_CHARS) or None


def line_of(record: Mapping[str, Any], kept: frozenset[str]) -> str:
    """What is kept of a record as received: its fields on the list, as one line of JSON.

    Photos, cards, templates and passwords are on no list; a field that holds more than a single value is
    named and not kept.
    """
    fields = {name: _single(value) for name, value in record.items() if name in kept}
    return safe_text(json.dumps(fields, ensure_ascii=False, separators=(",", ":")))


def _single(value: object) -> object:
    if isinstance(value, str):
        return safe_text(value, 256)
    return value if value is None or isinstance(value, int | float) else _named(value)


def _named(value: object) -> str:
    """A value that is no single one: by its kind, with a blank, so that it can be no PIN."""
    return f"({type(value).__name__} value)"


def skipped(line_no: int, record: object, kept: frozenset[str], reason: str) -> SkippedLine:
    """A record that is none, with what may be kept of it."""
    raw = line_of(record, kept) if isinstance(record, Mapping) else _named(record)
    return SkippedLine(line_no, raw, reason)


def scan_instant(text: str | None, offset: timedelta) -> datetime:
    """The instant of a scan, written in the device's local time; seconds that are left out are 00."""
    if not text:
        raise Unreadable("time_missing")
    found = _SCAN.fullmatch(text)
    if found is None:
        raise Unreadable("time_unreadable")
    return instant_of(found[1] + (found[2] or ":00"), offset)


def event_instant(text: str | None) -> datetime:
    """The instant of an RFC 3339 time, to the second; one without its distance from UTC is unreadable."""
    if not text:
        raise Unreadable("time_missing")
    found = _RFC_3339.fullmatch(text)
    if found is None:
        raise Unreadable("time_unreadable")
    day, clock, _, sign, hours, minutes = found.groups()
    offset = timedelta()
    if sign:
        if int(hours) > 23 or int(minutes) > 59:
            raise Unreadable("time_unreadable")
        offset = timedelta(hours=int(hours), minutes=int(minutes)) * (-1 if sign == "-" else 1)
    at = instant_of(f"{day} {clock}", offset)
    if not FIRST_YEAR <= at.year <= LAST_YEAR:
        raise Unreadable("time_out_of_range")
    return at
