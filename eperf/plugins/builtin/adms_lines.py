"""The letters of ADMS: lines, fields and short facts out of bytes that anybody may have sent.

Line feeds and carriage returns both end lines in the field; only the line feed parts records here, so that an
odd carriage return inside one record cannot make two of it. Limits are set so that the whole memory of a
machine (50,000 records) fits in one upload and nothing larger is ever held.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from eperf.domain.attendance.punch import safe_text
from eperf.domain.errors import TooMany

MAX_LINES = 100_000
"""Lines of one upload; more is refused as a whole, nothing of it being acknowledged."""

MAX_LINE_BYTES = 1024
"""The longest line that can be a clock record or a user."""

MAX_FACT_CHARS = 100
"""The longest fact about a device that is kept."""


CONTROL = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")
"""Bytes that no clock record holds: all control characters but the tab."""


def lines_of(body: bytes, most: int = MAX_LINES) -> Iterator[tuple[int, bytes]]:
    """The non-blank lines of an upload with their places from 1; raises `TooMany` before the first one."""
    text = text_of(body, most)
    return ((place, line) for place, line in enumerate(_parted(text), start=1) if line.strip())


def text_of(body: bytes, most: int = MAX_LINES) -> bytes:
    """An upload without the marks at its ends; raises `TooMany` when it has more than so many lines."""
    if body.count(b"\n") >= most:
        raise TooMany("device_upload_lines", most, body.count(b"\n") + 1)
    return body.removeprefix(b"\xef\xbb\xbf").rstrip(b"\0")


def _parted(text: bytes) -> Iterator[bytes]:
    """`split`, a line at a time: a file of a million lines is not held twice."""
    start = 0
    while (end := text.find(b"\n", start)) >= 0:
        yield text[start:end]
        start = end + 1
    yield text[start:]


def pairs_of(fields: list[str]) -> dict[str, str]:
    """`key=value` fields; keys in lower case without a leading `~`, the first of equal keys wins."""
    pairs: dict[str, str] = {}
    for field in fields:
        key, equals, value = field.partition("=")
        if equals:
            pairs.setdefault(key.strip().lstrip("~").lower(), value.strip())
    return pairs


def fact(value: str | bytes) -> str:
    """A short printable text about a device: everything odd is escaped, everything long is cut."""
    return safe_text(value.strip(), MAX_FACT_CHARS).replace("\t", " ").strip()


_SECRET = re.compile(
    r"(?P<key>\b(?:pass(?:w(?:or)?d)?|pwd|card(?:no)?|tmp|template|content|photo(?:id)?|feature)[ ]*=)[^\t&,]*",
    re.IGNORECASE,
)


def without_secrets(line: str) -> str:
    """A line as it may be kept when a machine put a user or a template where a clock record belongs: its passwords,
    cards and templates are struck out.
    """
    return _SECRET.sub(r"\g<key>…", line) if "=" in line else line
