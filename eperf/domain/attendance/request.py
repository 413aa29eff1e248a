"""Asking for days away and deciding on it: what leave and duty orders have in common.

    requested -> approved -> cancelled
    requested -> refused
    requested -> cancelled

Only approved days change what a day is. Nobody decides on their own. Who asked may take it back while it waits, and
afterwards as long as its first day is ahead; the superior may call somebody back at any time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from eperf.domain.errors import BadInput, Conflict, SpanTaken

FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2199, 12, 31)
MOST_DAYS = 5 * 366
"""The longest span of one request, whatever its kind: four years of unpaid leave lie within."""
MOST_FILES = 10


class RequestState(StrEnum):
    """Where a request stands."""

    REQUESTED = "requested"
    APPROVED = "approved"
    REFUSED = "refused"
    CANCELLED = "cancelled"


LIVING = (RequestState.REQUESTED, RequestState.APPROVED)
"""The states in which a request holds its days."""


class Verdict(StrEnum):
    """What a superior may do with a request."""

    APPROVE = "approve"
    REFUSE = "refuse"

    @property
    def leads_to(self) -> RequestState:
        """The state after the decision."""
        return RequestState.APPROVED if self is Verdict.APPROVE else RequestState.REFUSED


@dataclass(frozen=True, slots=True)
class Span:
    """Civil days at the workplace, both ends inclusive."""

    first: date
    last: date

    @property
    def length(self) -> int:
        """How many calendar days."""
        return (self.last - self.first).days + 1

    def days(self) -> list[date]:
        """Its days, in order."""
        return [self.first + timedelta(days=n) for n in range(self.length)]

    def until(self, day: date) -> list[date]:
        """Its days that have come, the day itself included."""
        return [one for one in self.days() if one <= day] if self.first <= day else []

    def meets(self, other: Span) -> bool:
        """Whether the two have a day in common."""
        return self.first <= other.last and other.first <= self.last


def checked_span(first: date, last: date) -> Span:
    """The span, if it is one; refuses by the name of the field."""
    if last < first:
        raise BadInput("lastDay", last.isoformat(), "lies before the first day")
    for name, day in (("firstDay", first), ("lastDay", last)):
        if not FIRST_DAY <= day <= LAST_DAY:
            raise BadInput(name, day.isoformat(), "lies outside the years 2000 to 2199")
    found = Span(first, last)
    if found.length > MOST_DAYS:
        raise BadInput("lastDay", last.isoformat(), f"makes more than {MOST_DAYS} days")
    return found


def checked_files(files: Sequence[int]) -> tuple[int, ...]:
    """The files, each once and no more than ten."""
    if len(files) > MOST_FILES:
        raise BadInput("files", len(files), f"more than {MOST_FILES} files")
    if len(set(files)) < len(files):
        raise BadInput("files", list(files), "names a file twice")
    return tuple(files)


def require_free(span: Span, others: Sequence[Span], field: str = "firstDay") -> None:
    """Refuses days that another request of the same person holds."""
    for other in others:
        if span.meets(other):
            raise SpanTaken(field, other.first.isoformat())


def require_waiting(state: str, field: str, number: int) -> None:
    """Refuses with `CONFLICT` when a request has been decided on, or taken back."""
    if state != RequestState.REQUESTED:
        raise Conflict(field, number, f"it is {state}, not {RequestState.REQUESTED}")


def require_cancellable(
    state: str, first: date, today: date, by_superior: bool, field: str, number: int
) -> None:
    """Refuses with `CONFLICT` what can no longer be taken back by that side."""
    if state not in LIVING:
        raise Conflict(field, number, f"it is {state}")
    if state == RequestState.APPROVED and first <= today and not by_superior:
        raise Conflict(field, number, "its first day has come; only the superior calls back")
