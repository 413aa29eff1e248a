"""A predikat that a superior decides on: by a person, from two expectations, held against the matrix.

The expectations are the superior's own judgement; the predikat follows from them by the matrix in force on the last
day of the period (PermenPANRB 6/2022). Who also names the predikat is held to it: another one is refused, so a slip
is found where it was made. Nothing is decided by itself, and a predikat that nobody decided is missing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from eperf.domain.appraisal.predikat import Expectation, Predikat, expectation_of, predikat_of
from eperf.domain.appraisal.term import Term
from eperf.domain.errors import BadInput

_FIVE_H = 500


@dataclass(frozen=True)
class Judgement:
    """What a superior says of somebody's period; `predikat` may be left to the matrix."""

    employee_id: int
    term: Term
    work: Expectation
    behaviour: Expectation
    predikat: Predikat | None = None
    note: str | None = None


def decided(given: Judgement, today: date) -> Predikat:
    """The predikat of a judgement. Refuses a period that has not begun, and another predikat than the matrix's."""
    if given.term.first > today:
        raise BadInput("period", str(given.term), "has not begun")
    found = predikat_of(given.work, given.behaviour, given.term.last)
    if given.predikat not in (None, found):
        raise BadInput("predikat", given.predikat, f"the matrix gives {found} for this pair")
    return found


def proposed_behaviour(scores: Sequence[tuple[int | None, int]], on: date) -> Expectation | None:
    """What the figures of the dimensions come to as an expectation, for the superior to agree with or not.

    `scores` are (score, highest of the scale) in hundredths. Only the scale up to five has known bounds; on another,
    or with a figure missing, there is no proposal. How results become an expectation of work no source says. What the
    mean has beyond four decimals is cut off: no rounding lifts it over a bound.
    """
    figures = [score for score, _ in scores if score is not None]
    if not figures or len(figures) < len(scores) or any(highest != _FIVE_H for _, highest in scores):
        return None
    return expectation_of(Decimal(sum(figures) * 100 // len(figures)).scaleb(-4), on)
