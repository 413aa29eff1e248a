"""Reading cells as people write them: day-first dates beside ISO, a decimal comma beside a point, Indonesian words.

A reader gets the column's name and the trimmed, non-empty text, and raises a `Refused` that names the column.
"""

from __future__ import annotations

import re
from datetime import date

from eperf.domain import people
from eperf.domain.errors import BadInput, BadNip, NumberNotExact

_ISO = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?:[T ]00:00:00)?")
_DAY_FIRST = re.compile(r"([0-9]{1,2})([-/.])([0-9]{1,2})\2([0-9]{4})")
_WHOLE = re.compile(r"[0-9]{1,9}")
_DECIMAL = re.compile(r"([0-9]{1,12})(?:[.,]([0-9]{1,2})0*)?")
_SCIENTIFIC = re.compile(r"[0-9]+(?:[.,][0-9]+)?[eE]\+?[0-9]+")
_BLANKS = re.compile("[ \t\u00a0]")
_NIP = re.compile(r"[0-9]{18}")
_SEXES = {
    **dict.fromkeys(("male", "m", "l", "laki-laki", "pria", "1"), "male"),
    **dict.fromkeys(("female", "f", "p", "perempuan", "wanita", "2"), "female"),
}


def day(column: str, text: str) -> date:
    """A day as `2026-01-31` or, day first, `31/01/2026`, `31-1-2026`, `31.01.2026`."""
    iso, local = _ISO.fullmatch(text), _DAY_FIRST.fullmatch(text)
    parts = iso.groups() if iso else (local[4], local[3], local[1]) if local else None
    try:
        if parts is not None:
            return people.day(column, date(int(parts[0]), int(parts[1]), int(parts[2])))
    except ValueError:
        pass
    raise BadInput(column, text, "a day is written 2026-01-31 or 31/01/2026")


def whole(column: str, text: str) -> int:
    """A whole number from 0 to 999,999,999."""
    if not _WHOLE.fullmatch(text):
        raise BadInput(column, text, "expected a whole number")
    return int(text)


def hundredths(column: str, text: str) -> int:
    """A number with at most two decimals, as hundredths; no signs and no thousands separators."""
    found = _DECIMAL.fullmatch(text)
    if found is None:
        raise BadInput(column, text, "expected a number with at most two decimals and no thousands separator")
    return int(found[1]) * 100 + int((found[2] or "").ljust(2, "0"))


def sex(column: str, text: str) -> str:
    """`L` or `P`, or the words in Indonesian or English."""
    found = _SEXES.get(text.lower())
    if found is None:
        raise BadInput(column, text, "expected L or P")
    return found


def number(column: str, text: str) -> str:
    """The digits of an employee number, whatever they are, without blanks and without a leading apostrophe."""
    if _SCIENTIFIC.fullmatch(text):
        raise NumberNotExact(column, text)
    return _BLANKS.sub("", text.removeprefix("'"))[:64]


def known_number(column: str, text: str) -> str:
    """The number of somebody else: 18 digits."""
    digits = number(column, text)
    if not _NIP.fullmatch(digits):
        raise BadNip(
            digits, ("length",) if digits.isascii() and digits.isdigit() else ("not_digits",), column
        )
    return digits


def word(column: str, text: str) -> str:
    """A short text that is judged together with other cells."""
    if len(text) > 64:
        raise BadInput(column, text, "longer than 64 characters")
    return text
