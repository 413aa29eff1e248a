"""One writer at a time for a noun whose rules span rows: no ring in a tree, no two versions on one day.

Two transactions that each look, find nothing wrong and write would together break such a rule. SQLite has one writer
anyway; PostgreSQL takes an advisory lock that ends with the transaction.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum

from eperf.store import database

_CLASS = 0x65706C6B  # "eplk"
_DAYS = 0x65706479  # "epdy"
_DRAWERS = 1024


class Lock(IntEnum):
    """What is locked. Whoever takes two takes them in this order."""

    ORGANISATION = 1
    PEOPLE = 2
    CATALOGUE = 3
    CALENDAR = 4
    DEADLINE = 5


async def take(*locks: Lock) -> None:
    """Waits until nobody else holds the locks; they are given back at the end of the caller's transaction."""
    if database.dialect() == "postgres":
        for lock in sorted(locks):
            await database.connection().execute_query(
                "SELECT pg_advisory_xact_lock($1, $2)", [_CLASS, lock.value]
            )


async def take_days(people: Iterable[int]) -> None:
    """Waits until nobody else classifies days of these people; given back at the end of the caller's transaction.

    Not the rows of the people: who moves many of them takes those in an order of their own. A server has room for some
    thousand locks, so people share drawers, and a transaction takes all of its drawers at once and in order.
    """
    if database.dialect() == "postgres":
        drawers = sorted({number % _DRAWERS for number in people})
        await database.connection().execute_query(
            "SELECT pg_advisory_xact_lock($1, drawer) FROM unnest($2::int[]) AS wanted(drawer)",
            [_DAYS, drawers],
        )
