"""Which row of a rule is in force on a day. Rules are data with a time of their own, so the day is always asked."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Protocol, TypeVar

from eperf.domain.errors import NotFound


class Dated(Protocol):
    """A row that is in force in `[valid_from, valid_to)`; None is open."""

    @property
    def valid_from(self) -> date: ...  # noqa: D102

    @property
    def valid_to(self) -> date | None: ...  # noqa: D102


D = TypeVar("D", bound=Dated)


def in_force(rows: Iterable[D], on: date, field: str) -> D:
    """The row in force on the day, the one that began last if there are several; `NotFound` by the field's name."""
    covering = [row for row in rows if row.valid_from <= on and (row.valid_to is None or on < row.valid_to)]
    if not covering:
        raise NotFound(field, on.isoformat())
    return max(covering, key=lambda row: row.valid_from)
