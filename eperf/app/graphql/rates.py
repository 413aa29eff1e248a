"""How much one principal may ask for: so many requests and so much cost a minute, so many operations at once.

A principal is whoever the application says: an account, or the address of an anonymous caller. Each has a purse with
two buckets that fill as time passes; a full one holds a minute's worth, which may be spent at once. Purses are kept in
the memory of the process, the least recently used are forgotten first. Two workers have two memories, so together they
allow twice as much.
"""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Callable, Hashable
from ipaddress import IPv6Address
from time import monotonic
from types import TracebackType

from eperf.app.graphql.held import Shelf
from eperf.app.graphql.limits import Limits
from eperf.app.graphql.refusals import TooFast

_TRIES = 8
_MINUTE = 60.0
_CRUMB = 1e-6  # what floating point may lose; whoever waits as long as they were told is served


def network(address: str) -> str:
    """Whose an address is: in IPv6 everybody has at least 2^64 of them, which are one."""
    if ":" not in address:
        return address
    try:
        return str(IPv6Address(address.partition("%")[0]).exploded[:19])
    except ValueError:
        return address


class Bucket:
    """What may be taken of one thing: `most` at once, and as much again in a minute."""

    __slots__ = ("_at", "_left", "_limit", "_most")

    def __init__(self, limit: str, most: int, now: float) -> None:
        self._limit, self._most = limit, most
        self._left, self._at = float(most), now

    def take(self, amount: int, now: float) -> None:
        """Take so much; raises `TooFast` with the seconds after which it will be there, and takes nothing then.

        What is larger than the bucket takes a full one: a limit on a single request is another limit.
        """
        most, left = self._most, self.left(now)
        wanted = min(amount, most)
        if wanted > left + _CRUMB:
            seconds = math.ceil((wanted - left) * _MINUTE / most)
            raise TooFast(self._limit, most, math.ceil(most - left) + amount, seconds)
        self._left = max(0.0, left - wanted)

    def left(self, now: float) -> float:
        """What is there now."""
        most = self._most
        left = self._left + (now - self._at) * most / _MINUTE
        self._at = now
        if left > most:
            left = float(most)
        self._left = left
        return left

    def drop(self, amount: int) -> None:
        """Take what is known to be there."""
        self._left -= amount


class Purse:
    """What one principal has: two buckets, what it has under way, and what that keeps."""

    __slots__ = ("_clock", "_cost", "_limits", "_requests", "_running", "_staying", "shelf")

    def __init__(self, limits: Limits, clock: Callable[[], float] = monotonic) -> None:
        now = clock()
        self._limits, self._clock = limits, clock
        self._requests = Bucket("requests_per_minute", limits.requests_per_minute, now)
        self._cost = Bucket("cost_per_minute", limits.cost_per_minute, now)
        self._running = self._staying = 0
        self.shelf = Shelf("held_tokens_per_principal", limits.held_tokens_per_principal)
        """What its open subscriptions keep."""

    @property
    def in_use(self) -> bool:
        """Whether something is under way."""
        return bool(self._running or self._staying or self.shelf.total)

    def request(self) -> None:
        """A request has come; raises `TooFast`."""
        self._requests.take(1, self._clock())

    def spend(self, cost: int) -> None:
        """The request costs so much; raises `TooFast`."""
        self._cost.take(cost, self._clock())

    def paid(self, cost: int) -> bool:
        """A request that costs so much has come, if there is enough for it and a place; else nothing is taken."""
        now = self._clock()
        if self._running >= self._limits.operations_per_principal:
            return False
        if self._requests.left(now) < 1 or self._cost.left(now) < cost:
            return False
        self._requests.drop(1)
        self._cost.drop(cost)
        return True

    def stay(self) -> Callable[[], None]:
        """A connection that stays; gives what must be called once at its end. Raises `TooFast`."""
        most = self._limits.sockets_per_principal
        if self._staying >= most:
            raise TooFast("sockets_per_principal", most, self._staying + 1, 1)
        self._staying += 1
        return self._left

    def _left(self) -> None:
        self._staying -= 1

    def __enter__(self) -> None:
        """An operation begins; raises `TooFast`."""
        most = self._limits.operations_per_principal
        if self._running >= most:
            raise TooFast("operations_per_principal", most, self._running + 1, 1)
        self._running += 1

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """It ends."""
        self._running -= 1


class Purses:
    """The purses of all principals that were here lately."""

    def __init__(self, limits: Limits, clock: Callable[[], float] = monotonic) -> None:
        self._limits, self._clock = limits, clock
        self._kept: OrderedDict[Hashable, Purse] = OrderedDict()

    def __len__(self) -> int:
        return len(self._kept)

    def of(self, principal: Hashable) -> Purse:
        """The purse of a principal, a full one when it has not been here lately."""
        found = self._kept.get(principal)
        if found is not None:
            self._kept.move_to_end(principal)
            return found
        if len(self._kept) >= self._limits.principals:
            self._forget()
        made = self._kept[principal] = Purse(self._limits, self._clock)
        return made

    def _forget(self) -> None:
        """Forget the least recently used, but for those with something under way: they are bounded by that."""
        for _ in range(_TRIES):
            principal, purse = self._kept.popitem(last=False)
            if not purse.in_use:
                return
            self._kept[principal] = purse
