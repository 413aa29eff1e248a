"""A machine's clock was wrong for a while, and somebody says by how much.

The machine's own time stays beside the corrected one. What is said holds for a span of the machine's own time, because
that is what its records bear (after a dead battery it writes 2000-01-01 today); it holds for records that come later,
too. Of several that speak of one time, the latest said counts, so an error of 0 seconds takes an earlier one back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from eperf.domain.errors import BadInput

FARTHEST = timedelta(days=40 * 366)
"""The largest error that can be told: a clock that fell back to 2000 is within it."""


@dataclass(frozen=True, slots=True)
class ClockError:
    """The clock was ahead by so much from `first` to before `until`: the machine's time; None: ever after."""

    id: int
    first: datetime
    until: datetime | None
    ahead: timedelta

    def covers(self, device_at: datetime) -> bool:
        """Whether a record of that machine time is one of those."""
        return self.first <= device_at and (self.until is None or device_at < self.until)


def require_tellable(first: datetime, until: datetime | None, ahead_sec: int) -> None:
    """Refuses an empty span and an error beyond `FARTHEST`."""
    if until is not None and until <= first:
        raise BadInput("until", until.isoformat(), "it lies after first")
    if abs(ahead_sec) > FARTHEST.total_seconds():
        raise BadInput("aheadBySec", ahead_sec, "at most forty years, in seconds")


def error_at(errors: Sequence[ClockError], device_at: datetime) -> ClockError | None:
    """The error that counts for a machine time: the latest said; `errors` in the order of their being said."""
    return next((one for one in reversed(errors) if one.covers(device_at)), None)


def right_time(device_at: datetime, error: ClockError | None) -> datetime:
    """What the time really was, to the second and within the calendar, when the clock showed `device_at`."""
    if error is None:
        return device_at
    try:
        return device_at - error.ahead
    except OverflowError:
        return device_at
