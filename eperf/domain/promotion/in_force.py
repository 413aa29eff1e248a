"""The row of a rule of promotion on a day, with the refusal that a question about promotions gets."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TypeVar

from eperf.domain.errors import BadInput
from eperf.domain.in_force import Dated, standing

R = TypeVar("R", bound=Dated)


def in_force(rows: Iterable[R], on: date, field: str) -> R:
    """The row in force on a day; refuses a day that no row covers, by the name of the field."""
    row = standing(rows, on)
    if row is None:
        raise BadInput(field, on.isoformat(), "no rule that is known was in force on that day")
    return row
