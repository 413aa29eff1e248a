"""What the law proposes for somebody's absence in a year, with the reason.

A proposal is not a penalty: the law requires a summons and an examination, and a person decides. Days that were
punished already stay in the year's total, so later days lead to the next tier (elucidation of art. 14 PP 53/2010).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import accumulate
from typing import Literal

from eperf.domain.attendance.ladder import Mark
from eperf.domain.discipline.tiers import Duty, Tier, TierTable
from eperf.domain.errors import BadInput


@dataclass(frozen=True, slots=True)
class Proposal:
    """A tier with what led to it."""

    tier: Tier
    because: Literal["days", "run"]
    """The year's total, or consecutive days, which beat it."""
    days: int
    longest_run: int
    salary_stops_next_month: bool
    legal_basis: str
    mark: Mark
    duties: tuple[Duty, ...]
    """What people have to do before anything follows; empty when nothing is proposed."""


def propose(table: TierTable, days: int, longest_run: int = 0) -> Proposal:
    """The tier for the days of a calendar year and the longest run of consecutive working days.

    The run may be longer than the year's days: it is followed across New Year.
    """
    by_days, by_run = table.by_days(days), table.by_run(longest_run)
    tier = by_run or by_days
    return Proposal(
        tier=tier,
        because="days" if by_run is None else "run",
        days=days,
        longest_run=longest_run,
        salary_stops_next_month=by_run is not None and table.run_stops_salary,
        legal_basis=table.legal_basis,
        mark=table.mark,
        duties=() if tier.id == table.tiers[0].id else table.duties,
    )


def running_tiers(table: TierTable, batches: Iterable[int]) -> list[Tier]:
    """The tier after each batch of days of one year: days that were punished already stay in the total."""
    given = list(batches)
    for number, days in enumerate(given):
        if days < 0:
            raise BadInput(f"absent_day_batches[{number}]", days, "0 or more")
    return [table.by_days(total) for total in accumulate(given)]
