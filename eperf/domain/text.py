"""Free text from outside, bounded and cleaned of what no database, log or page should meet."""

from __future__ import annotations

import unicodedata

from eperf.domain.errors import BadInput

_LINES = "\n\t"


def clean(field: str, text: str, *, most: int, least: int = 1, lines: bool = False) -> str:
    """The text in NFC without surrounding blanks; refuses control characters, surrogates, and lengths out of bounds.

    `lines` allows line breaks and tabs; CRLF becomes LF.
    """
    if len(text) > 4 * most:
        raise BadInput(field, text, f"longer than {most} characters")
    tidy = unicodedata.normalize("NFC", text.replace("\r\n", "\n")).strip()
    for sign in tidy:
        if unicodedata.category(sign) in ("Cc", "Cs") and not (lines and sign in _LINES):
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
