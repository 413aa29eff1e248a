"""The sequencer: no gaps, no repeats, commit order, whatever the order of ids."""

from __future__ import annotations

import asyncio

from eperf.domain.activity import Report
from eperf.services import activity
from eperf.store import log
from eperf.store.event import EventRow
from tests.support.town import TODAY, Town


async def test_numbers_have_no_gaps_and_go_on_where_they_stopped(town: Town) -> None:
    for size in (3, 5, 1):
        await asyncio.gather(
            *(
                activity.submit(town.call("Budi"), Report(town.item, TODAY, 10, 100, "kerja"))
                for _ in range(size)
            )
        )
        assert await log.number() == size
    assert await log.number() == 0
    assert sorted([row.cursor for row in await EventRow.all()]) == list(range(1, 10))
    assert await log.head() == 9
    assert await log.oldest() == 1


async def test_a_batch_smaller_than_what_waits_leaves_the_rest_for_the_next(town: Town) -> None:
    for _ in range(5):
        await activity.submit(town.call("Budi"), Report(town.item, TODAY, 10, 100, "kerja"))
    assert [await log.number(most=2) for _ in range(4)] == [2, 2, 1, 0]
    events = await log.after(0, 5, None)
    assert [event.cursor for event in events] == [1, 2, 3, 4, 5]
    assert [event.id for event in events] == sorted(event.id for event in events)
