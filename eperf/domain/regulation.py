"""Rows of law: a rule with the days on which it holds and the text it stands in.

Rates, bands and weights change by decree, often in the middle of a year, so no rule is a constant of the
code: each is a row, and a figure is computed with the row in force on its day. Where a source gives the
year of a regulation but not its day, the row begins on the first of January of that year; a source without
any date begins at `UNDATED`. A row without an end is in force until a later one closes it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeVar

from eperf.domain.errors import BadInput
from eperf.domain.in_force import covers, standing

UNDATED = date(2010, 1, 1)
"""Where the rows of a source begin that prints no date at all."""

Mark = Literal["law", "press", "impl", "recalled"]
"""How a rule is known: its text was read; a secondary publication; a public program; unconfirmed memory."""


@dataclass(frozen=True, kw_only=True)
class Regulated:
    """In force from `valid_from` (inclusive) to `valid_to` (exclusive, None = open)."""

    valid_from: date
    valid_to: date | None = None
    legal_basis: str
    mark: Mark

    def covers(self, on: date) -> bool:
        """Whether the row is in force on the day."""
        return covers(self, on)


R = TypeVar("R", bound=Regulated)


def in_force(rows: Iterable[R], on: date) -> R:
    """The row in force on a day, the latest when several are; `BadInput` on `on` when none is."""
    row = standing(rows, on)
    if row is None:
        raise BadInput("on", on.isoformat(), "no rule is in force on this day")
    return row
