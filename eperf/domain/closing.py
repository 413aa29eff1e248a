"""Closing a month: what must hold before it, and what a closed month is.

    open -> closing -> closed

A month of a unit is closed together with all units below it. It begins to close when nothing of it waits to be scored;
unit by unit its facts are then frozen, and from that moment no stored score of the unit's month changes. What comes
later makes an adjusting entry (`eperf.domain.scoring.adjusting`). There is no way back to open.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from eperf.domain.errors import PeriodNotReady
from eperf.domain.period import YearMonth
from eperf.domain.text import clean

_MOST_REASON = 1000


class PeriodState(StrEnum):
    """Where the closing of a month stands. A month that nobody began to close is open and has no row."""

    CLOSING = "closing"
    CLOSED = "closed"


def require_over(period: YearMonth, today: date) -> None:
    """Refuses a month that has days to come."""
    if period.last >= today:
        raise PeriodNotReady(str(period), f"its last day, {period.last.isoformat()}, is not over")


def require_settled(period: YearMonth, waiting: int, provisional: int, reason: str | None) -> None:
    """Refuses a month with scores that wait to be computed, or are provisional and no reason is given."""
    if waiting:
        raise PeriodNotReady(str(period), f"{waiting} scores wait to be computed")
    if provisional and reason is None:
        raise PeriodNotReady(
            str(period), f"{provisional} scores are provisional; give a reason to close all the same"
        )


def checked_reason(reason: str | None) -> str | None:
    """The reason, if any: one to a thousand characters."""
    return None if reason is None else clean("reason", reason, most=_MOST_REASON, lines=True)
