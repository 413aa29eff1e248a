"""What a cell of a workbook says, as text: numbers in the digits that were entered, dates as `YYYY-MM-DD`, dates with
a time as `YYYY-MM-DD HH:MM:SS`, times of a day as `HH:MM:SS`.

A spreadsheet keeps 15 digits of a number. A whole number beyond that has lost digits, so it is a fault, never a guess.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Context, Decimal, InvalidOperation

from eperf.domain.table import CellFault

_DIGITS = 15
_FIFTEEN = Context(prec=_DIGITS)
_DATE_FORMATS = frozenset({14, 15, 16, 17, 22, *range(27, 32), 36, *range(50, 59)})
_TIME_FORMATS = frozenset({18, 19, 20, 21, 22, 45, 46, 47})
_LITERAL = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]')
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
_REFERENCE = re.compile(r"([A-Z]{1,3})[0-9]{1,7}")
_FIRST_SERIAL_AFTER_THE_29TH = 61
_LAST_SERIAL = 2_958_465
_DAY_SECONDS = 86_400
_MOST_NUMBER = 64


@dataclass(slots=True)
class Cell:
    """A cell while it is read: its type and style as in the file, the pieces of its text."""

    kind: str
    style: int
    pieces: list[str] = field(default_factory=list)
    has_formula: bool = False


class Formats:
    """Which styles show a number as a date or a time; listens to the styles part."""

    def __init__(self, *, from_1904: bool = False) -> None:
        self._from_1904 = from_1904
        self._dates = set(_DATE_FORMATS)
        self._times = set(_TIME_FORMATS)
        self._styles: list[int] = []
        self._inside = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """An element of the styles part begins."""
        if tag == "numFmt":
            shown, number = _LITERAL.sub("", attributes["formatCode"]), int(attributes["numFmtId"])
            if re.search("[yYdD]", shown):
                self._dates.add(number)
            if re.search("[hHsS]", shown):
                self._times.add(number)
        elif tag == "cellXfs":
            self._inside = True
        elif tag == "xf" and self._inside:
            self._styles.append(int(attributes.get("numFmtId", "0")))

    def end(self, tag: str) -> None:
        """An element of the styles part ends."""
        if tag == "cellXfs":
            self._inside = False

    def text(self, text: str) -> None:
        """The styles part holds no text."""

    def day(self, style: int, number: Decimal) -> date | None:
        """The day that a number stands for in a style, None when it is not shown as one."""
        if not self._shown(style, self._dates) or number != int(number) or not 0 < number <= _LAST_SERIAL:
            return None
        return self._day_of(number)

    def moment(self, style: int, number: Decimal) -> str | None:
        """The day with a time, or the time alone, that a number with a fraction stands for in a style that shows times.

        To the second, half up: a spreadsheet keeps a time as a fraction of a day. None when it is not shown as one.
        """
        if not self._shown(style, self._times) or not 0 <= number < _LAST_SERIAL or number == int(number) > 0:
            return None
        seconds = int((number * _DAY_SECONDS).quantize(Decimal(1), ROUND_HALF_UP))
        days, rest = divmod(seconds, _DAY_SECONDS)
        clock = f"{rest // 3600:02}:{rest // 60 % 60:02}:{rest % 60:02}"
        return f"{self._day_of(Decimal(days)).isoformat()} {clock}" if days else clock

    def _shown(self, style: int, formats: set[int]) -> bool:
        return 0 <= style < len(self._styles) and self._styles[style] in formats

    def _day_of(self, number: Decimal) -> date:
        if self._from_1904:
            return date(1904, 1, 1) + timedelta(days=int(number))
        # 1900 is taken for a leap year by the format, so the day numbers shift at its 29 February.
        first = date(1899, 12, 30 if number >= _FIRST_SERIAL_AFTER_THE_29TH else 31)
        return first + timedelta(days=int(number))


def cell_text(cell: Cell, strings: list[str], formats: Formats) -> tuple[str, CellFault | None]:
    """A cell's text, and why it cannot be trusted if so (the text is then what the file holds)."""
    raw = "".join(cell.pieces)
    if cell.kind == "s":
        place = int(raw)
        if place < 0:
            raise IndexError(place)
        return strings[place], None
    if cell.kind in ("str", "inlineStr"):
        return unescaped(raw), None
    if cell.kind == "e":
        return raw, CellFault.ERROR
    if not raw:
        return "", CellFault.NO_VALUE if cell.has_formula else None
    if cell.kind == "b":
        return ("TRUE" if raw == "1" else "FALSE"), None
    return (raw, None) if cell.kind == "d" else _number(raw, cell.style, formats)


def _number(raw: str, style: int, formats: Formats) -> tuple[str, CellFault | None]:
    try:
        number = Decimal(raw) if len(raw) <= _MOST_NUMBER else None
    except InvalidOperation:
        number = None
    if number is None or not number.is_finite() or abs(number.adjusted()) >= _DIGITS:
        zero = number is not None and number.is_finite() and not number
        return ("0", None) if zero else (raw, CellFault.INEXACT)
    day = formats.day(style, number)
    if day is not None:
        return day.isoformat(), None
    moment = formats.moment(style, number)
    if moment is not None:
        return moment, None
    text = f"{number.normalize(_FIFTEEN):f}"
    return text, None


def column_of(reference: str) -> int:
    """The place of a cell's column from 0: `A1` is 0, `AB7` is 27."""
    match = _REFERENCE.fullmatch(reference)
    if match is None:
        raise ValueError(reference)
    place = 0
    for letter in match[1]:
        place = place * 26 + ord(letter) - ord("A") + 1
    return place - 1


def unescaped(text: str) -> str:
    """Text with the format's `_x000D_` written out; control characters so hidden are refused later like any other."""
    return _ESCAPE.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text
