"""The log that subscribers read: committed events, numbered without gaps as they are seen committed.

A transaction takes its `id` when it writes and may commit after a later one, so ids are no cursor: a reader that has
seen 8 could miss 7. The sequencer numbers only what is committed, in one transaction of its own, so the highest
cursor is always final.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from itertools import takewhile
from typing import Any, NamedTuple

import orjson
from tortoise.expressions import Q

from eperf.store import database
from eperf.store.event import EventHeadRow, EventRow
from eperf.store.guest import SinkRow
from eperf.store.organisation import UnitTreeRow
from eperf.store.people import EmployeeRow

_NUMBER = """
UPDATE event SET cursor = fresh.number FROM (
  SELECT id, {head} + row_number() OVER (ORDER BY id) AS number
  FROM (SELECT id FROM event WHERE cursor IS NULL ORDER BY id LIMIT {most}) AS waiting
) AS fresh WHERE event.id = fresh.id
"""
_ENTRY = (
    "cursor", "kind", "version", "subject_type", "subject_id", "unit_id", "employee_id", "occurred_at", "payload",
)  # fmt: skip
_EVERYTHING = (
    f"SELECT {', '.join(_ENTRY)} FROM event "  # noqa: S608 - our own names
    "WHERE cursor > {} AND cursor <= {} ORDER BY cursor LIMIT {}"
)


class Entry(NamedTuple):
    """A numbered event as those who follow the log need it, without an object's weight."""

    cursor: int
    kind: str
    version: int
    subject_type: str
    subject_id: int
    unit_id: int | None
    employee_id: int | None
    occurred_at: datetime
    written: str = "{}"
    """Its payload as it is stored: read by few."""

    @property
    def payload(self) -> dict[str, Any]:
        """The fields of its kind."""
        found: dict[str, Any] = orjson.loads(self.written)
        return found


class Whereabouts(NamedTuple):
    """Where units and people of some entries stand now: units above a unit, itself included; a person's superior."""

    above: Mapping[int, frozenset[int]]
    superior: Mapping[int, int | None]


async def number(most: int = 5000) -> int:
    """Numbers up to `most` committed events; gives how many. Only one process may do this at a time."""
    async with database.transaction() as connection:
        await EventHeadRow.bulk_create([EventHeadRow(id=1, cursor=0)], ignore_conflicts=True)
        head = await EventHeadRow.select_for_update().get(id=1)
        count, _ = await connection.execute_query(_NUMBER.format(head=int(head.cursor), most=int(most)))
        if count:
            await EventHeadRow.filter(id=1).update(cursor=head.cursor + count)
        return int(count)


async def waiting() -> bool:
    """Whether committed events wait for a number."""
    return await EventRow.filter(cursor=None).exists()


async def head() -> int:
    """The last cursor given out; 0 when there is none."""
    row = await EventHeadRow.get_or_none(id=1)
    return row.cursor if row else 0


async def oldest() -> int:
    """The oldest cursor still kept; one more than the head when nothing is kept."""
    _, rows = await database.connection().execute_query("SELECT min(cursor) FROM event", [])
    found = rows[0][0]
    return await head() + 1 if found is None else int(found)


async def after(cursor: int, upto: int, where: Q | None, most: int = 500) -> Sequence[EventRow]:
    """Events in `(cursor, upto]` that satisfy a condition, in order, at most `most`."""
    found = EventRow.filter(cursor__gt=cursor, cursor__lte=upto)
    return await (found.filter(where) if where else found).order_by("cursor").limit(most)


async def page(cursor: int, upto: int, where: Q | None, most: int) -> list[Entry]:
    """As `after`, without objects: what is read for thousands of subscribers, or by the million."""
    text, values = _written(cursor, upto, where, most)
    _, rows = await database.connection().execute_query(text, values)
    if database.dialect() == "postgres":
        return [Entry._make(row) for row in rows]
    return [Entry._make((*tuple(row)[:-2], _instant(row[-2]), row[-1])) for row in rows]


def _written(cursor: int, upto: int, where: Q | None, most: int) -> tuple[str, list[Any]]:
    if where is None:  # asked fifty times a second while somebody listens
        marks = ("?1", "?2") if database.dialect() == "sqlite" else ("$1", "$2")
        return _EVERYTHING.format(*marks, int(most)), [cursor, upto]
    found = EventRow.filter(where, cursor__gt=cursor, cursor__lte=upto)
    query = found.order_by("cursor").limit(most).values_list(*_ENTRY)
    query._make_query()
    text, values = query.query.get_parameterized_sql()
    return text, list(values)


def _instant(stored: str) -> datetime:
    found = datetime.fromisoformat(stored)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


async def whereabouts(entries: Sequence[Entry]) -> Whereabouts:
    """Where the units and the people of some entries stand at this moment."""
    units = {entry.unit_id for entry in entries if entry.unit_id is not None}
    people = {entry.employee_id for entry in entries if entry.employee_id is not None}
    above: dict[int, set[int]] = {unit: set() for unit in units}
    for low, high in await _pairs(UnitTreeRow, ("descendant_id", "ancestor_id"), "descendant_id", units):
        above[low].add(high)
    superior = dict(await _pairs(EmployeeRow, ("id", "supervisor_id"), "id", people))
    return Whereabouts({unit: frozenset(found) for unit, found in above.items()}, superior)


async def _pairs(row: Any, columns: tuple[str, str], key: str, ids: set[int]) -> list[tuple[int, Any]]:
    if not ids:
        return []
    name = row._meta.db_table
    text = f"SELECT {columns[0]}, {columns[1]} FROM {name} WHERE {key} IN ({database.listed(sorted(ids))})"  # noqa: S608
    _, rows = await database.connection().execute_query(text, [])
    return [(found[0], found[1]) for found in rows]


async def taken_by_sinks() -> int:
    """The cursor up to which all sinks have taken everything; the head when there is none."""
    slowest = await SinkRow.all().order_by("cursor").first()
    return await head() if slowest is None else min(await head(), int(slowest.cursor))


async def prune(since: datetime, most: int = 2_000, *, taken: int | None = None) -> int:
    """Deletes up to `most` of the oldest numbered events from before an instant, up to the first younger one.

    What is still needed stays, however old: what lies above `taken` too, where others have taken all below it. So does
    what has no number. Gives how many went.
    """
    needed = await taken_by_sinks()
    if taken is not None:
        needed = min(needed, taken)
    eldest = EventRow.exclude(cursor=None).order_by("cursor").limit(most)
    rows = await eldest.values_list("cursor", "occurred_at")
    old = [cursor for cursor, at in takewhile(lambda row: row[1] < since, rows) if cursor <= needed]
    return await EventRow.filter(cursor__lte=old[-1]).delete() if old else 0
