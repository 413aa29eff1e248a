"""Sinks: every committed update arrives at least once and in order, and a sink in trouble is nobody else's."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from eperf.adapters.broker import Bell
from eperf.app.guests import loop as module
from eperf.app.guests.life import Guests
from eperf.app.guests.sinks import send_all
from eperf.domain.activity import Report
from eperf.plugins.discovery import Candidate
from eperf.plugins.registry import load
from eperf.plugins.service import Update
from eperf.services import activity
from eperf.services.delivery import MOST, deliver
from eperf.store import log
from eperf.store.guest import SinkRow
from eperf.testing import candidate
from tests.plugins.samples import module as plugin
from tests.support.town import NOW, TODAY, Town, build

SUBMITTED = "activity.submitted"


class Sink:
    """Takes what it gets, but for the first `fails` times."""

    version, seconds = "1", 0.5

    def __init__(self, name: str, kinds: tuple[str, ...] = (), fails: int = 0) -> None:
        self.name, self.kinds, self.fails = name, kinds, fails
        self.taken: list[int] = []
        self.calls = 0

    async def send(self, updates: Sequence[Update]) -> None:
        self.calls += 1
        if self.calls <= self.fails:
            raise ConnectionError("broker is away")
        self.taken += [one.cursor for one in updates]


class Still(Sink):
    """Stands still until it is let go."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.go = threading.Event()

    async def send(self, updates: Sequence[Update]) -> None:
        self.go.wait(20)


@pytest.fixture
async def town(database: str) -> Town:
    return await build()


async def happens(town: Town, times: int = 1) -> None:
    for _ in range(times):
        await activity.submit(town.call("Budi"), Report(town.item, TODAY, 10, 100, "kerja"))
    while await log.number():
        pass


def offered(sink: Sink) -> Candidate:
    return candidate(sink.name, plugin(eperf_event_sinks=lambda: [sink]))


@asynccontextmanager
async def sending(*sinks: Sink) -> AsyncIterator[Bell]:
    """The leader's duty with these sinks, each of a plugin of its own, that have seen where the log stands."""
    plan = [offered(one) for one in sinks]
    guests, grown = Guests(load(strict=True, candidates=plan)), Bell(0.05)
    task = asyncio.create_task(send_all(guests, grown, lambda: datetime.now(UTC)))
    try:
        async with asyncio.timeout(30):
            while await SinkRow.all().count() < len(sinks):
                await asyncio.sleep(0.01)
        yield grown
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await guests.close()


async def until(true: Callable[[], Any]) -> None:
    async with asyncio.timeout(30):
        while not true():
            await asyncio.sleep(0.02)


async def test_a_sink_gets_what_happens_after_it_was_first_seen_of_its_kinds_in_order(town: Town) -> None:
    await happens(town)
    every, none, mine = Sink("every"), Sink("none", ("sample.nothing",)), Sink("mine", (SUBMITTED,))
    async with sending(every, none, mine) as grown:
        await happens(town, 3)
        grown.ring()
        await until(lambda: len(every.taken) >= 3 and len(mine.taken) == 3)
    assert every.taken == sorted(set(every.taken))
    assert every.taken[0] == 2
    assert none.taken == []


async def test_a_sink_that_fails_gets_it_again_and_none_is_lost(town: Town) -> None:
    away = Sink("away", (SUBMITTED,), fails=1)
    async with sending(away) as grown:
        await happens(town, 2)
        grown.ring()
        await until(lambda: len(away.taken) == 2)
    assert away.calls >= 2
    row = await SinkRow.get(name="away/away")
    assert (row.failures, row.retry_at, row.cause) == (0, None, "")


async def test_one_that_stands_still_delays_no_other(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_ALIVE_SECONDS", 0.1)
    still, well = Still("still"), Sink("well")
    try:
        async with sending(still, well) as grown:
            await happens(town)
            grown.ring()
            await until(lambda: well.taken)
            async with asyncio.timeout(30):
                while not (row := await SinkRow.get(name="still/still")).failures:
                    await asyncio.sleep(0.02)
        assert row.cause == "GuestFailed: still took longer than 0.5 seconds"
        assert row.cursor == 0
    finally:
        still.go.set()


async def test_waits_grow_and_the_cursor_stays_where_it_is(town: Town) -> None:
    now, sink = NOW, Sink("away", fails=4)

    def clock() -> datetime:
        return now

    await deliver("a/away", (), sink.send, clock)
    await happens(town)
    waits = []
    while sink.calls < 4:
        turn = await deliver("a/away", (), sink.send, clock)
        assert turn.retry_at is not None
        waits.append((turn.retry_at - now).total_seconds())
        assert (await deliver("a/away", (), sink.send, clock)).retry_at == turn.retry_at  # not asked before
        now = turn.retry_at
    assert waits == [1, 2, 4, 8]
    assert (await deliver("a/away", (), sink.send, clock)).sent == len(sink.taken) > 0


async def test_a_process_that_dies_between_sending_and_noting_sends_again(town: Town) -> None:
    taken: list[list[int]] = []

    async def taken_and_killed(updates: Sequence[Update]) -> None:
        taken.append([one.cursor for one in updates])
        raise asyncio.CancelledError

    async def takes(updates: Sequence[Update]) -> None:
        taken.append([one.cursor for one in updates])

    await deliver("a/b", (), takes, lambda: NOW)
    await happens(town)
    with pytest.raises(asyncio.CancelledError):
        await deliver("a/b", (), taken_and_killed, lambda: NOW)
    await deliver("a/b", (), takes, lambda: NOW + timedelta(seconds=1))
    assert taken[0] == taken[1]


async def test_more_than_a_hundred_come_in_portions(town: Town) -> None:
    sink = Sink("all", (SUBMITTED,))
    await deliver("a/all", sink.kinds, sink.send, lambda: NOW)
    await happens(town, MOST + 1)
    assert [(await deliver("a/all", sink.kinds, sink.send, lambda: NOW)).sent for _ in range(3)] == [
        MOST,
        1,
        0,
    ]
    assert len(set(sink.taken)) == MOST + 1
