"""Who may send how much at once: every webhook little, those of one host little together, and those in trouble apart.

A receiver that hangs holds its places for as long as a call may take. So it has few, and one as soon as it fails; and
all in trouble together never have more than half, so that any number of them leaves the others room.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Places:
    """How many calls may be under way: of one webhook, of one that fails, of one host, in all, of all that fail."""

    each: int = 4
    failing_each: int = 1
    host: int = 8
    all: int = 256
    failing: int = 128


@dataclass(frozen=True)
class Wish:
    """A webhook that has updates to send: how many, to which host, and whether it has failed last."""

    webhook_id: int
    host: str
    due: int
    fails: bool


def room(
    places: Places, wishes: list[Wish], flying: Mapping[int, int], hosts: Mapping[str, int], failing: int
) -> dict[int, int]:
    """How many more calls each webhook may begin; `flying` are those under way by webhook, `hosts` by host."""
    given: Counter[int] = Counter()
    at_host, left = Counter(hosts), places.all - sum(flying.values())
    ailing = places.failing - failing
    turn = sorted(wishes, key=lambda wish: (flying.get(wish.webhook_id, 0), wish.webhook_id))
    while turn and left > 0:
        again = []
        for wish in turn:
            most = places.failing_each if wish.fails else places.each
            has = flying.get(wish.webhook_id, 0) + given[wish.webhook_id]
            if left <= 0 or has >= most or given[wish.webhook_id] >= wish.due:
                continue
            if at_host[wish.host] >= places.host or (wish.fails and ailing <= 0):
                continue
            given[wish.webhook_id] += 1
            at_host[wish.host] += 1
            left -= 1
            ailing -= wish.fails
            again.append(wish)
        turn = again
    return {webhook: count for webhook, count in given.items() if count}
