"""Deadlines of the act on personal data that run in hours: notice of a breach, restriction of processing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from eperf.domain.errors import BadInput
from eperf.domain.in_force import in_force


@dataclass(frozen=True, slots=True)
class HourRule:
    """How many running hours there are; weekends and holidays do not stop the clock."""

    valid_from: date
    valid_to: date | None
    legal_basis: str
    hours: int


BREACH_RULES: tuple[HourRule, ...] = (HourRule(date(2022, 10, 17), None, "UU 27/2022 pasal 46", 72),)
"""3 x 24 hours from the moment a breach is known: notice to the persons and to the authority."""

RESTRICTION_RULES: tuple[HourRule, ...] = (HourRule(date(2022, 10, 17), None, "UU 27/2022", 72),)
"""3 x 24 hours from a person's request to restrict the processing of their data."""


def breach_deadline(discovered_at: datetime) -> datetime:
    """The last instant for the notice, in the zone of the discovery. Refuses an instant without a zone."""
    return _after(discovered_at, BREACH_RULES, "discovered_at")


def restriction_deadline(asked_at: datetime) -> datetime:
    """The last instant to restrict processing, in the zone of the request. Refuses an instant without a zone."""
    return _after(asked_at, RESTRICTION_RULES, "asked_at")


def _after(moment: datetime, rules: tuple[HourRule, ...], field: str) -> datetime:
    if moment.utcoffset() is None:
        raise BadInput(field, moment.isoformat(), "an instant needs its offset from UTC")
    return moment + timedelta(hours=in_force(rules, moment.date(), field).hours)
