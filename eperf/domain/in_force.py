"""Rules in time: a row of law says from when to when it holds, and an effective date picks the row.

A figure of law is never a constant: between two decrees the same question has two answers, and a month that was
decided long ago must be explained by the row of its own time.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Protocol, TypeVar

from eperf.domain.errors import BadInput, NotInForce


class Dated(Protocol):
    """A row that holds from `valid_from` (inclusive) to `valid_to` (exclusive, None = open)."""

    @property
    def valid_from(self) -> date:
        """The first day."""

    @property
    def valid_to(self) -> date | None:
        """The first day no longer."""


class Profiled(Dated, Protocol):
    """A dated row of a named profile; the same profile may have several rows, one after the other."""

    @property
    def profile(self) -> str:
        """The profile's name."""


D = TypeVar("D", bound=Dated)
P = TypeVar("P", bound=Profiled)


def covers(row: Dated, day: date) -> bool:
    """Whether the row holds on the day."""
    return row.valid_from <= day and (row.valid_to is None or day < row.valid_to)


def standing(rows: Iterable[D], on: date) -> D | None:
    """The row that holds on a day, the one that began last where several do; None where none does."""
    return max((row for row in rows if covers(row, on)), key=lambda row: row.valid_from, default=None)


def in_force(rows: Iterable[D], on: date, field: str, name: str = "rule") -> D:
    """The row that holds on a day; `field` and `name` say in the refusal what was looked for."""
    row = standing(rows, on)
    if row is None:
        raise NotInForce(field, name, on)
    return row


def profile_named(rows: Iterable[P], name: str, on: date | None, field: str = "profile") -> P:
    """The row of a profile on a day, or its latest row when no day is given.

    An unknown name is refused with the names there are; a known one outside its validity with the day.
    """
    given = list(rows)
    own = sorted((row for row in given if row.profile == name), key=lambda row: row.valid_from)
    if not own:
        raise BadInput(field, name, "one of " + ", ".join(sorted({row.profile for row in given})))
    return own[-1] if on is None else in_force(own, on, field, name)
