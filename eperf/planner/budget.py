"""How many rows one operation may fetch, counted while it is executed.

The cost is known before and bounds what a document asks for by its sizes; this bounds what really comes, also where a
list is longer than it was taken for. It is spent before the rows are loaded wherever their number is known by then.
"""

from __future__ import annotations

from eperf.domain.errors import TooMany

MOST_NODES = 100_000


class Budget:
    """The rows that are left to one operation."""

    __slots__ = ("_most", "_spent")

    def __init__(self, most: int = MOST_NODES) -> None:
        self._most, self._spent = most, 0

    def spend(self, rows: int) -> None:
        """So many rows more; raises `TooMany`."""
        self._spent += rows
        if self._spent > self._most:
            raise TooMany("nodes", self._most, self._spent)
