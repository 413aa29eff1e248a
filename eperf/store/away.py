"""A database that is away is `Unavailable`, whatever the driver calls it, and its connections tell of it in time.

A request that met a lost connection may or may not have been done: whoever sends it again sends it with its key.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import asyncpg

from eperf.domain.errors import Unavailable

CONNECT_SECONDS = 5
"""Longest time for a new connection."""
TURN_SECONDS = 8
"""Longest wait for a connection, a new one included: whoever waits is told before the caller's patience ends."""
GIVE_UP_SECONDS = 10
"""A connection that does not say for so long that its statement was cancelled leads nowhere."""
_SILENT_SECONDS, _ASK_SECONDS, _ASK_TIMES = 10, 5, 3
_STUCK_SECONDS = 20

SESSION = {
    # The server looks whether we are there, too: a transaction of a host that is gone holds its locks until then.
    "tcp_keepalives_idle": str(_SILENT_SECONDS),
    "tcp_keepalives_interval": str(_ASK_SECONDS),
    "tcp_keepalives_count": str(_ASK_TIMES),
    "tcp_user_timeout": f"{_STUCK_SECONDS}s",
    # A process that is paused keeps its connections alive and nobody's statement moving.
    "idle_in_transaction_session_timeout": "25s",
}
"""What every session of ours asks of the server."""

_LOST = (
    OSError,
    asyncpg.PostgresConnectionError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.CannotConnectNowError,
    asyncpg.IdleSessionTimeoutError,
    asyncpg.IdleInTransactionSessionTimeoutError,
    asyncpg.TooManyConnectionsError,
    # The server has said that it ends this session, and has not closed the connection yet: nothing can be sent on it.
    asyncpg.InternalClientError,
)


def is_lost(error: BaseException) -> bool:
    """Whether the connection, and not the statement, is what went wrong."""
    # A value that the driver cannot encode is an InterfaceError too.
    unusable = isinstance(error, asyncpg.InterfaceError) and not isinstance(error, ValueError)
    return unusable or isinstance(error, _LOST)


@contextmanager
def told() -> Iterator[None]:
    """Within, a lost connection is `Unavailable`."""
    try:
        yield
    except Exception as error:
        if is_lost(error):
            raise Unavailable("database") from error
        raise


async def keep_alive(connection: Any) -> None:
    """Has the system ask the other end whether it lives while nothing is said; a dead one is closed within 25 s."""
    line = connection._transport.get_extra_info("socket")
    if line is None or line.family == socket.AF_UNIX:
        return
    line.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in (
        ("TCP_KEEPIDLE", _SILENT_SECONDS),
        ("TCP_KEEPINTVL", _ASK_SECONDS),
        ("TCP_KEEPCNT", _ASK_TIMES),
        ("TCP_USER_TIMEOUT", _STUCK_SECONDS * 1000),
    ):
        if hasattr(socket, name):
            line.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)
