"""Free text from outside, bounded and cleaned of what no database, log or page should meet."""

from __future__ import annotations

import re
import unicodedata

from eperf.domain.errors import BadInput

# Every control character (Cc) and surrogate (Cs), and the same but for line breaks and tabs.
_UNFIT = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_UNFIT_IN_LINES = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


def clean(field: str, text: str, *, most: int, least: int = 1, lines: bool = False) -> str:
    """The text in NFC without surrounding blanks; refuses control characters, surrogates, and lengths out of bounds.

    `lines` allows line breaks and tabs; CRLF becomes LF.
    """
    if len(text) > 4 * most:
        raise BadInput(field, text, f"longer than {most} characters")
    tidy = unicodedata.normalize("NFC", text.replace("\r\n", "\n")).strip()
    if (_UNFIT_IN_LINES if lines else _UNFIT).search(tidy):
        raise BadInput(field, text, "holds a control character or an unpaired surrogate")
    if len(tidy) > most:
        raise BadInput(field, text, f"longer than {most} characters")
    if len(tidy) < least:
        raise BadInput(field, text, f"shorter than {least} characters")
    return tidy


def bounded(field: str, number: int, least: int, most: int) -> int:
    """The number itself, if it lies in `least..most`."""
    if not least <= number <= most:
        raise BadInput(field, number, f"expected {least} to {most}")
    return number
