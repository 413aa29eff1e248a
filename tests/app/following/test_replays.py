"""A replay takes no more of the database than its turn, and stops when nobody waits for it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

import pytest
from structlog.testing import capture_logs

from eperf.adapters.broker import Bell
from eperf.app.following import LogShares, execution, pages
from eperf.domain.access import Role
from eperf.domain.errors import Unavailable
from eperf.services import event
from eperf.store import log
from eperf.store.event import EventRow
from tests.app.following.ear import Follower, cursor_of
from tests.support.asking import SCHEMA, context_of, engine
from tests.support.town import NOW, Town, build

ROOT = "performanceUpdates(after: $after, kinds: $kinds)"
PLAIN = f"subscription ($after: String, $kinds: [String!]) {{ {ROOT} {{ cursor }} }}"


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for half a second here."""
    for module in (execution, pages):
        monkeypatch.setattr(module, "_AGAIN_SECONDS", 0.001)


@pytest.fixture
async def town(database: str) -> Town:
    return await build()


ACCOUNT: ContextVar[str | None] = ContextVar("ACCOUNT", default=None)
"""As the log and traces know whose a line or a span is."""


class Crowd:
    """Followers of one town's log."""

    def __init__(self, town: Town) -> None:
        self.town, self.bell, self.engine = town, Bell(look_again=0.02), engine()
        self.shares = LogShares(self.engine, SCHEMA, self.bell)

    def follower(self, kind: str | None = None, after: str | None = "0", document: str = PLAIN) -> Follower:
        """One who follows a kind."""
        context = context_of(self.town.viewer("Eka", (Role.AUDITOR, "city")), self.town.registry)
        return Follower(
            self.engine, self.shares, context, document, {"kinds": [kind] if kind else None}, after
        )

    async def happen(self, *kinds: str) -> None:
        """Events of some kinds."""
        await EventRow.bulk_create(
            EventRow(
                kind=kind, version=1, subject_type="Unit", subject_id=1, occurred_at=NOW,
                unit_id=self.town.units["city"], payload={},
            )
            for kind in kinds
        )  # fmt: skip
        await log.number()
        self.bell.ring()


@pytest.fixture
def crowd(town: Town) -> Crowd:
    return Crowd(town)


class Held:
    """A statement that does not end until it is let go; counts those under way."""

    def __init__(self) -> None:
        self.under_way = self.most = self.begun = 0
        self.free = asyncio.Event()

    async def page(self, cursor: int, upto: int, where: Any, most: int) -> list[Any]:
        """In place of `log.page`, but for the log's end, which is read without a condition."""
        if where is None:
            return []
        self.begun += 1
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        try:
            await self.free.wait()
        finally:
            self.under_way -= 1
        return []


async def soon_true(said: Callable[[], bool]) -> None:
    """Waits until something holds."""
    async with asyncio.timeout(10):
        while not said():
            await asyncio.sleep(0.005)


async def test_no_statement_looks_through_more_than_a_stride(
    crowd: Crowd, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (pages, event):
        monkeypatch.setattr(module, "STRIDE", 10)
    await crowd.happen(*["score.changed"] * 45, "rare.kind")
    widths: list[int] = []
    inner = log.page

    async def page(cursor: int, upto: int, where: Any, most: int) -> Any:
        if where is not None:
            widths.append(upto - cursor)
        return await inner(cursor, upto, where, most)

    monkeypatch.setattr(log, "page", page)
    follower = crowd.follower("rare.kind")
    follower.begin()
    await soon_true(lambda: len(follower.heard) == 1)
    await crowd.happen("rare.kind")
    await soon_true(lambda: len(follower.heard) == 2)
    assert [cursor_of(one) for one in follower.heard] == ["46", "47"]
    await follower.cut()
    alone = crowd.follower("rare.kind")
    assert [cursor_of(one) for one in await alone.own(2)] == ["46", "47"]
    assert len(widths) >= 2 * 5
    assert max(widths) <= 10


async def test_a_page_is_read_for_as_long_as_somebody_waits_for_it_and_no_longer(
    crowd: Crowd, monkeypatch: pytest.MonkeyPatch
) -> None:
    await crowd.happen("score.changed")
    held, inner = Held(), log.page
    first, second = crowd.follower(), crowd.follower()
    monkeypatch.setattr(log, "page", held.page)
    for one in (first, second):
        one.begin()
    await soon_true(lambda: held.under_way == 1)
    await first.cut()
    await asyncio.sleep(0.02)
    assert held.under_way == 1
    await second.cut()
    await soon_true(lambda: held.under_way == 0)
    assert held.begun == 1
    monkeypatch.setattr(log, "page", inner)
    first.begin()
    await soon_true(lambda: len(first.heard) == 1)
    await first.cut()


async def test_one_who_comes_while_a_page_is_given_up_reads_it_anew(
    crowd: Crowd, monkeypatch: pytest.MonkeyPatch
) -> None:
    await crowd.happen("score.changed")
    held, inner = Held(), log.page
    stays, goes = crowd.follower(after=None), crowd.follower()
    stays.begin()
    await asyncio.sleep(0.05)
    monkeypatch.setattr(log, "page", held.page)
    goes.begin()
    await soon_true(lambda: held.under_way == 1)
    await goes.cut()
    monkeypatch.setattr(log, "page", inner)
    goes.begin()
    await soon_true(lambda: len(goes.heard) == 1)
    for one in (stays, goes):
        await one.cut()


async def test_few_pages_are_read_at_a_time_whoever_asks(
    crowd: Crowd, monkeypatch: pytest.MonkeyPatch
) -> None:
    await crowd.happen("score.changed")
    held = Held()
    followers = [crowd.follower(f"kind.{number}") for number in range(12)]
    monkeypatch.setattr(log, "page", held.page)
    for one in followers:
        one.begin()
    await soon_true(lambda: held.under_way == pages.AT_A_TIME)
    await asyncio.sleep(0.05)
    assert held.most == pages.AT_A_TIME
    held.free.set()
    await soon_true(lambda: held.begun == 12)
    for one in followers:
        await one.cut()
    assert held.most == pages.AT_A_TIME


async def test_a_page_that_fails_while_the_database_answers_is_given_up(
    crowd: Crowd, monkeypatch: pytest.MonkeyPatch
) -> None:
    await crowd.happen("score.changed")
    tries = []

    async def page(*_: Any) -> Any:
        tries.append(1)
        raise TimeoutError

    monkeypatch.setattr(log, "page", page)
    follower = crowd.follower()
    with capture_logs():
        follower.begin()
        assert follower.task is not None
        with pytest.raises(Unavailable):
            await asyncio.wait_for(follower.task, 10)
    assert 1 < len(tries) < 20
    assert len(crowd.shares) == 0


async def test_a_database_that_is_away_for_long_is_waited_for(
    crowd: Crowd, monkeypatch: pytest.MonkeyPatch
) -> None:
    await crowd.happen("score.changed")
    away, page, head = [True], log.page, log.head
    stays, follower = crowd.follower(after=None), crowd.follower()
    stays.begin()
    await asyncio.sleep(0.05)
    failed = []

    def gone(inner: Any) -> Any:
        async def call(*given: Any) -> Any:
            if away[0]:
                failed.append(1)
                raise ConnectionError
            return await inner(*given)

        return call

    monkeypatch.setattr(log, "page", gone(page))
    monkeypatch.setattr(log, "head", gone(head))
    with capture_logs():
        follower.begin()
        await soon_true(lambda: len(failed) > 10 * pages._TRIES)
        away[0] = False
        await soon_true(lambda: len(follower.heard) == 1)
    for one in (stays, follower):
        await one.cut()


async def test_what_is_read_for_all_is_nobodys(crowd: Crowd, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: dict[str, set[str | None]] = {"page": set(), "end": set(), "executed": set()}
    inner, run = log.page, crowd.engine.event

    async def page(cursor: int, upto: int, where: Any, most: int) -> Any:
        seen["end" if where is None else "page"].add(ACCOUNT.get())
        return await inner(cursor, upto, where, most)

    async def executed(executor: Any) -> Any:
        seen["executed"].add(ACCOUNT.get())
        return await run(executor)

    monkeypatch.setattr(log, "page", page)
    monkeypatch.setattr(crowd.engine, "event", executed)
    await crowd.happen("score.changed")
    follower = crowd.follower(document=PLAIN.replace("cursor }", "cursor unit { name } }"))
    ACCOUNT.set("Eka")
    follower.begin()
    await soon_true(lambda: len(follower.heard) == 1)
    await crowd.happen("score.changed")
    await soon_true(lambda: len(follower.heard) == 2)
    assert seen == {"page": {None}, "end": {None}, "executed": {None}}
    await follower.cut()


async def test_what_a_group_is_at_work_on_ends_with_its_last_member(
    crowd: Crowd, monkeypatch: pytest.MonkeyPatch
) -> None:
    working, never = [0], asyncio.Event()

    async def at_work(*_: Any) -> Any:
        working[0] += 1
        try:
            await never.wait()
        finally:
            working[0] -= 1

    named = PLAIN.replace("cursor }", "cursor unit { name } }")
    follower, stays = crowd.follower(after=None, document=named), crowd.follower("other")
    for one in (follower, stays):
        one.begin()
    await asyncio.sleep(0.05)
    monkeypatch.setattr(crowd.engine, "event", at_work)
    await crowd.happen("score.changed")
    await soon_true(lambda: working[0] == 1)
    await follower.cut()
    await soon_true(lambda: working[0] == 0)
    await stays.cut()
