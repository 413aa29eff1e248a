"""Following the log: replay from a cursor, then live, without gap or repeat.

Who hears of an event is decided at the time of delivery, in one of two ways that must agree: a reader of its own asks
with its row scope and filters in the query; a reader of many (`Audiences`) reads each event once, with where its unit
and its person stand at that moment, and looks up whose it is.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Generic, NamedTuple, Protocol, TypeVar

from eperf.domain.access import Operation, Scope, Subject, Viewer, scope
from eperf.domain.errors import BadInput, Forbidden, Refused
from eperf.services.call import Call
from eperf.store import deliveries, log
from eperf.store.log import Entry, Whereabouts
from eperf.store.scope import OF_EMPLOYEE_ROWS, Q, below, predicate

__all__ = [
    "STRIDE", "Audience", "Audiences", "CursorTooOld", "Entry", "Rings", "Told", "Wanted", "audience", "follow", "head",
    "latest", "prune", "read", "start", "told",
]  # fmt: skip

MOST_UNITS = 100
STRIDE = 20_000
"""Events that one statement looks through at most: who hears of few must not have the whole log searched at once."""
_PAGE = 500
_EVER = 2**62
_NOTHING: frozenset[int] = frozenset()
K = TypeVar("K", bound=Hashable)


class CursorTooOld(Refused):
    """The log no longer holds what came after the cursor; `oldest` is the first cursor from which one can go on."""

    code = "CURSOR_TOO_OLD"
    text_id = "Kursor {value} sudah tidak tersimpan; yang tertua adalah {oldest}."
    text_en = "The cursor {value} is no longer kept; the oldest is {oldest}."


class Rings(Protocol):
    """Rings when the log has grown: ask for the next ring, look, and await it if there was nothing."""

    def next(self) -> Callable[[], Awaitable[None]]:
        """The ring after this moment."""
        ...


@dataclass(frozen=True)
class Wanted:
    """What a subscriber asks for: units (with all below them; none: everything in reach), kinds (none: all)."""

    units: tuple[int, ...] = ()
    kinds: tuple[str, ...] = ()


class Told(NamedTuple):
    """An event with whom it touches at this moment."""

    entry: Entry
    subject: Subject


@dataclass(frozen=True)
class Audience:
    """Those who hear the same events: how far their rights reach, and what they asked for."""

    reach: Scope
    units: frozenset[int]
    kinds: frozenset[str]

    @property
    def condition(self) -> Q | None:
        """The events it hears, as a condition on the log; None: every one."""
        reach = predicate(self.reach, OF_EMPLOYEE_ROWS)
        parts = [reach] if reach is not None else []
        if self.units:
            parts.append(Q(unit_id__in=below(self.units)))
        if self.kinds:
            parts.append(Q(kind__in=sorted(self.kinds)))
        return Q(*parts) if parts else None

    def hears(self, told: Told) -> bool:
        """Whether it hears of an event: the same, of one that has been read."""
        if self.kinds and told.entry.kind not in self.kinds:
            return False
        if self.units and not self.units & told.subject.units:
            return False
        return self.reach.covers(told.subject)


def audience(viewer: Viewer, wanted: Wanted) -> Audience:
    """The audience that a viewer belongs to; raises `Forbidden` for who may read no event, or `BadInput`."""
    reach = scope(viewer, Operation.EVENT_READ)
    if reach.nothing:
        raise Forbidden(Operation.EVENT_READ.value)
    if len(wanted.units) > MOST_UNITS:
        raise BadInput("units", len(wanted.units), f"more than {MOST_UNITS} units")
    return Audience(reach, frozenset(wanted.units), frozenset(wanted.kinds))


class Audiences(Generic[K]):
    """Many audiences by their keys, and for an event the keys of those that hear of it.

    Who may hear is found by what it can reach, so thousands of audiences cost an event nothing that is not theirs; who
    does hear is said by `Audience.hears`, always.
    """

    def __init__(self) -> None:
        self._audiences: dict[K, Audience] = {}
        self._by: defaultdict[tuple[str, int], dict[K, None]] = defaultdict(dict)

    def __len__(self) -> int:
        return len(self._audiences)

    def add(self, key: K, found: Audience) -> None:
        """One more audience."""
        self._audiences[key] = found
        for place in _places(found):
            self._by[place][key] = None

    def remove(self, key: K) -> None:
        """One audience less."""
        for place in _places(self._audiences.pop(key)):
            del self._by[place][key]
            if not self._by[place]:
                del self._by[place]

    def hearing(self, told: Told) -> list[K]:
        """The keys of those that hear of an event, each once."""
        keys: dict[K, None] = {}
        for place in _touched(told.subject):
            keys.update(self._by.get(place, {}))
        return [key for key in keys if self._audiences[key].hears(told)]


_ANYWHERE = ("any", 0)


def _places(found: Audience) -> Iterator[tuple[str, int]]:
    """Where an event must lie for an audience to hear of it; one of them is enough to look closer."""
    reach = found.reach
    if found.units or reach.everything:
        yield from (("unit", unit) for unit in found.units) if found.units else (_ANYWHERE,)
        return
    yield from (("unit", unit) for unit in reach.units)
    yield from (("superior", one) for one in reach.supervisors)
    if reach.employee_id is not None:
        yield ("employee", reach.employee_id)


def _touched(subject: Subject) -> Iterator[tuple[str, int]]:
    yield _ANYWHERE
    yield from (("unit", unit) for unit in subject.units)
    if subject.employee_id is not None:
        yield ("employee", subject.employee_id)
    if subject.supervisor_id is not None:
        yield ("superior", subject.supervisor_id)


async def told(entries: Sequence[Entry]) -> list[Told]:
    """Events with where their units and people stand now."""
    now = await log.whereabouts(entries)
    return [Told(entry, _subject(entry, now)) for entry in entries]


def _subject(entry: Entry, now: Whereabouts) -> Subject:
    above = _NOTHING if entry.unit_id is None else now.above.get(entry.unit_id, _NOTHING)
    superior = None if entry.employee_id is None else now.superior.get(entry.employee_id)
    return Subject(above, entry.employee_id, superior)


async def follow(call: Call, wanted: Wanted, after: int | None, grown: Rings) -> AsyncIterator[Entry]:
    """Events after a cursor in order (from now on without one), for as long as the caller iterates.

    Raises `CursorTooOld`, or `BadInput` for a cursor that was never given out.
    """
    where = audience(call.viewer, wanted).condition
    at = await start(after, await log.head())
    while True:
        waiting = grown.next()
        head = await log.head()
        while at < head:
            upto = min(head, at + STRIDE)
            events = await read(at, upto, where, _PAGE)
            for event in events:
                at = event.cursor
                yield event
            if len(events) < _PAGE:
                at = upto
        await waiting()


async def start(after: int | None, head: int) -> int:
    """The place to go on from; raises `BadInput`. `head` is the last cursor that is known to be given out.

    Whether the log still holds what comes after it, `read` finds out.
    """
    if after is None:
        return head
    if after > head:
        head = await log.head()
    if not 0 <= after <= head:
        raise BadInput("after", after, f"no such cursor was given out; the last is {head}")
    return after


async def read(after: int, upto: int, where: Q | None, most: int) -> list[Entry]:
    """A page of the log; raises `CursorTooOld` where it may not be whole."""
    found = await log.page(after, upto, where, most)
    # Asked afterwards: what was there then was there when the page was read.
    await _kept(after)
    return found


async def head() -> int:
    """The last cursor that was given out."""
    return await log.head()


async def latest(after: int, most: int) -> list[Entry]:
    """What the log has after a cursor, whoever may hear of it."""
    return await log.page(after, _EVER, None, most)


async def _kept(after: int) -> None:
    oldest = await log.oldest()
    if after < oldest - 1:
        raise CursorTooOld("after", after, oldest=oldest - 1)


async def prune(call: Call, days: int) -> int:
    """Deletes a piece of what is older than some days and needed by nobody; gives how many events went."""
    for_webhooks = await deliveries.lowest_needed()
    taken = None if for_webhooks is None else for_webhooks - 1
    return await log.prune(call.now - timedelta(days=days), taken=taken)
