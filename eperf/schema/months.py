"""Months as conditions on the civil day of a row."""

from __future__ import annotations

from eperf.domain.period import YearMonth
from eperf.store.condition import Condition, Every, Is


def days_of(month: str) -> Condition:
    """The rows whose `date` lies in a month, `YYYY-MM`."""
    period = YearMonth.parse(month)
    return Every((Is("date", period.first, ">="), Is("date", period.last, "<=")))
