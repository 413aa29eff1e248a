"""A breach of personal data: until when those concerned and the authority must be told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from eperf.domain.errors import BadInput
from eperf.domain.in_force import in_force


@dataclass(frozen=True, slots=True)
class BreachRule:
    """How many running hours there are, from the moment the breach is known."""

    valid_from: date
    valid_to: date | None
    legal_basis: str
    hours: int


BREACH_RULES: tuple[BreachRule, ...] = (BreachRule(date(2022, 10, 17), None, "UU 27/2022 pasal 46", 72),)
"""3 x 24 hours; weekends and holidays do not stop the clock."""


def breach_deadline(discovered_at: datetime) -> datetime:
    """The last instant for the notice, in the zone of the discovery. Refuses an instant without a zone."""
    if discovered_at.utcoffset() is None:
        raise BadInput("discovered_at", discovered_at.isoformat(), "an instant needs its offset from UTC")
    rule = in_force(BREACH_RULES, discovered_at.date(), "discovered_at")
    return discovered_at + timedelta(hours=rule.hours)
