"""Marking the months in which a fact about a longer time is felt: those that are scored already, and this one.

A plan of a year touches every month of it, and later ones that lag. A month that nobody scored yet will read the fact
when its time comes; to mark it would make a score of nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from eperf.domain.period import YearMonth
from eperf.store.outbox import mark_dirty
from eperf.store.scoring import ScoreRow

_AT_ONCE = 500


async def mark(people: Iterable[int], span: tuple[YearMonth, YearMonth] | None, today: date) -> None:
    """Marks the months of a span, both ends inclusive, of these people; None is no month."""
    if span is None:
        return
    first, last = (str(end) for end in span)
    wanted, now = sorted(set(people)), f"{today:%Y-%m}"
    months = {(one, now) for one in wanted} if first <= now <= last else set()
    for start in range(0, len(wanted), _AT_ONCE):
        scored = ScoreRow.filter(
            employee_id__in=wanted[start : start + _AT_ONCE], period__gte=first, period__lte=last
        )
        months |= {(row.employee_id, row.period) for row in await scored.only("id", "employee_id", "period")}
    await mark_dirty(sorted(months))
