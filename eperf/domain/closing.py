"""Closing a month: what must hold before it, and what a closed month is.

    open -> closing -> closed

A month of a unit is closed together with all units below it. It begins to close when nothing of it waits to be scored;
unit by unit its facts are then frozen, and from that moment no stored score of the unit's month changes. What comes
later makes an adjusting entry (`eperf.domain.scoring.adjusting`). There is no way back to open.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from eperf.domain.appraisal.predikat_pay import Lag
from eperf.domain.errors import PeriodNotReady, RateUnknown
from eperf.domain.period import Quarter, YearMonth, months_of
from eperf.domain.scoring.windows import Window
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


def months_for_pay(pay_month: YearMonth, lag: Lag, window: Window | None = None) -> tuple[YearMonth, ...]:
    """The months that must be closed before a month is paid, in order.

    By the lag from performance to pay (`eperf.domain.appraisal.predikat_pay`), and those that a shifted window of
    attendance reaches into (`eperf.domain.scoring.windows`). Refuses a lag of which no source says what it means.
    """
    if lag is Lag.PERIODIC:
        raise RateUnknown("lag", lag.value, "predikat_pay")
    found = {
        Lag.SAME_MONTH: (pay_month,),
        Lag.NEXT_QUARTER: Quarter.of(pay_month).previous.months(),
        Lag.NEXT_YEAR: months_of(f"{pay_month.year - 1:04d}"),
    }[lag]
    reached = () if window is None else (YearMonth.of(window.first), YearMonth.of(window.last))
    return tuple(sorted({*found, *reached}))


def checked_reason(reason: str | None) -> str | None:
    """The reason, if any: one to a thousand characters."""
    return None if reason is None else clean("reason", reason, most=_MOST_REASON, lines=True)
