"""What a plugin's own code is handed when it is called: who calls, whom it may touch, a transaction, the event log.

A protocol: eperf gives one, a test may give another. Tables of the plugin's own are read and written with its models,
within the same transaction.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from eperf.domain.events import Event


@dataclass(frozen=True)
class Person:
    """An employee whom the caller may touch: number, NIP if known, name, and the unit of today."""

    id: int
    nip: str | None
    name: str
    unit_id: int


class Desk(Protocol):
    """One call of a plugin's code. `now` is an instant in UTC, `today` the civil day in Western Indonesian Time.

    `account_id` is 0 for the installation itself (jobs and commands), in whose reach is everybody.
    """

    @property
    def account_id(self) -> int:
        """The account that calls."""
        ...

    @property
    def employee_id(self) -> int | None:
        """The employee whose account it is, if it is one's."""
        ...

    @property
    def now(self) -> datetime:
        """The instant of the call."""
        ...

    @property
    def today(self) -> date:
        """The civil day of the call."""
        ...

    @property
    def language(self) -> str:
        """`id` or `en`."""
        ...

    async def person(self, who: str | int, field: str = "employee") -> Person:
        """An employee by global id (from outside) or number (from a row), if the call's permission reaches them.

        Raises `NotFound` or `Forbidden`, which name `field`.
        """
        ...

    async def people(self) -> Sequence[Person]:
        """Everybody in reach of the call's permission, by number; raises `TooMany` beyond 10,000."""
        ...

    def emit(self, *events: Event) -> None:
        """Writes events of the plugin's own kinds with the open transaction; refuses others, and a call without one."""
        ...

    def transaction(self) -> AbstractAsyncContextManager[None]:
        """A transaction with its events, for jobs and commands; verbs and writing routes are in one already."""
        ...
