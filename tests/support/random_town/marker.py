"""The number that each row of a random town carries, as a text, a number, a NIP, an instant, and how to find it again."""

from __future__ import annotations

import base64
import binascii
import re
from datetime import UTC, datetime, timedelta
from itertools import count

import orjson

_FOUND = re.compile(
    r"k(\d{6})x"  # a text
    r"|\b700(\d{6})\b"  # an integer
    r"|\b700(\d{4}\.\d\d)\b"  # hundredths as a decimal
    r"|\b19\d{10}(\d{6})\b"  # a NIP
    r"|:\d\d\.(\d{6})(?:Z|\+00:00)"  # an instant
)
_BASE64 = re.compile(r"[A-Za-z0-9_-]{8,}")
_BEGIN = datetime(2026, 9, 1, tzinfo=UTC)


class Marker:
    """Hands out numbers: one for each row, never twice in a town."""

    def __init__(self, first: int) -> None:
        self._numbers = count(first)

    def next(self) -> int:
        """The number of a new row."""
        number = next(self._numbers)
        assert number < 1_000_000
        return number


def text(number: int, words: str = "") -> str:
    """A text that carries the number."""
    return f"{words} k{number:06d}x".strip()


def integer(number: int) -> int:
    """An integer of 32 bits that carries it."""
    return 700_000_000 + number


def nip(number: int) -> str:
    """A text of 18 digits that carries it."""
    return f"198001012005{number:06d}"


def instant(number: int, minutes: int) -> datetime:
    """An instant so many minutes into the quarter; its microseconds carry the number."""
    return _BEGIN + timedelta(minutes=minutes, microseconds=number)


def marks(answer: str) -> set[int]:
    """All numbers in a text, those inside cursors included."""
    found = {_number(match) for match in _FOUND.finditer(answer)}
    for coded in _BASE64.findall(answer):
        found.update(_number(match) for match in _FOUND.finditer(decoded(coded)))
    return found


def decoded(coded: str) -> str:
    """What a cursor or a global id is inside; empty for what is neither."""
    try:
        inside = base64.urlsafe_b64decode(coded + "=" * (-len(coded) % 4))
        return str(orjson.loads(inside)) if inside[:1] == b"[" else inside.decode("ascii")
    except (ValueError, binascii.Error):
        return ""


def _number(match: re.Match[str]) -> int:
    return int(next(group for group in match.groups() if group is not None).replace(".", ""))
