"""What open subscriptions keep in memory, hours long, beside the bounded cache of documents: counted in tokens.

A tree that several of them use is there once, so it is counted once: for each principal, and for the process.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping

from eperf.app.graphql.refusals import TooFast

TOKEN_BYTES = 400
"""What a token of a document takes, and what of other things is counted as one."""
Things = Mapping[Hashable, int]
"""Weights in tokens by what tells one thing from another."""


def weight(tokens: int, text: str) -> int:
    """The weight of something of so many tokens that keeps a text."""
    return tokens + len(text) // TOKEN_BYTES


class Shelf:
    """What is kept for somebody; `limit` names the bound in a refusal."""

    __slots__ = ("_limit", "_most", "_things", "total")

    def __init__(self, limit: str, most: int) -> None:
        self._limit, self._most = limit, most
        self._things: dict[Hashable, int] = {}
        self.total = 0

    def check(self, things: Things) -> None:
        """Raises `TooFast` where there is no room for what is not there yet."""
        wanted = self.total + sum(size for key, size in things.items() if key not in self._things)
        if wanted > self._most:
            raise TooFast(self._limit, self._most, wanted, 1)

    def put(self, things: Things) -> None:
        """They are used once more."""
        for key, size in things.items():
            uses = self._things.get(key, 0)
            self._things[key] = uses + 1
            self.total += 0 if uses else size

    def drop(self, things: Things) -> None:
        """They are used once less."""
        for key, size in things.items():
            uses = self._things.pop(key) - 1
            if uses:
                self._things[key] = uses
            else:
                self.total -= size
