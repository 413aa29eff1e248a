"""A call of a verb: who asks, when, under which key; and the transaction in which everything it does lies.

`work(call)` is the way into a transaction of several steps: what is emitted inside it is written in it, together with
the months it makes dirty, and listeners are woken only when it has committed. A verb whose whole change is known
beforehand writes it as one batch of the store instead (`key_of`, `same`, `announce`).
"""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime

import orjson

from eperf.domain.access import Operation, Permission, Subject, Viewer, require
from eperf.domain.attendance.calendar import ZONES, civil_day
from eperf.domain.errors import BadInput, KeyReused
from eperf.domain.events import Event
from eperf.plugins.registry import Registry
from eperf.store import database, outbox
from eperf.store.outbox import Key

_committed: list[Callable[[], None]] = []
_written: list[Callable[[Call, Sequence[Event], int | None], None]] = []


@dataclass(frozen=True)
class Call:
    """Who calls, at which instant (UTC), in which language, under which idempotency key, with which installed parts."""

    viewer: Viewer
    now: datetime
    language: str = "en"
    key: str | None = None
    registry: Registry | None = None

    def __post_init__(self) -> None:
        if self.now.tzinfo is None:
            raise BadInput("now", self.now.isoformat(), "an instant needs a zone")

    @property
    def today(self) -> date:
        """The civil day of the call in Western Indonesian Time, used where no unit's zone applies."""
        return civil_day(self.now.astimezone(UTC), ZONES["WIB"])

    @property
    def parts(self) -> Registry:
        """The installed plugins' parts; every call of the running service carries them."""
        if self.registry is None:
            raise RuntimeError("this verb needs a call that carries the registry of parts")
        return self.registry

    def require(self, operation: Operation | Permission, subject: Subject, field: str | None = None) -> None:
        """Asks the access table once."""
        require(self.viewer, operation, subject, field)


class Work:
    """An open transaction: remembers what happened until it is written at the end."""

    def __init__(self, call: Call) -> None:
        self.call = call
        self.events: list[Event] = []

    def emit(self, *events: Event) -> None:
        """Notes events; they are written when the verb ends, in its transaction."""
        self.events.extend(events)


def on_commit(listener: Callable[[], None]) -> Callable[[], None]:
    """Registers a listener that is called after each commit that wrote events; gives the function that removes it."""
    _committed.append(listener)
    return lambda: _committed.remove(listener)


def on_written(listener: Callable[[Call, Sequence[Event], int | None], None]) -> Callable[[], None]:
    """Registers a listener for what calls have committed; gives the function that removes it."""
    _written.append(listener)
    return lambda: _written.remove(listener)


@asynccontextmanager
async def work(call: Call) -> AsyncIterator[Work]:
    """One transaction with its events."""
    async with database.transaction():
        opened = Work(call)
        yield opened
        await outbox.write(opened.events, call.viewer.account_id or None, call.now)
    if opened.events:
        wrote(call, opened.events)
        announce()


def wrote(call: Call, events: Sequence[Event], subject_id: int | None = None) -> None:
    """Tells who listens which events a call has committed; `subject_id` is that of a row that was new."""
    for listener in _written:
        listener(call, events, subject_id)


def announce() -> None:
    """Wakes the listeners; for a verb that has committed events without `work`."""
    for listener in tuple(_committed):
        listener()


def digest_of(operation: str, given: object) -> str:
    """The fingerprint of an input: the same input gives the same digest, whatever the order of its keys."""
    text = orjson.dumps(
        [operation, given], option=orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS, default=str
    )
    return hashlib.sha256(text).hexdigest()


def key_of(call: Call, operation: str, given: object) -> Key | None:
    """The call's key for an input, if it came with one; refuses one that no database or log should meet."""
    if call.key is None:
        return None
    if not usable(call.key):
        raise BadInput("idempotencyKey", call.key, "1 to 128 printable characters")
    return Key(call.viewer.account_id, call.key, operation, digest_of(operation, given))


def usable(key: str) -> bool:
    """Whether a key may be looked up."""
    return 0 < len(key) <= 128 and key.isprintable()


def same(key: Key, before: tuple[str, int]) -> int:
    """What the key answered before; raises `KeyReused` when that was to another input."""
    digest, answer_id = before
    if digest != key.digest:
        raise KeyReused("idempotencyKey", key.text)
    return answer_id


async def answered(call: Call, operation: str, given: object) -> int | None:
    """Inside `work`: takes the call's key. Gives the id answered before, or None when this call is the first.

    A second call with the same key waits here until the first has committed, then gets its answer. Raises `KeyReused`
    when the key came with another input.
    """
    key = key_of(call, operation, given)
    if key is None:
        return None
    before = await outbox.take_key(key, call.now)
    return None if before is None else same(key, before)


async def answer(call: Call, answer_id: int) -> None:
    """Inside `work`: remembers what the call's key answered."""
    if call.key is not None:
        await outbox.answer_key(call.viewer.account_id, call.key, answer_id)
