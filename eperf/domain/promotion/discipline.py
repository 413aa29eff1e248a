"""Which punishments block a promotion on a day, and from when none does.

A light one never blocks. A medium or heavy one blocks while it runs; for some kinds also for so many months since it
was imposed, even when it has ended.
"""

from __future__ import annotations

from datetime import date, timedelta

from eperf.domain.promotion.case import Case, Penalty
from eperf.domain.promotion.kinds import KindRule
from eperf.domain.promotion.service_time import add_months

_DAY = timedelta(days=1)


def blocking_on(case: Case, rule: KindRule, day: date) -> list[Penalty]:
    """The known penalties that block on a day."""
    return [penalty for penalty in case.penalties if penalty.counts and _blocks(penalty, rule, day)]


def free_from(case: Case, rule: KindRule) -> date | None:
    """The first day from the target on which no known penalty blocks; None when one has no end."""
    day = case.target
    while blocking := blocking_on(case, rule, day):
        ends = [one.until for one in blocking if one.until is not None and one.until < date.max]
        if len(ends) < len(blocking):
            return None
        cleans = [add_months(penalty.since, rule.clean_months) for penalty in blocking]
        day = max(*cleans, *(end + _DAY for end in ends))
    return day


def _blocks(penalty: Penalty, rule: KindRule, day: date) -> bool:
    if day < penalty.since:
        return False
    running = penalty.until is None or day <= penalty.until
    return running or day < add_months(penalty.since, rule.clean_months)
