"""What a rule found: met or not, under which code, on what evidence, and when that changes by itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from eperf.domain.attendance.day import Step


class Code(StrEnum):
    """Why a promotion is refused or held (Kanreg I BKN)."""

    TIME = "B1"
    """Time in rank, or in the post, is short."""
    CEILING = "B2"
    """At the ceiling of education, level or post, or at the highest rank."""
    APPRAISAL = "B3"
    """An appraisal is below the requirement, or missing."""
    DISCIPLINE = "B4"
    """A medium or heavy penalty, or an open case."""
    SUSPENDED = "B5"
    EXAMINATION = "B6"
    """The certificate of the service examination is missing at a crossing."""
    POST = "B7"
    """The post is not shown, or does not match the kind."""
    CREDIT = "B8"
    """Credit points, competency test or vacancy."""
    PROPOSAL = "B9"
    """Another proposal is active."""
    SUPERIOR = "B10"
    """Would pass the direct superior's rank, while that binds."""
    DATA = "B11"
    """The profile and the national system differ."""
    UNPAID_LEAVE = "B12"


NOT_BY_TIME = "not_by_time"
"""Said instead of a date: only an act clears it (an appraisal, an examination, a decision), not the calendar."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One rule asked. `step` holds the evidence it used and its legal basis."""

    code: Code
    met: bool
    step: Step
    clears_on: date | None = None
    """For what is not met: the first day on which it is, if nothing new happens; None: it does not clear by time."""

    known: bool = True
    """False: the rule is not met because its evidence is missing, not because the evidence speaks against it."""

    @property
    def clears(self) -> str | None:
        """The date, or `not_by_time`; None for what is met."""
        if self.met:
            return None
        return NOT_BY_TIME if self.clears_on is None else self.clears_on.isoformat()

    def as_dict(self) -> dict[str, object]:
        """The finding as plain JSON-able data."""
        return {
            "code": self.code.value,
            "met": self.met,
            "known": self.known,
            "clears": self.clears,
            "step": self.step.as_dict(),
        }
