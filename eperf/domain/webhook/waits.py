"""When an update is tried again, and for how long a receiver in trouble is left alone. Seconds everywhere.

Waits grow by powers of two and are drawn at random below their bound ("full jitter"), so that what failed together is
not tried again together. `chance` is a number in [0, 1): the caller draws it, so that these are functions.
"""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

MOST_ATTEMPTS = 24
"""Attempts of one update; with the waits below they span some two days, four at most."""
FAILING_SECONDS = 5 * 86_400.0
"""A receiver that has taken nothing for so long is not tried any more."""
LONGEST_RETRY_AFTER = 3_600.0
"""A receiver that asks to be left alone for longer is tried again after this."""
_FIRST, _LONGEST = 5.0, 8 * 3_600.0
_LEAST = 0.5
FORGIVEN = 2
"""Failures in a row for which a receiver is not left alone: one poisoned update is no trouble of the receiver."""
OUTAGE_SECONDS = 60.0
"""A receiver that took nothing for so long was away; what waited for it is due when it is back."""
_LONGEST_REST = 300.0


def bound(attempts: int) -> float:
    """The longest wait after so many failed attempts of an update, from 1."""
    return float(min(_LONGEST, _FIRST * 2 ** min(attempts - 1, 32)))


def wait(attempts: int, chance: float, asked: float | None = None) -> float:
    """How long an update waits after so many failed attempts; not less than the receiver asked for."""
    return max(_LEAST, chance * bound(attempts), min(asked or 0.0, LONGEST_RETRY_AFTER))


def rest(failures: int, chance: float, asked: float | None = None) -> float:
    """How long a receiver gets nothing after so many failures in a row."""
    drawn = 0.0
    if failures > FORGIVEN:
        drawn = chance * min(_LONGEST_REST, 2.0 ** min(failures - FORGIVEN, 32))
    return max(drawn, min(asked or 0.0, LONGEST_RETRY_AFTER))


def retry_after(text: str | None, now: datetime) -> float | None:
    """What a `Retry-After` asks for, in seconds from now; None when there is none that can be read."""
    if text is None or len(text) > 64:
        return None
    word = text.strip()
    if word.isascii() and word.isdigit():
        return float(min(int(word), int(LONGEST_RETRY_AFTER)))
    try:
        at = parsedate_to_datetime(word)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return min(max(0.0, (at - now).total_seconds()), LONGEST_RETRY_AFTER)
