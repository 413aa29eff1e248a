"""Rules of law are rows with a time in which they hold; this chooses among them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Protocol, TypeVar

from eperf.domain.errors import BadInput


class Dated(Protocol):
    """A row that holds from a day (inclusive) to a day (exclusive, None = open)."""

    @property
    def valid_from(self) -> date: ...  # noqa: D102

    @property
    def valid_to(self) -> date | None: ...  # noqa: D102


R = TypeVar("R", bound=Dated)


def holds(row: Dated, on: date) -> bool:
    """Whether the row is in force on the day."""
    return row.valid_from <= on and (row.valid_to is None or on < row.valid_to)


def in_force(rows: Iterable[R], on: date, field: str) -> R:
    """The row in force on a day; refuses a day that no row covers, by the name of the field."""
    row = next((row for row in rows if holds(row, on)), None)
    if row is None:
        raise BadInput(field, on.isoformat(), "no rule that is known was in force on that day")
    return row
