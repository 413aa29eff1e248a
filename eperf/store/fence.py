"""What only the leader may do is done by the leader of now, also when the one of before does not know yet.

A process that was paused, or cut off from the database, wakes in the middle of a duty and believes that it leads. So
every transaction of a duty first asks whether its leadership still lasts, and holds it while it is open: a new leader
begins when the last such transaction has ended. Who has lost the lead writes nothing more.

The questions are locks of the database. The leader's own connection holds `term`, a number that is nobody else's, for
as long as it leads; a transaction that could take it has no leader. `_OPEN` is shared by the transactions of duties and
taken alone, for a moment, by whoever begins to lead.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

_TERMS = 0x65707465  # "epte": the class of the terms' locks
_OPEN = 0x65706F70  # "epop"
_PATIENCE_SECONDS = 40
"""A former leader's transaction is ended by the server before; see `eperf.store.away`."""
_term: ContextVar[int | None] = ContextVar("term", default=None)


class NotLeader(Exception):
    """Another process leads by now; what was begun was not done."""


async def begin(holder: Any) -> int:
    """On the connection that holds the lead: begins a term, when no transaction of a former leader is open any more."""
    term = secrets.randbits(31)
    await holder.execute("SELECT pg_advisory_lock($1::int, $2::int)", _TERMS, term)
    await holder.execute("SELECT pg_advisory_lock($1)", _OPEN, timeout=_PATIENCE_SECONDS)
    await holder.execute("SELECT pg_advisory_unlock($1)", _OPEN)
    return term


@contextmanager
def within(term: int) -> Iterator[None]:
    """Within, and in tasks begun within, transactions are those of a term."""
    token = _term.set(term)
    try:
        yield
    finally:
        _term.reset(token)


async def require(connection: Any) -> None:
    """At the beginning of a transaction: raises `NotLeader` when it is one of a term that is over."""
    term = _term.get()
    if term is None:
        return
    await connection.execute("SELECT pg_advisory_xact_lock_shared($1)", _OPEN)
    over = await connection.fetchval(
        "SELECT pg_try_advisory_xact_lock_shared($1::int, $2::int)", _TERMS, term
    )
    if over:
        raise NotLeader
