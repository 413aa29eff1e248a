"""What a password must be: long, and not the login. No rules about kinds of characters: they make passwords alike."""

from __future__ import annotations

import unicodedata

from eperf.domain.errors import BadInput

LEAST, MOST = 12, 128


def typed(password: str) -> str:
    """A password as it is compared: in NFC, whatever keyboard it came from; refuses what no one can have set."""
    if not 0 < len(password) <= MOST:
        raise BadInput("password", None, f"1 to {MOST} characters")
    try:
        password.encode()
    except UnicodeEncodeError as wrong:
        raise BadInput("password", None, "holds an unpaired surrogate") from wrong
    return unicodedata.normalize("NFC", password)


def checked_password(password: str, login: str) -> str:
    """A password that may be set; the refusal never shows it."""
    tidy = typed(password)
    if len(tidy) < LEAST:
        raise BadInput("password", None, f"{LEAST} to {MOST} characters")
    if any(unicodedata.category(sign) == "Cc" for sign in tidy):
        raise BadInput("password", None, "holds a control character")
    if login in tidy.lower() or len(set(tidy)) < 5:
        raise BadInput("password", None, "holds the login, or fewer than five different characters")
    return tidy
