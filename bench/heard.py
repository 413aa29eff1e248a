"""What subscribers heard, as columns of numbers, and what follows from it: how many, how late, and whether all of it."""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

NO_CURSOR = 0
"""Of an answer that held no update."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Heard:
    """Row by row: which subscriber, which cursor, when it occurred, when it was read (nanoseconds since 1970)."""

    who: array[int]
    cursor: array[int]
    occurred: array[int]
    read: array[int]

    def __len__(self) -> int:
        return len(self.who)

    def between(self, begin: int, end: int) -> Heard:
        """What was read from one instant to before another."""
        rows = zip(self.who, self.cursor, self.occurred, self.read, strict=True)
        kept = [row for row in rows if begin <= row[3] < end]
        return Heard(*(array("q", column) for column in (zip(*kept, strict=True) if kept else ((),) * 4)))

    def of(self, who: Iterable[int]) -> Heard:
        """What some subscribers heard."""
        chosen = frozenset(who)
        rows = zip(self.who, self.cursor, self.occurred, self.read, strict=True)
        kept = [row for row in rows if row[0] in chosen]
        return Heard(*(array("q", column) for column in (zip(*kept, strict=True) if kept else ((),) * 4)))

    def cursors(self) -> Mapping[int, list[int]]:
        """The cursors of each subscriber, in the order in which they came."""
        found: dict[int, list[int]] = defaultdict(list)
        for who, cursor in zip(self.who, self.cursor, strict=True):
            found[who].append(cursor)
        return found

    def milliseconds(self, since: Mapping[int, int] | None = None) -> list[float]:
        """From when each occurred, or from an instant by its cursor, to its reading; sorted, unknown ones left out."""
        if since is None:
            took = [(read - at) / 1e6 for at, read in zip(self.occurred, self.read, strict=True)]
        else:
            rows = zip(self.cursor, self.read, strict=True)
            took = [(read - since[cursor]) / 1e6 for cursor, read in rows if cursor in since]
        return sorted(took)


@dataclass(frozen=True)
class Faults:
    """How many updates were not heard, heard again, heard though not asked for, and how many subscribers had any of it."""

    missing: int = 0
    doubled: int = 0
    strange: int = 0
    disordered: int = 0
    subscribers: int = 0

    @property
    def none(self) -> bool:
        """Whether everybody heard exactly what was theirs, in order."""
        return self == Faults()


def faults(heard: Mapping[int, Sequence[int]], wanted: Mapping[int, Sequence[int]]) -> Faults:
    """What each subscriber heard against what was theirs to hear, both as cursors in order."""
    missing = doubled = strange = disordered = subscribers = 0
    for who, theirs in wanted.items():
        got = heard.get(who, ())
        if list(got) == list(theirs):
            continue
        subscribers += 1
        once, right = set(got), set(theirs)
        missing += len(right - once)
        doubled += len(got) - len(once)
        strange += len(once - right)
        disordered += list(got) != sorted(got)
    return Faults(missing, doubled, strange, disordered, subscribers)


def percentile(taken: Sequence[float], share: float) -> float:
    """Of sorted figures; not a number when there are none."""
    return taken[min(len(taken) - 1, int(len(taken) * share))] if taken else float("nan")


def instant(text: str) -> int:
    """An instant as it stands in an update, in nanoseconds since 1970."""
    took = datetime.fromisoformat(text) - _EPOCH
    return ((took.days * 86_400 + took.seconds) * 1_000_000 + took.microseconds) * 1000
