"""Following the log: replay, then live; nothing outside one's reach; no gap, no repeat."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from eperf.adapters.broker import Bell
from eperf.domain.access import Role
from eperf.domain.activity import Report
from eperf.domain.errors import BadInput
from eperf.services import activity
from eperf.services.event import CursorTooOld, Wanted, follow
from eperf.store import log
from eperf.store.event import EventRow
from tests.support.town import TODAY, Town

AUDITOR = (Role.AUDITOR, "city")


async def reported(town: Town, name: str = "Budi", count: int = 1) -> None:
    for _ in range(count):
        await activity.submit(town.call(name), Report(town.item, TODAY, 10, 100, "kerja"))
    await log.number()


async def take(events: AsyncIterator[EventRow], count: int) -> list[int]:
    async with asyncio.timeout(5):
        return [int((await anext(events)).cursor or 0) for _ in range(count)]


async def test_a_replay_goes_on_live_without_gap_or_repeat(town: Town) -> None:
    await reported(town, count=3)
    bell = Bell(look_again=60)
    events = follow(town.call("Sri", AUDITOR), Wanted(), 1, bell)
    assert await take(events, 2) == [2, 3]
    waiting = asyncio.create_task(take(events, 2))
    await asyncio.sleep(0.05)
    await reported(town, count=2)
    bell.ring()
    assert await waiting == [4, 5]


async def test_without_a_cursor_only_what_comes_is_heard(town: Town) -> None:
    await reported(town, count=3)
    bell = Bell(look_again=0.05)
    waiting = asyncio.create_task(take(follow(town.call("Sri", AUDITOR), Wanted(), None, bell), 1))
    await asyncio.sleep(0.1)
    await reported(town)
    assert await waiting == [4]


@pytest.mark.parametrize(
    ("name", "grants", "heard"),
    [
        ("Sri", (), ["Budi", "Wati"]),
        ("Budi", (), ["Budi"]),
        ("Eka", (), ["Eka"]),
        ("Joko", ((Role.AUDITOR, "archive"),), ["Eka"]),
        ("Eka", ((Role.INTEGRATOR, "city"),), ["Budi", "Wati", "Eka"]),
    ],
)
async def test_one_hears_only_of_whom_one_may_see(
    town: Town, name: str, grants: tuple[tuple[Role, str], ...], heard: list[str]
) -> None:
    for who in ("Budi", "Wati", "Eka"):
        await reported(town, who)
    events = follow(town.call(name, *grants), Wanted(), 0, Bell())
    async with asyncio.timeout(5):
        seen = [(await anext(events)).employee_id for _ in heard]
    assert seen == [town.people[who] for who in heard]


async def test_units_and_kinds_narrow_what_is_heard(town: Town) -> None:
    await reported(town, "Budi")
    await reported(town, "Eka")
    call = town.call("Sri", AUDITOR)
    assert await take(follow(call, Wanted(units=(town.units["archive"],)), 0, Bell()), 1) == [2]
    assert await take(follow(call, Wanted(kinds=("activity.submitted",)), 1, Bell()), 1) == [2]


async def test_a_cursor_that_is_no_longer_kept_is_refused_with_the_oldest(town: Town) -> None:
    await reported(town, count=5)
    await EventRow.filter(cursor__lte=3).delete()
    with pytest.raises(CursorTooOld, match="3"):
        await take(follow(town.call("Sri", AUDITOR), Wanted(), 2, Bell()), 1)
    assert await take(follow(town.call("Sri", AUDITOR), Wanted(), 3, Bell()), 2) == [4, 5]


@pytest.mark.parametrize("after", [-1, 99])
async def test_a_cursor_that_was_never_given_out_is_refused(town: Town, after: int) -> None:
    await reported(town)
    with pytest.raises(BadInput):
        await take(follow(town.call("Sri", AUDITOR), Wanted(), after, Bell()), 1)
