"""On which days a promotion can take effect, and when a proposal for such a day may be sent.

Within four years the law went from two periods a year over six to twelve, so both are rows. Between two windows
of a regime with few periods nothing can be sent in time; what comes then waits for the next period.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from eperf.domain.errors import BadInput
from eperf.domain.promotion.in_force import in_force
from eperf.domain.promotion.service_time import YEAR, add_months, first_of_month


@dataclass(frozen=True, slots=True)
class Periods:
    """The effective dates (TMT) of a regime: the first of each of its months. Chosen by the TMT itself."""

    valid_from: date
    valid_to: date | None
    legal_basis: str
    months: tuple[int, ...]


REGIMES: tuple[Periods, ...] = (
    Periods(date.min, date(2024, 1, 1), "PP 99/2000 jo PP 12/2002", (4, 10)),
    Periods(date(2024, 1, 1), date(2025, 10, 1), "Peraturan BKN 4/2023", (2, 4, 6, 8, 10, 12)),
    Periods(date(2025, 10, 1), None, "Peraturan BKN 4/2025", tuple(range(1, YEAR + 1))),
)


@dataclass(frozen=True, slots=True)
class WindowRule:
    """When proposals for a TMT are taken: both days inclusive, in months before the month of the TMT."""

    valid_from: date
    valid_to: date | None
    legal_basis: str
    opens_months_before: int
    opens_day: int
    closes_months_before: int
    closes_day: int
    law: bool
    """Whether it was decreed; otherwise it is a practice that was reported."""

    def opens(self, tmt: date) -> date:
        """The first day on which a proposal is taken."""
        return add_months(tmt, -self.opens_months_before).replace(day=self.opens_day)

    def closes(self, tmt: date) -> date:
        """The last day on which a proposal is taken."""
        return add_months(tmt, -self.closes_months_before).replace(day=self.closes_day)


WINDOWS: tuple[WindowRule, ...] = (
    WindowRule(date.min, date(2024, 1, 1), "praktik BKN, April 2023", 3, 1, 2, 20, law=False),
    WindowRule(date(2024, 1, 1), None, "Surat BKN 13749/B-MP.01.01/SD/D/2025", 2, 16, 1, 15, law=True),
)
"""Chosen by the TMT. The letter of 2025 is the only source for the years from 2024, so it holds for all of them."""


@dataclass(frozen=True, slots=True)
class Window:
    """The days in which a proposal for `tmt` is taken, both inclusive."""

    tmt: date
    opens: date
    closes: date
    legal_basis: str


def regime(tmt: date) -> Periods:
    """The regime that a TMT falls under."""
    return in_force(REGIMES, tmt, "tmt")


def is_period(day: date) -> bool:
    """Whether promotions bound to periods can take effect on the day."""
    return day.day == 1 and day.month in regime(day).months


def first_period(not_before: date) -> date:
    """The first period on or after a day."""
    day = first_of_month(not_before)
    while not is_period(day):
        day = add_months(day, 1)
    return day


def window(tmt: date) -> Window:
    """The window of a period; refuses a day that is none."""
    if not is_period(tmt):
        raise BadInput("tmt", tmt.isoformat(), "no promotions take effect on that day")
    rule = in_force(WINDOWS, tmt, "tmt")
    return Window(tmt, rule.opens(tmt), rule.closes(tmt), rule.legal_basis)


def tmt_for_submission(sent_on: date) -> date:
    """The first period whose window is not yet over: what a proposal sent (or kept waiting) on the day is for."""
    tmt = first_period(sent_on)
    while window(tmt).closes < sent_on:
        tmt = first_period(tmt + timedelta(days=1))
    return tmt
