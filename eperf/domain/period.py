"""Months as values. A period is not a pair of instants: it is a set of civil days."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta

from eperf.domain.errors import BadInput

_SHAPE = re.compile(r"[0-9]{4}-[0-9]{2}\Z")
_QUARTER = re.compile(r"[0-9]{4}Q[1-4]\Z")
_YEAR = re.compile(r"[0-9]{4}\Z")


@dataclass(frozen=True, order=True)
class YearMonth:
    """A calendar month, written `YYYY-MM`, years 1900 to 9999."""

    year: int
    month: int

    def __post_init__(self) -> None:
        if not (1900 <= self.year <= 9999 and 1 <= self.month <= 12):
            raise BadInput("period", f"{self.year}-{self.month}", "not a month between 1900-01 and 9999-12")

    @classmethod
    def parse(cls, text: str, field: str = "period") -> YearMonth:
        """Reads `YYYY-MM`; refuses everything else by the name of the field."""
        if not _SHAPE.match(text):
            raise BadInput(field, text, "a month is written YYYY-MM")
        try:
            return cls(int(text[:4]), int(text[5:]))
        except BadInput as refusal:
            raise BadInput(field, text, "not a month between 1900-01 and 9999-12") from refusal

    @classmethod
    def of(cls, day: date) -> YearMonth:
        """The month in which a civil day lies."""
        return cls(day.year, day.month)

    @property
    def first(self) -> date:
        """The first civil day."""
        return date(self.year, self.month, 1)

    @property
    def last(self) -> date:
        """The last civil day."""
        return date(self.year, self.month, calendar.monthrange(self.year, self.month)[1])

    def days(self) -> list[date]:
        """All civil days, in order."""
        return [self.first + timedelta(days=n) for n in range(self.last.day)]

    def next(self) -> YearMonth:
        """The month after this one."""
        return YearMonth(self.year + self.month // 12, self.month % 12 + 1)

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.month:02d}"


@dataclass(frozen=True, order=True)
class Quarter:
    """Three calendar months, written `YYYYQn`."""

    year: int
    number: int

    def __post_init__(self) -> None:
        if not (1900 <= self.year <= 9999 and 1 <= self.number <= 4):
            raise BadInput("quarter", f"{self.year}Q{self.number}", "not a quarter of 1900 to 9999")

    @classmethod
    def parse(cls, text: str, field: str = "quarter") -> Quarter:
        """Reads `YYYYQn`; refuses everything else by the name of the field."""
        if not _QUARTER.match(text):
            raise BadInput(field, text, "a quarter is written YYYYQ1 to YYYYQ4")
        return cls(int(text[:4]), int(text[5:]))

    @classmethod
    def of(cls, month: YearMonth) -> Quarter:
        """The quarter in which a month lies."""
        return cls(month.year, (month.month + 2) // 3)

    @property
    def previous(self) -> Quarter:
        """The quarter before this one."""
        return Quarter(self.year - (self.number == 1), (self.number + 2) % 4 + 1)

    def months(self) -> tuple[YearMonth, ...]:
        """Its three months, in order."""
        return tuple(YearMonth(self.year, self.number * 3 - 2 + n) for n in range(3))

    def __str__(self) -> str:
        return f"{self.year:04d}Q{self.number}"


def months_of(text: str, field: str = "period") -> tuple[YearMonth, ...]:
    """The months of a month `YYYY-MM`, a quarter `YYYYQn` or a year `YYYY`, in order; refuses everything else."""
    if _YEAR.match(text):
        return tuple(YearMonth.parse(f"{text}-{number:02d}", field) for number in range(1, 13))
    if _QUARTER.match(text):
        return Quarter.parse(text, field).months()
    if _SHAPE.match(text):
        return (YearMonth.parse(text, field),)
    raise BadInput(field, text, "a period is written YYYY-MM, YYYYQ1 to YYYYQ4, or YYYY")
