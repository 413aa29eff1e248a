"""Who may send how much at once: a webhook as much as its receiver has shown to take, those in trouble little.

A receiver that hangs holds its places for as long as a call may take. So a webhook begins with few, gets twice as many
whenever all of them went well, and one as soon as something fails; and all in trouble together never have more than
half, so that any number of them leaves the others room.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Places:
    """How many calls may be under way: of a webhook at first and at most, to one host, in all, of all that fail."""

    first: int = 4
    each: int = 32
    host: int = 32
    all: int = 512
    failing: int = 256

    def grown(self, now: int, *, well: bool) -> int:
        """How many a webhook may have after some calls, of which all went well or one did not."""
        return min(self.each, 2 * now) if well else 1


@dataclass(frozen=True)
class Wish:
    """A webhook that has updates to send: how many, how many it may have under way, and whether it has failed last."""

    webhook_id: int
    host: str
    due: int
    most: int
    fails: bool


def room(places: Places, wishes: Iterable[Wish], flying: Iterable[Wish]) -> dict[int, int]:
    """How many more calls each webhook may begin beside those under way, shared out one by one."""
    under_way = list(flying)
    mine, at_host = Counter(one.webhook_id for one in under_way), Counter(one.host for one in under_way)
    left = places.all - len(under_way)
    ailing = places.failing - sum(one.fails for one in under_way)
    given: Counter[int] = Counter()
    turn = sorted(wishes, key=lambda wish: (mine[wish.webhook_id], wish.webhook_id))
    while turn and left > 0:
        again = []
        for wish in turn:
            if left <= 0 or not _may_have(wish, mine, given, at_host[wish.host] < places.host, ailing > 0):
                continue
            given[wish.webhook_id] += 1
            at_host[wish.host] += 1
            left -= 1
            ailing -= wish.fails
            again.append(wish)
        turn = again
    return dict(given)


def _may_have(
    wish: Wish, mine: Mapping[int, int], given: Mapping[int, int], host: bool, ailing: bool
) -> bool:
    """Whether a webhook may begin one more call: of its own, at its host, and among those that fail."""
    more = given[wish.webhook_id]
    own = mine[wish.webhook_id] + more < (1 if wish.fails else wish.most)
    return own and more < wish.due and host and (ailing or not wish.fails)
