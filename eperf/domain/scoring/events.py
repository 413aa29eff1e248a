"""What happened to months that close, to scores of closed months, to appeals, and to trials of rules."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from eperf.domain.events import Event
from eperf.domain.period import YearMonth


@dataclass(frozen=True, kw_only=True)
class _OfAMonth(Event):
    period: str


@dataclass(frozen=True, kw_only=True)
class MonthClosing(_OfAMonth):
    """A month of a unit, with all units below it, begins to close; its facts are frozen unit by unit."""

    kind = "closing.begun"
    subject_type = "Closing"


@dataclass(frozen=True, kw_only=True)
class MonthClosed(_OfAMonth):
    """A month of a unit, with all units below it, is closed: no stored score of it changes any more."""

    kind = "closing.closed"
    subject_type = "Closing"
    people: int
    provisional: int


@dataclass(frozen=True, kw_only=True)
class ScoreAdjusted(_OfAMonth):
    """Late evidence for a closed month made an adjusting entry of `difference_h` hundredths."""

    kind = "score.adjusted"
    subject_type = "Adjustment"
    before_h: int | None
    after_h: int
    difference_h: int


@dataclass(frozen=True, kw_only=True)
class AppealRaised(_OfAMonth):
    """An employee raised an appeal against a leaf of a score."""

    kind = "appeal.raised"
    subject_type = "Appeal"


@dataclass(frozen=True, kw_only=True)
class AppealAccepted(_OfAMonth):
    """A reviewer accepted an appeal; the month is run again."""

    kind = "appeal.accepted"
    subject_type = "Appeal"
    decided_by: int

    def marks(self) -> tuple[YearMonth, ...]:
        """The month of the score."""
        return (YearMonth.parse(self.period),)


@dataclass(frozen=True, kw_only=True)
class AppealRefused(_OfAMonth):
    """A reviewer refused an appeal with a reason."""

    kind = "appeal.refused"
    subject_type = "Appeal"
    decided_by: int


@dataclass(frozen=True, kw_only=True)
class AppealWithdrawn(_OfAMonth):
    """The employee took an appeal back."""

    kind = "appeal.withdrawn"
    subject_type = "Appeal"


@dataclass(frozen=True, kw_only=True)
class AppealSettled(_OfAMonth):
    """The month of an accepted appeal was run again; `after_h` is its score with all adjusting entries."""

    kind = "appeal.settled"
    subject_type = "Appeal"
    before_h: int | None
    after_h: int


@dataclass(frozen=True, kw_only=True)
class ActivityCorrected(Event):
    """An accepted appeal corrected the amount of an activity."""

    kind = "activity.corrected"
    subject_type = "Activity"
    date: date
    decided_by: int

    def marks(self) -> tuple[YearMonth, ...]:
        """The month of the activity."""
        return (YearMonth.of(self.date),)


@dataclass(frozen=True, kw_only=True)
class TrialDone(Event):
    """A trial of a scheme, of a version or of settings is done, or has failed (`state`)."""

    kind = "what-if.done"
    subject_type = "WhatIf"
    state: str
