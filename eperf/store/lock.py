"""One writer at a time for a noun whose rules span rows: no ring in a tree, no two versions on one day.

Two transactions that each look, find nothing wrong and write would together break such a rule. SQLite has one writer
anyway; PostgreSQL takes an advisory lock that ends with the transaction.
"""

from __future__ import annotations

from enum import IntEnum

from eperf.store import database

_CLASS = 0x65706C6B  # "eplk"


class Lock(IntEnum):
    """What is locked. Whoever takes two takes them in this order."""

    ORGANISATION = 1
    PEOPLE = 2
    CATALOGUE = 3
    CALENDAR = 4


async def take(*locks: Lock) -> None:
    """Waits until nobody else holds the locks; they are given back at the end of the caller's transaction."""
    if database.dialect() == "postgres":
        for lock in sorted(locks):
            await database.connection().execute_query(
                "SELECT pg_advisory_xact_lock($1, $2)", [_CLASS, lock.value]
            )
