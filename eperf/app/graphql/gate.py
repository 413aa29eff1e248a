"""What every request passes, whatever way it came in: how much its principal may ask, and which document it means.

The engine asks here before it looks at a document and again when it knows the cost; so a request that is refused for
its rate has cost next to nothing, and one that was refused for its document has been counted.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from typing import Any

from eperf.app.graphql.held import Shelf, Things
from eperf.app.graphql.limits import Limits
from eperf.app.graphql.rates import Purse, Purses
from eperf.app.graphql.refusals import TooFast
from eperf.app.graphql.trusted import Trusted

PrincipalOf = Callable[[Any], Hashable]
"""Who pays for what a context asks: an account, or an anonymous caller's address."""


class Gate:
    """The gate of one front. Without `principal_of` nobody has a rate."""

    def __init__(
        self, limits: Limits, principal_of: PrincipalOf | None = None, trusted: Trusted | None = None
    ) -> None:
        self._limits, self._principal_of = limits, principal_of
        self.trusted = trusted or Trusted()
        self._purses = Purses(limits)
        self._shelf = Shelf("held_tokens", limits.held_tokens)
        self._staying = 0

    @property
    def staying(self) -> int:
        """How many connections stay open."""
        return self._staying

    def purse(self, context: Any) -> Purse:
        """The purse that a context's operations are paid from."""
        return (
            Purse(self._limits)
            if self._principal_of is None
            else self._purses.of(self._principal_of(context))
        )

    @contextmanager
    def held(self, purse: Purse, things: Things) -> Iterator[None]:
        """While a subscription keeps some things; raises `TooFast` where it, or all together, would keep too much."""
        shelves = (purse.shelf, self._shelf)
        for shelf in shelves:
            shelf.check(things)
        for shelf in shelves:
            shelf.put(things)
        try:
            yield
        finally:
            for shelf in shelves:
                shelf.drop(things)

    def stay(self) -> Callable[[], None]:
        """A connection that stays, a socket or an event stream; gives what must be called once at its end.

        Raises `TooFast` where there are too many in all; whose it is, `Purse.stay` counts once that is known.
        """
        most = self._limits.sockets
        if self._staying >= most:
            raise TooFast("sockets", most, self._staying + 1, 1)
        self._staying += 1
        return self._left

    def _left(self) -> None:
        self._staying -= 1
