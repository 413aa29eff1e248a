"""A plugin's own loop and its lifespans: whatever a guest does there, the server goes on, and is told within bounds."""

from __future__ import annotations

import asyncio
import sys
import threading
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from structlog.testing import capture_logs

from eperf.app.guests import loop as module
from eperf.app.guests.life import living
from eperf.app.guests.loop import GuestLoop
from eperf.plugins.registry import load
from eperf.plugins.service import Lifespan
from eperf.services.desk import GuestFailed
from eperf.testing import candidate
from tests.plugins.samples import module as plugin


@pytest.fixture
async def loop(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[GuestLoop]:
    monkeypatch.setattr(module, "_ALIVE_SECONDS", 0.1)
    made = GuestLoop("sample")
    yield made
    await made.close()


async def named() -> str:
    return threading.current_thread().name


async def waits() -> None:
    await asyncio.sleep(60)


async def keeps_on() -> None:
    while True:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            continue


async def stands_still(until: threading.Event) -> None:
    until.wait(20)


async def ends() -> None:
    sys.exit(3)


async def test_a_guest_runs_in_a_thread_of_its_own(loop: GuestLoop) -> None:
    assert await loop.call(named, seconds=5) == "plugin sample"


@pytest.mark.parametrize("guest", [waits, keeps_on])
async def test_a_guest_who_waits_too_long_is_left_and_the_loop_goes_on(
    loop: GuestLoop, guest: Callable[..., Any]
) -> None:
    with pytest.raises(GuestFailed, match=r"sample took longer than 0\.1 seconds"):
        await loop.call(guest, seconds=0.1)
    assert await loop.call(named, seconds=5) == "plugin sample"


async def test_a_guest_who_ends_the_process_ends_only_its_call(loop: GuestLoop) -> None:
    with pytest.raises(GuestFailed, match="sample raised SystemExit"):
        await loop.call(ends, seconds=5)
    assert await loop.call(named, seconds=5) == "plugin sample"


async def test_a_guest_who_stands_still_is_left_behind_and_after_some_times_called_no_more(
    loop: GuestLoop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_MOST_LEFT_BEHIND", 1)
    until, beats = threading.Event(), 0

    async def beat() -> None:
        nonlocal beats
        while True:
            await asyncio.sleep(0.01)
            beats += 1

    beating = asyncio.create_task(beat())
    try:
        for _ in range(2):
            with pytest.raises(GuestFailed, match="took longer"):
                await loop.call(stands_still, until, seconds=0.1)
        with pytest.raises(GuestFailed, match="stood still 2 times"):
            await loop.call(named, seconds=5)
        assert beats > 10
    finally:
        until.set()
        beating.cancel()


def spans(log: list[str]) -> dict[str, Callable[[], Any]]:
    """Lifespans by what they do; each tells the log."""

    @asynccontextmanager
    async def good() -> AsyncIterator[None]:
        log.append("in")
        yield
        log.append("out")

    @asynccontextmanager
    async def raising() -> AsyncIterator[None]:
        raise ValueError("no broker")
        yield

    @asynccontextmanager
    async def late() -> AsyncIterator[None]:
        await asyncio.sleep(60)
        yield

    @asynccontextmanager
    async def still() -> AsyncIterator[None]:
        time.sleep(2)  # its own loop stands still meanwhile
        yield

    @asynccontextmanager
    async def clinging() -> AsyncIterator[None]:
        yield
        await asyncio.sleep(60)

    @asynccontextmanager
    async def leaving() -> AsyncIterator[None]:
        sys.exit(3)
        yield

    return {one.__name__: one for one in (good, raising, late, still, clinging, leaving)}


async def test_lifespans_are_entered_in_order_and_left_in_reverse() -> None:
    told: list[str] = []

    def span(name: str) -> Callable[[], Any]:
        @asynccontextmanager
        async def opened() -> AsyncIterator[None]:
            told.append(f"in {name}")
            yield
            told.append(f"out {name}")

        return opened

    def of(name: str) -> Any:
        return candidate(name, plugin(eperf_lifespan=lambda: [Lifespan("one", span(name))]))

    plan = [of("alpha"), of("beta")]
    registry = load(strict=True, candidates=plan)
    async with living(registry):
        assert told == ["in alpha", "in beta"]
    assert told == ["in alpha", "in beta", "out beta", "out alpha"]


@pytest.mark.parametrize(
    ("what", "cause"),
    [
        ("raising", "ValueError: no broker"),
        ("late", "not there after 0.3 seconds"),
        ("still", "not there after 0.3 seconds"),
        ("leaving", "GuestFailed: wrong raised SystemExit"),
    ],
)
async def test_one_that_fails_to_come_is_named_and_the_others_live(what: str, cause: str) -> None:
    told: list[str] = []
    wrong = Lifespan("link", spans(told)[what], seconds=0.3)
    right = Lifespan("link", spans(told)["good"])
    plan = [
        candidate("wrong", plugin(eperf_lifespan=lambda: [wrong])),
        candidate("zright", plugin(eperf_lifespan=lambda: [right])),
    ]
    begun = time.monotonic()
    with capture_logs() as logs:
        async with living(load(strict=True, candidates=plan)):
            assert told == ["in"]
    assert told == ["in", "out"]
    assert time.monotonic() - begun < 1.5
    [said] = [one for one in logs if one["event"] == "plugin.lifespan-failed"]
    assert (said["lifespan"], said["cause"]) == ("wrong/link", cause)


async def test_one_that_does_not_go_is_named_and_the_end_comes_all_the_same() -> None:
    told: list[str] = []
    plan = [
        candidate("clinging", plugin(eperf_lifespan=lambda: [Lifespan("link", spans(told)["clinging"], 0.3)]))
    ]
    begun = time.monotonic()
    with capture_logs() as logs:
        async with living(load(strict=True, candidates=plan)):
            pass
    assert time.monotonic() - begun < 1.5
    assert [one["event"] for one in logs] == ["plugin.lifespan-not-left"]
