"""The form of a deduction ladder: what an event of attendance costs, in per cent of an allowance.

A regulation prints a table: so many per cent for the first half hour late, more for the second, a rate for a day of
absence, one for a missing tap. Here that table is data: one band is one row (cause, lower bound, upper bound, rate),
and what holds for the month as a whole (caps, free days, the right to make up time) stands beside the bands. Where a
text contradicts itself or leaves a gap, `choices` says what was chosen; a rate that no source gives is None and is
refused when it is asked for, never guessed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise

from eperf.domain.errors import BadInput

FULL_PCT = Decimal(100)


class Cause(StrEnum):
    """What happened."""

    LATE = "late"
    EARLY = "early"
    MISSING_IN = "missing_in"
    MISSING_OUT = "missing_out"
    ABSENT = "absent"
    """A working day without notice."""
    PERMIT = "permit"
    SICK = "sick"
    LEAVE = "leave"
    LEFT_OFFICE = "left_office"
    """Away from the office in working hours without permission."""
    CEREMONY = "ceremony"
    """A flag ceremony that was missed."""

    @classmethod
    def parse(cls, text: str, field: str = "kind") -> Cause:
        """Reads the word; refuses every other by the name of the field."""
        try:
            return cls(text)
        except ValueError as error:
            raise BadInput(field, text, "one of " + ", ".join(cls)) from error


class Per(StrEnum):
    """What the rate is counted by."""

    EVENT = "event"
    MINUTE = "minute"


class Base(StrEnum):
    """Of what a per cent is taken."""

    WHOLE = "whole"
    """The whole monthly allowance."""
    ATTENDANCE = "attendance"
    """The attendance part alone."""
    RECEIVED = "received"
    """The amount that is received, after other rules."""
    STATIC = "static"
    """The static part of the allowance."""
    BOTH_PARTS = "performance_and_workload"
    SCORE = "score"
    """A score of 100, from which points are taken."""


class Mark(StrEnum):
    """How well a figure is known."""

    LAW = "law"
    PRESS = "press"
    IMPL = "impl"
    """Known only from a public program that implements the rule."""
    RECALLED = "recalled"
    """Unconfirmed."""


@dataclass(frozen=True, slots=True)
class Band:
    """One row: events of a cause whose minutes lie within the bounds, both inclusive, cost the rate.

    `from_min` None: minutes play no part. `to_min` None: no upper bound. `rate_pct` None: the rule cuts, but the
    rate is not known. `or_none`: the row that also counts when the minutes cannot be known ("more than 90 minutes,
    or no tap"). `mark` None: as the ladder.
    """

    cause: Cause
    from_min: int | None
    to_min: int | None
    rate_pct: Decimal | None
    per: Per = Per.EVENT
    or_none: bool = False
    mark: Mark | None = None

    def __post_init__(self) -> None:
        if self.rate_pct is not None and not 0 <= self.rate_pct <= FULL_PCT:
            raise ValueError("a rate lies between 0 and 100 per cent")
        if self.from_min is None:
            if self.to_min is not None or self.per is Per.MINUTE:
                raise ValueError("a band without a lower bound knows no minutes")
        elif self.from_min < 1 or (self.to_min is not None and self.to_min < self.from_min):
            raise ValueError("a band begins at one minute or later and does not end before")

    def holds(self, minutes: int | None) -> bool:
        """Whether an event of these minutes falls into the band."""
        if self.from_min is None:
            return True
        if minutes is None:
            return self.or_none
        return self.from_min <= minutes and (self.to_min is None or minutes <= self.to_min)


@dataclass(frozen=True, slots=True)
class FreeTimes:
    """The first so many events of a cause cost nothing in a month."""

    cause: Cause
    times: int


@dataclass(frozen=True, slots=True)
class WipeOut:
    """So many consecutive working days of absence cost the rate, whatever else there is."""

    days: int
    rate_pct: Decimal = FULL_PCT


@dataclass(frozen=True, slots=True)
class Ladder:
    """A regulation's table of deductions, with its validity and what it says about the month.

    `valid_from` is the first day of the year of the regulation where the sources give no day.
    """

    profile: str
    legal_basis: str
    valid_from: date
    valid_to: date | None
    mark: Mark
    source: str
    bands: tuple[Band, ...]
    base: Base = Base.WHOLE
    cap_pct: Decimal = FULL_PCT
    """The largest cut of a month. 100 where the rule has no cap: nobody owes an allowance."""
    cap_in_rule: bool = False
    """Whether the rule itself says so."""
    day_cap_pct: Decimal | None = None
    made_up_to_min: int | None = 0
    """Lateness of up to so many minutes costs nothing when it is made up; 0: no such right, None: of any length."""
    late_times_free: int = 0
    """Lateness costs nothing in a month with no more late events than this; with more, all of it does."""
    free: tuple[FreeTimes, ...] = ()
    wipe_out: WipeOut | None = None
    counts_from: time | None = None
    """The last minute at which an arrival is not late, where the rule prints clock times."""
    choices: tuple[str, ...] = ()
    """What was chosen where the text is contradictory or has a gap."""

    def __post_init__(self) -> None:
        for cause in Cause:
            _check_apart(self.profile, list(self.bands_of(cause)))
        if any(band.from_min is not None for free in self.free for band in self.bands_of(free.cause)):
            raise ValueError(f"{self.profile}: free times need a rate that does not hang on minutes")

    def bands_of(self, cause: Cause) -> Iterator[Band]:
        """The rows of a cause, in the order of the table."""
        return (band for band in self.bands if band.cause is cause)

    def free_times(self, cause: Cause) -> int:
        """How many events of a cause cost nothing in a month."""
        return next((free.times for free in self.free if free.cause is cause), 0)

    def can_be_made_up(self, minutes: int | None) -> bool:
        """Whether lateness of these minutes may be made up."""
        limit = self.made_up_to_min
        return limit is None or (minutes is not None and minutes <= limit)


def _check_apart(profile: str, bands: list[Band]) -> None:
    """A minute lies in one band of a cause at most, and one band at most counts when nothing is known."""
    if sum(band.or_none for band in bands) > 1 or (
        len(bands) > 1 and any(band.from_min is None for band in bands)
    ):
        raise ValueError(f"{profile}: two rows for one {bands[0].cause}")
    ordered = sorted(bands, key=lambda band: band.from_min or 0)
    for one, other in pairwise(ordered):
        if one.to_min is None or (other.from_min or 0) <= one.to_min:
            raise ValueError(f"{profile}: the bands of {one.cause} overlap")
