"""Which period decides a month: performance is often felt later than it happened.

A quarter's predikat pays the next quarter, a year's the next year; a score of the month before, or the plan of the
running quarter. A rule names one of these words, and the frame's tables are asked for the period it gives.
"""

from __future__ import annotations

from enum import StrEnum

from eperf.domain.period import Quarter, YearMonth


class Deciding(StrEnum):
    """The period that decides a month, as the frame's tables write it."""

    MONTH = "month"
    PREVIOUS_MONTH = "previous_month"
    QUARTER = "quarter"
    PREVIOUS_QUARTER = "previous_quarter"
    YEAR = "year"
    PREVIOUS_YEAR = "previous_year"

    def period(self, month: YearMonth) -> str:
        """That period for a month: `previous_quarter` of 2026-02 is `2025Q4`."""
        if self in (Deciding.YEAR, Deciding.PREVIOUS_YEAR):
            return f"{month.year - (self is Deciding.PREVIOUS_YEAR):04d}"
        if self is Deciding.PREVIOUS_MONTH:
            return str(YearMonth(month.year - (month.month == 1), (month.month + 10) % 12 + 1))
        if self is Deciding.MONTH:
            return str(month)
        quarter = Quarter.of(month)
        return str(quarter if self is Deciding.QUARTER else quarter.previous)
