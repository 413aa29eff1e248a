"""When a part that fails is left alone, for how long, and which scores that concerns.

A part that hangs, eats memory or ends its process costs much and is left alone at once; one that raises or answers
rubbish may stumble over one month's facts, and is left alone when it has failed three times with nothing between. Each
failure in a row waits twice as long for the next try as the one before.
"""

from __future__ import annotations

CLOSED, OPEN, HALF_OPEN = "closed", "open", "half-open"
SKIPPED = "breaker-open:"
"""How the cause of a score begins that was not tried; then follows the failure that opened the breaker."""
LIGHT = "part-failed:"
HEAVY = ("part-timed-out:", "part-out-of-memory:", "part-process-died:", "part-not-imported:")
FAILED = (LIGHT, *HEAVY)
"""How the causes of failures begin, after which all of a unit's month is provisional."""
PATIENCE = 3
FIRST_SECONDS = 5
MOST_SECONDS = 900
TRIAL_SECONDS = 120
"""A trial that has not ended by then may be made again: who made it is thought dead."""
_MOST_CAUSE = 200


def after(failures: int, cause: str) -> str:
    """The state after so many failures in a row, the last with that cause."""
    return OPEN if failures >= PATIENCE or cause.startswith(HEAVY) else CLOSED


def wait(failures: int) -> int:
    """Seconds until the next try, after so many failures in a row: doubled each time, at most a quarter of an hour."""
    return min(FIRST_SECONDS << min(failures - 1, 20), MOST_SECONDS)


def skipped(cause: str) -> str:
    """What a score carries that was not tried."""
    return (SKIPPED + cause)[:_MOST_CAUSE]
