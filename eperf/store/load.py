"""How much is asked of the connections to a database."""

from __future__ import annotations

from typing import NamedTuple


class Load(NamedTuple):
    """Connections in use and idle, who waits for one now, how often and how long somebody has waited so far."""

    used: int
    idle: int
    waiting: int
    waits: int
    wait_seconds: float
