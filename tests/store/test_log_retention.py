"""What the log forgets: the oldest first, in pieces, and nothing that somebody still needs."""

from __future__ import annotations

from datetime import timedelta

import pytest

from eperf.adapters.broker import Bell
from eperf.domain.access import Role
from eperf.domain.errors import Refused
from eperf.services.call import Call
from eperf.services.event import CursorTooOld, Wanted, follow, prune
from eperf.store import log
from eperf.store.event import EventRow
from eperf.store.guest import SinkRow
from eperf.store.webhook import WebhookDeliveryRow, WebhookRow
from tests.support.town import NOW, Town, build


@pytest.fixture
async def town(database: str) -> Town:
    """Ten events, a day apart, the last of today; nine of them have numbers."""
    town = await build()
    for age in range(9, -1, -1):
        await EventRow.create(
            cursor=10 - age if age else None, kind="score.changed", version=1, subject_type="Score", subject_id=1,
            unit_id=town.units["city"], employee_id=None, occurred_at=NOW - timedelta(days=age),
        )  # fmt: skip
    await log.EventHeadRow.create(id=1, cursor=9)
    return town


async def left() -> list[int | None]:
    return sorted(await EventRow.all().values_list("cursor", flat=True), key=lambda one: one or 99)  # type: ignore[arg-type]


def call(town: Town) -> Call:
    return town.call("Sri", (Role.AUDITOR, "city"))


async def test_what_is_older_than_the_days_goes_and_the_rest_stays(town: Town) -> None:
    assert await prune(call(town), 3) == 6
    assert await left() == [7, 8, 9, None]
    assert await prune(call(town), 3) == 0


async def test_it_goes_in_pieces(town: Town) -> None:
    assert [await log.prune(NOW - timedelta(days=3), most=4) for _ in range(3)] == [4, 2, 0]
    assert await left() == [7, 8, 9, None]


async def test_what_a_sink_has_not_taken_stays(town: Town) -> None:
    await SinkRow.create(name="a/slow", cursor=2)
    await SinkRow.create(name="a/quick", cursor=9)
    assert await log.taken_by_sinks() == 2
    assert await prune(call(town), 1) == 2
    assert await left() == [3, 4, 5, 6, 7, 8, 9, None]


async def test_what_a_webhook_is_still_to_be_sent_stays_unless_it_was_disabled(town: Town) -> None:
    hook = await WebhookRow.create(
        account_id=town.accounts["Sri"], unit_id=town.units["city"], name="archive", url="https://archive.example/",
        host="archive.example", state="active", secret="whsec_", cursor=6, created_at=NOW, changed_at=NOW,
    )  # fmt: skip
    await WebhookDeliveryRow.create(
        webhook_id=hook.id, cursor=5, kind="score.changed", subject_type="Score", subject_id=1, state="waiting",
        due_at=0, created_at=0,
    )  # fmt: skip
    assert await prune(call(town), 1) == 4
    assert await left() == [5, 6, 7, 8, 9, None]
    await WebhookDeliveryRow.all().delete()
    assert await prune(call(town), 1) == 2
    await WebhookRow.all().update(state="disabled")
    assert await prune(call(town), 1) == 2


async def test_a_younger_event_keeps_what_was_numbered_after_it(town: Town) -> None:
    await EventRow.filter(cursor=3).update(occurred_at=NOW)
    assert await prune(call(town), 3) == 2


async def test_what_has_no_number_is_never_deleted(town: Town) -> None:
    await EventRow.filter(cursor=None).update(occurred_at=NOW - timedelta(days=99))
    assert await prune(call(town), 0) == 9
    assert await left() == [None]
    assert await log.oldest() == 10


async def test_an_old_cursor_is_refused_with_the_oldest_and_that_one_goes_on(town: Town) -> None:
    await prune(call(town), 3)
    with pytest.raises(CursorTooOld) as refused:
        await anext(follow(call(town), Wanted(), 5, Bell()))
    refusal: Refused = refused.value
    oldest = int(refusal.facts["oldest"])
    assert (oldest, (await anext(follow(call(town), Wanted(), oldest, Bell()))).cursor) == (6, 7)
