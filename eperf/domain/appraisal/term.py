"""Terms: the month, quarter or year that a plan, a round of ratings or a predikat is about.

A term is written as the calendar writes it: `2026-03`, `2026Q1` or `2026`. Rules of pay lag behind what they pay for,
so a fact about a term may change months after it; `felt_in` says which.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from eperf.domain.errors import BadInput
from eperf.domain.period import Quarter, YearMonth

FIRST_YEAR, LAST_YEAR = 2000, 2199
LAG_MONTHS = 3
"""Targets and behaviour of a term are handed to scoring so many months beyond it, predikat two years."""
_YEAR = re.compile(r"[0-9]{4}\Z")


@dataclass(frozen=True, order=True)
class Term:
    """A month, quarter or year: its text, its first and its last civil day."""

    text: str
    first: date
    last: date

    @classmethod
    def parse(cls, text: str, field: str = "period") -> Term:
        """Reads `YYYY-MM`, `YYYYQn` or `YYYY`, years 2000 to 2199; refuses everything else by the name of the field."""
        try:
            first, last = _ends(text)
        except BadInput as refusal:
            raise BadInput(field, text, "a period is written 2026-03, 2026Q1 or 2026") from refusal
        if not FIRST_YEAR <= first.year <= LAST_YEAR:
            raise BadInput(field, text, f"lies outside the years {FIRST_YEAR} to {LAST_YEAR}")
        return cls(text, first, last)

    def holds(self, month: YearMonth) -> bool:
        """Whether a month lies within."""
        return self.first <= month.first and month.last <= self.last

    def within(self, other: Term) -> bool:
        """Whether this term lies within another, or is it."""
        return other.first <= self.first and self.last <= other.last

    def __str__(self) -> str:
        return self.text


def _ends(text: str) -> tuple[date, date]:
    if _YEAR.match(text) and text > "0000":
        return date(int(text), 1, 1), date(int(text), 12, 31)
    if "Q" in text:
        quarter = Quarter.parse(text)
        return (
            date(quarter.year, 3 * quarter.number - 2, 1),
            YearMonth(quarter.year, 3 * quarter.number).last,
        )
    month = YearMonth.parse(text)
    return month.first, month.last


def handed_from(month: YearMonth) -> date:
    """Terms of targets and behaviour that end on this day or later are handed to the scoring of a month."""
    return _moved(month, -LAG_MONTHS).first


def predikat_from(month: YearMonth) -> date:
    """Predikat of terms that end on this day or later are handed to the scoring of a month."""
    return date(month.year - 2, 1, 1)


def felt_in(term: Term, today: date) -> tuple[YearMonth, YearMonth] | None:
    """The first and the last month, up to today's, whose scoring is handed targets or behaviour of a term."""
    return _span(term, _moved(YearMonth.of(term.last), LAG_MONTHS), today)


def predikat_felt_in(term: Term, today: date) -> tuple[YearMonth, YearMonth] | None:
    """The first and the last month, up to today's, whose scoring is handed the predikat of a term."""
    return _span(term, YearMonth(term.last.year + 2, 12), today)


def _span(term: Term, last: YearMonth, today: date) -> tuple[YearMonth, YearMonth] | None:
    first, last = YearMonth.of(term.first), min(last, YearMonth.of(today))
    return (first, last) if first <= last else None


def _moved(month: YearMonth, by: int) -> YearMonth:
    number = month.year * 12 + month.month - 1 + by
    return YearMonth(number // 12, number % 12 + 1)
