"""Deadlines (batas waktu): until which day a step for a period may be taken in a unit and all below it.

Agencies set different days each year, by circular; none is known beforehand, so without a row there is no deadline.
The nearest unit that has one decides, and of several rows of that unit the one recorded last: a later circular may move
the day, and it stays known which held when.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from eperf.domain.appraisal.term import Term
from eperf.domain.errors import BadInput, DeadlinePassed
from eperf.domain.text import clean


class Step(StrEnum):
    """What has a deadline."""

    PLAN_SUBMIT = "plan_submit"
    PLAN_AGREE = "plan_agree"
    REALISATION_REPORT = "realisation_report"
    REALISATION_ACCEPT = "realisation_accept"
    PREDIKAT_DECIDE = "predikat_decide"


@dataclass(frozen=True)
class Deadline:
    """The last day, inclusive, of a step for a period in a unit."""

    unit_id: int
    step: Step
    term: Term
    until: date
    legal_basis: str


def checked_deadline(given: Deadline) -> Deadline:
    """The deadline with its text cleaned; refuses a day more than a year before the period, or two after it."""
    if not given.term.first.year - 1 <= given.until.year <= given.term.last.year + 2:
        raise BadInput("until", given.until.isoformat(), f"lies far from the period {given.term}")
    return replace(given, legal_basis=clean("legalBasis", given.legal_basis, most=200))


def require_in_time(step: Step, until: date | None, today: date) -> None:
    """Refuses with `DEADLINE_PASSED` after the last day; None is no deadline."""
    if until is not None and today > until:
        raise DeadlinePassed("period", until.isoformat(), step=step.value)
