"""The desk at which a plugin's code works: the call, its permission, one transaction, and events of its own kinds only.

Whatever that code raises stays an ordinary failure: a `SystemExit` of a guest ends its call and not the server.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, is_dataclass
from datetime import date, datetime
from typing import Any, TypeVar

import orjson

from eperf.domain.access import Permission, scope
from eperf.domain.errors import BadInput, Forbidden, NotFound, TooMany
from eperf.domain.events import Event
from eperf.plugins.desk import Person
from eperf.services.call import Call, Work, answer, answered, work
from eperf.store.people import EmployeeRow
from eperf.store.scope import OF_EMPLOYEES, predicate, subject_of_employee

T = TypeVar("T")
MOST_PEOPLE = 10_000
MOST_EVENTS = 1_000
MOST_PAYLOAD = 16 * 1024
ReadId = Callable[[str, str, str], int]
"""From a global id, a type's name and the input's name to a number."""


class GuestFailed(Exception):
    """A plugin's code ended its call in a way that no call may end."""


class GuestDesk:
    """A `Desk` of `eperf.plugins`; without a permission nobody is in reach but of the installation itself."""

    def __init__(self, call: Call, plugin: str, permission: Permission | None, read_id: ReadId) -> None:
        self._call, self._plugin, self._permission, self._read_id = call, plugin, permission, read_id
        self._work: Work | None = None

    @property
    def account_id(self) -> int:
        """The account that calls; 0 for the installation."""
        return self._call.viewer.account_id

    @property
    def employee_id(self) -> int | None:
        """The employee whose account it is, if it is one's."""
        return self._call.viewer.employee_id

    @property
    def now(self) -> datetime:
        """The instant of the call."""
        return self._call.now

    @property
    def today(self) -> date:
        """The civil day of the call."""
        return self._call.today

    @property
    def language(self) -> str:
        """The caller's language."""
        return self._call.language

    def require(self) -> None:
        """Refuses with `FORBIDDEN` a caller to whom the permission reaches nobody at all; without one all may."""
        viewer, permission = self._call.viewer, self._permission
        if permission is not None and not viewer.system and scope(viewer, permission).nothing:
            raise Forbidden(permission.value)

    async def person(self, who: str | int, field: str = "employee") -> Person:
        """An employee whom the permission reaches."""
        number = who if isinstance(who, int) else self._read_id(who, "Employee", field)
        row = await EmployeeRow.get_or_none(id=number)
        if row is None:
            raise NotFound(field, who)
        if not self._call.viewer.system:
            self._call.require(self._needed(field), await subject_of_employee(row), field)
        return _person(row)

    async def people(self) -> Sequence[Person]:
        """Everybody whom the permission reaches."""
        found = EmployeeRow.all()
        if not self._call.viewer.system:
            within = predicate(scope(self._call.viewer, self._needed(None)), OF_EMPLOYEES)
            found = found if within is None else found.filter(within)
        rows = await found.order_by("id").limit(MOST_PEOPLE + 1)
        if len(rows) > MOST_PEOPLE:
            raise TooMany("people", MOST_PEOPLE, len(rows))
        return [_person(row) for row in rows]

    def emit(self, *events: Event) -> None:
        """Writes events of the plugin's own kinds with the open transaction."""
        if self._work is None:
            raise RuntimeError(f"{self._plugin} emits outside a transaction")
        for event in events:
            known = self._call.parts.event_kinds.get(event.kind)
            if known is None or known.plugin != self._plugin or type(event) is not known.part:
                raise RuntimeError(f"{event.kind!r} is no event kind of {self._plugin}")
            if len(orjson.dumps(event.payload())) > MOST_PAYLOAD:
                raise TooMany("payload bytes", MOST_PAYLOAD, event.kind)
        if len(self._work.events) + len(events) > MOST_EVENTS:
            raise TooMany("events", MOST_EVENTS, len(events))
        self._work.emit(*events)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[None]:
        """A transaction with its events."""
        if self._work is not None:
            raise RuntimeError(f"{self._plugin} opens a transaction inside one")
        try:
            async with work(self._call) as self._work:
                yield
        finally:
            self._work = None

    def _needed(self, field: str | None) -> Permission:
        if self._permission is None:
            raise Forbidden(f"{self._plugin}.public", field)
        return self._permission


async def guarded(plugin: str, made: Awaitable[T]) -> T:
    """What a guest's code gives; a `SystemExit` or another end of the process becomes `GuestFailed`."""
    try:
        return await made
    except (SystemExit, KeyboardInterrupt) as end:
        raise GuestFailed(f"{plugin} raised {type(end).__name__}") from end


async def carry_out(
    desk: GuestDesk, call: Call, name: str, given: dict[str, Any], run: Callable[..., Awaitable[int]]
) -> int:
    """A plugin's verb in one transaction, once for the call's idempotency key; gives the number of what it changed."""
    desk.require()
    async with desk.transaction():
        before = await answered(call, name, _plain(given))
        if before is not None:
            return before
        plugin = name.partition(".")[0]
        number = await guarded(plugin, run(desk, **given))
        if isinstance(number, bool) or not isinstance(number, int) or not 0 < number < 2**63:
            raise GuestFailed(f"{name} gave {number!r:.40}, not the number of a row")
        await answer(call, number)
        return number


def key_in(given: dict[str, Any]) -> str | None:
    """The idempotency key that one of the inputs carries."""
    keys = [
        one.idempotency_key for one in given.values() if getattr(one, "idempotency_key", None) is not None
    ]
    if len(keys) > 1:
        raise BadInput("idempotencyKey", keys[1], "more than one")
    return keys[0] if keys else None


def _plain(given: dict[str, Any]) -> dict[str, Any]:
    found = {}
    for name, value in given.items():
        plain = asdict(value) if is_dataclass(value) and not isinstance(value, type) else value
        if isinstance(plain, dict):
            plain.pop("idempotency_key", None)
        found[name] = plain
    return found


def _person(row: EmployeeRow) -> Person:
    return Person(row.id, row.nip, row.name, row.unit_id)
