"""A database that is away for a moment: nothing is delivered meanwhile, and nothing is missing afterwards."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from graphql import ExecutionResult, GraphQLError
from structlog.testing import capture_logs

from eperf.adapters.broker import Bell
from eperf.app.following import LogShares, execution, pages, tail
from eperf.app.graphql.refusals import TimedOut
from eperf.domain.access import Role
from eperf.domain.activity import Report
from eperf.planner.rows import Rows
from eperf.services import activity
from eperf.store import log
from tests.app.following.ear import Follower, cursor_of
from tests.support.asking import SCHEMA, context_of, decoded, engine
from tests.support.town import TODAY, Town, build

FOLLOW = "subscription ($after: String) { performanceUpdates(after: $after) { cursor employee { name } } }"
PLAIN = "subscription ($after: String) { performanceUpdates(after: $after) { cursor } }"


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for half a second here."""
    for module in (execution, pages, tail):
        monkeypatch.setattr(module, "_AGAIN_SECONDS", 0.01)


@pytest.fixture
async def town(database: str) -> Town:
    return await build()


class Away(Exception):
    """What a driver would raise."""


def failing(times: int, inner: Any) -> Any:
    """A coroutine function that fails so often before it does its work."""
    left = [times]

    async def call(*given: Any, **named: Any) -> Any:
        if left[0]:
            left[0] -= 1
            raise Away
        return await inner(*given, **named)

    return call


@pytest.mark.parametrize("document", [FOLLOW, PLAIN])
@pytest.mark.parametrize("after", ["0", None])
async def test_what_happens_meanwhile_comes_afterwards_whole(
    town: Town, monkeypatch: pytest.MonkeyPatch, document: str, after: str | None
) -> None:
    bell = Bell(look_again=0.02)
    asked = engine()
    context = context_of(town.viewer("Eka", (Role.AUDITOR, "city")), town.registry)
    follower = Follower(asked, LogShares(asked, SCHEMA, bell), context, document, {}, after)
    follower.begin()
    await asyncio.sleep(0.1)
    for name in ("page", "whereabouts", "oldest"):
        monkeypatch.setattr(log, name, failing(2, getattr(log, name)))
    monkeypatch.setattr(Rows, "_load", failing(1, Rows._load))
    for _ in range(3):
        await activity.submit(town.call("Budi"), Report(town.item, TODAY, 10, 100, "kerja"))
        await log.number()
        bell.ring()
    async with asyncio.timeout(10):
        while len(follower.heard) < 3:
            await asyncio.sleep(0.01)
    assert [cursor_of(one) for one in follower.heard] == ["1", "2", "3"]
    assert not any("errors" in decoded(one) for one in follower.heard)
    await follower.cut()


async def test_a_fault_that_stays_is_an_error_in_its_answer_and_not_the_end(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    bell = Bell(look_again=0.02)
    asked = engine()
    context = context_of(town.viewer("Eka", (Role.AUDITOR, "city")), town.registry)
    follower = Follower(asked, LogShares(asked, SCHEMA, bell), context, FOLLOW, {}, "0")
    follower.begin()
    monkeypatch.setattr(Rows, "_load", failing(10_000, None))
    with capture_logs():
        for count in (1, 2):
            await activity.submit(town.call("Budi"), Report(town.item, TODAY, 10, 100, "kerja"))
            await log.number()
            bell.ring()
            async with asyncio.timeout(10):
                while len(follower.heard) < count:
                    await asyncio.sleep(0.01)
    answers = [decoded(one) for one in follower.heard]
    assert [one["data"]["performanceUpdates"] for one in answers] == [
        {"cursor": "1", "employee": None},
        {"cursor": "2", "employee": None},
    ]
    assert all(one["errors"][0]["extensions"]["code"] == "INTERNAL_SERVER_ERROR" for one in answers)
    await follower.cut()


async def test_an_answer_that_took_too_long_is_no_answer_the_update_comes_when_there_is_time(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    bell = Bell(look_again=0.02)
    asked = engine()
    context = context_of(town.viewer("Eka", (Role.AUDITOR, "city")), town.registry)
    follower = Follower(asked, LogShares(asked, SCHEMA, bell), context, FOLLOW, {}, "0")
    late = ExecutionResult(None, [GraphQLError("", original_error=TimedOut())])
    left, inner = [2], type(asked).event

    async def event(*given: Any) -> ExecutionResult:
        left[0] -= 1
        return late if left[0] >= 0 else await inner(asked, *given)

    monkeypatch.setattr(asked, "event", event)
    for _ in range(2):
        await activity.submit(town.call("Budi"), Report(town.item, TODAY, 10, 100, "kerja"))
        await log.number()
    follower.begin()
    async with asyncio.timeout(10):
        while len(follower.heard) < 2:
            await asyncio.sleep(0.01)
    assert left[0] < 0
    assert [cursor_of(one) for one in follower.heard] == ["1", "2"]
    await follower.cut()
