"""A reported piece of work and the states it goes through.

    submitted -> verified
    submitted -> returned -> submitted …

Only a verified activity counts. Nobody decides on their own.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from eperf.domain.errors import BadInput, Conflict
from eperf.domain.text import bounded, clean

MOST_MINUTES = 24 * 60
MOST_QUANTITY_H = 100_000_00
MOST_EVIDENCE = 10


class ActivityState(StrEnum):
    """Where an activity stands."""

    SUBMITTED = "submitted"
    RETURNED = "returned"
    VERIFIED = "verified"


class Decision(StrEnum):
    """What a supervisor may do with a submitted activity."""

    VERIFY = "verify"
    RETURN = "return"

    @property
    def leads_to(self) -> ActivityState:
        """The state after the decision."""
        return ActivityState.VERIFIED if self is Decision.VERIFY else ActivityState.RETURNED


@dataclass(frozen=True)
class Report:
    """What was done: on which civil day, for how long (minutes), how much (hundredths), with which result."""

    item_id: int
    date: date
    minutes: int
    quantity_h: int
    result: str
    evidence: tuple[int, ...] = ()


def checked(report: Report, today: date) -> Report:
    """The report with its text cleaned; refuses what cannot have happened."""
    bounded("minutes", report.minutes, 1, MOST_MINUTES)
    bounded("quantity", report.quantity_h, 1, MOST_QUANTITY_H)
    if report.date > today:
        raise BadInput("date", report.date.isoformat(), "lies in the future")
    if report.date.year < 2000:
        raise BadInput("date", report.date.isoformat(), "lies before the year 2000")
    if len(report.evidence) > MOST_EVIDENCE:
        raise BadInput("evidence", len(report.evidence), f"more than {MOST_EVIDENCE} files")
    if len(set(report.evidence)) < len(report.evidence):
        raise BadInput("evidence", list(report.evidence), "names a file twice")
    result = clean("result", report.result, most=4000, lines=True)
    return Report(report.item_id, report.date, report.minutes, report.quantity_h, result, report.evidence)


def require_state(state: str, expected: ActivityState, activity_id: int) -> None:
    """Refuses with `CONFLICT` when the activity is elsewhere in its life."""
    if state != expected:
        raise Conflict("activity", activity_id, f"it is {state}, not {expected}")
