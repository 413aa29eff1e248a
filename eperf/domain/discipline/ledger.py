"""The ledger of one person and one calendar year: what was counted, and what the law proposes for it.

Days of absence alone make the proposal. Minutes that count as days under the rule of PP 53/2010 are shown beside it
with the tier they would lead to, since it is not confirmed that the rule still holds.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from eperf.domain.discipline.absence import Absence
from eperf.domain.discipline.minutes import MinutesRule, days_of_minutes, minutes_rule_on
from eperf.domain.discipline.proposal import Proposal, propose
from eperf.domain.discipline.tiers import tiers_on
from eperf.domain.errors import NotInForce


@dataclass(frozen=True, slots=True)
class YearLedger:
    """A year of somebody's attendance as discipline sees it."""

    year: int
    absent_days: int
    longest_run: int
    """The longest run with a day in the year, also its days outside the year."""
    late_min: int
    early_min: int
    minutes_rule: MinutesRule | None
    days_from_minutes: int
    proposal: Proposal | None
    """None for a year without a law that we hold."""
    with_minutes: Proposal | None
    """What it would be if the minutes count as days."""


def year_ledger(year: int, today: date, absence: Absence, late_min: int, early_min: int) -> YearLedger:
    """The ledger of a year, by the law of its last day, or of today while it runs."""
    on = min(today, date(year, 12, 31))
    days, run = absence.days_by_year.get(year, 0), absence.longest_run_in(year)
    try:
        table = tiers_on(on)
    except NotInForce:
        return YearLedger(year, days, run, late_min, early_min, None, 0, None, None)
    rule = minutes_rule_on(on)
    more = days_of_minutes(late_min + early_min, rule)
    return YearLedger(
        year=year,
        absent_days=days,
        longest_run=run,
        late_min=late_min,
        early_min=early_min,
        minutes_rule=rule,
        days_from_minutes=more,
        proposal=propose(table, days, run),
        with_minutes=propose(table, days + more, run),
    )
