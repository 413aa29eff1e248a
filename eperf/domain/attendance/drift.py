"""How far a machine's clock is off, by the records that came live.

A record says when the machine thinks it is, and we know when it came. The difference is the clock's error only for a
record that was sent at once: one that waited in the machine looks like a slow clock. So a sample is taken only while
the machine has been in touch without a gap for some minutes (after a gap it first sends what waited), and only of an
upload of a few records (many at once waited together). The figure is the median of the last samples, which a few late
ones among them do not move.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

GAP = timedelta(minutes=10)
"""Silence that ends being in touch: what comes next may have waited."""

SETTLED = timedelta(minutes=5)
"""So long after a gap what waited has come."""

FEW = 10
"""The most records of an upload that was not saved up."""

SAMPLES = 31
"""So many of the last samples count."""

LEAST = 5
"""With fewer samples nothing is said."""

_MOST_SEC = 1_000_000_000
"""No clock is farther off than thirty years: a dead battery's 2000-01-01 fits, and so does GraphQL's Int."""


def in_touch_since(since: datetime | None, last_seen_at: datetime | None, now: datetime) -> datetime:
    """Since when the machine has been in touch without a gap, now that it was heard."""
    if since is None or last_seen_at is None or now - last_seen_at > GAP:
        return now
    return since


def with_sample(
    samples: Sequence[int], device_times: Sequence[datetime], received_at: datetime, since: datetime
) -> list[int]:
    """The samples (seconds that the clock is ahead) after an upload of new records, in the order of their lines."""
    kept = list(samples)
    if not 0 < len(device_times) <= FEW or received_at - since < SETTLED:
        return kept
    ahead = round((device_times[-1] - received_at).total_seconds())
    return [*kept, max(-_MOST_SEC, min(_MOST_SEC, ahead))][-SAMPLES:]


def drift_of(samples: Sequence[int]) -> int | None:
    """Seconds by which the clock is ahead (negative: behind): the lower median; None with too few samples."""
    return sorted(samples)[(len(samples) - 1) // 2] if len(samples) >= LEAST else None
