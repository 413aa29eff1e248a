"""The log that subscribers read: committed events, numbered without gaps as they are seen committed.

A transaction takes its `id` when it writes and may commit after a later one, so ids are no cursor: a reader that has
seen 8 could miss 7. The sequencer numbers only what is committed, in one transaction of its own, so the highest
cursor is always final.
"""

from __future__ import annotations

from collections.abc import Sequence

from tortoise.expressions import Q

from eperf.store import database
from eperf.store.event import EventHeadRow, EventRow

_NUMBER = """
UPDATE event SET cursor = fresh.number FROM (
  SELECT id, {head} + row_number() OVER (ORDER BY id) AS number
  FROM (SELECT id FROM event WHERE cursor IS NULL ORDER BY id LIMIT {most}) AS waiting
) AS fresh WHERE event.id = fresh.id
"""


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
    row = await EventRow.exclude(cursor=None).order_by("cursor").first()
    return int(row.cursor) if row and row.cursor else await head() + 1


async def after(cursor: int, upto: int, where: Q | None, most: int = 500) -> Sequence[EventRow]:
    """Events in `(cursor, upto]` that satisfy a condition, in order, at most `most`."""
    found = EventRow.filter(cursor__gt=cursor, cursor__lte=upto)
    return await (found.filter(where) if where else found).order_by("cursor").limit(most)
