"""A subscription is paid for once and executed at every update: what it asks for is little, and waits its turn."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from graphql import ExecutionResult

from eperf.adapters.broker import Bell
from eperf.app.following import LogShares, execution
from eperf.app.following.execution import SIDE_BY_SIDE, Moment
from eperf.app.graphql.engine import Engine
from eperf.app.graphql.limits import Limits
from eperf.app.graphql.problems import Rejected
from eperf.app.graphql.request import Request
from eperf.domain.access import Role
from eperf.store import log
from eperf.store.event import EventRow
from tests.app.following.ear import KINDS, Follower
from tests.support.asking import SCHEMA, context_of, engine
from tests.support.town import NOW, Town, build

ROOT = "performanceUpdates(after: $after, kinds: $kinds) { cursor unit { name } }"
NAMED = f"subscription ($after: String, $kinds: [String!]) {{ {ROOT} }}"
PAGE = "reports(first: 100) { nodes { id %s } }"
MANY = "subscription { performanceUpdates { employee { %s } } }" % (PAGE % (PAGE % ""))


@pytest.fixture
async def town(database: str) -> Town:
    return await build()


def refusal(asked: Engine, town: Town, text: str) -> dict[str, Any]:
    """What a request is refused with."""
    context = context_of(town.viewer("Eka"), town.registry)
    with pytest.raises(Rejected) as refused:
        asked.prepare(Request(text), context, "en", KINDS)
    found: dict[str, Any] = refused.value.errors[0]["extensions"]
    return found


async def test_what_is_executed_at_every_update_costs_little(town: Town) -> None:
    limits = Limits(cost=100_000)
    found = refusal(engine(limits=limits), town, MANY)
    assert (found["code"], found["limit"], found["most"]) == ("LIMIT_EXCEEDED", "subscription_cost", 5_000)
    assert 5_000 < found["value"] <= limits.cost


async def test_a_lower_bound_for_every_operation_holds_for_subscriptions(town: Town) -> None:
    found = refusal(engine(limits=Limits(cost=3)), town, MANY)
    assert (found["limit"], found["most"]) == ("cost", 3)


async def test_few_executions_are_under_way_however_many_groups_hear_of_an_event(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    bell, asked = Bell(look_again=0.02), engine()
    shares = LogShares(asked, SCHEMA, bell)
    context = context_of(town.viewer("Eka", (Role.AUDITOR, "city")), town.registry)
    kinds = [["score.changed", f"other.{number}"] for number in range(3 * SIDE_BY_SIDE)]
    followers = [Follower(asked, shares, context, NAMED, {"kinds": one}, None) for one in kinds]
    for one in followers:
        one.begin()
    await asyncio.sleep(0.1)
    under_way, most, inner = [0], [0], asked.event

    async def event(executor: Any) -> ExecutionResult:
        under_way[0] += 1
        most[0] = max(most[0], under_way[0])
        await asyncio.sleep(0.01)
        try:
            return await inner(executor)
        finally:
            under_way[0] -= 1

    monkeypatch.setattr(asked, "event", event)
    await EventRow.create(
        kind="score.changed", version=1, subject_type="Unit", subject_id=1, occurred_at=NOW,
        unit_id=town.units["city"], payload={},
    )  # fmt: skip
    await log.number()
    bell.ring()
    async with asyncio.timeout(10):
        while not all(one.heard for one in followers):
            await asyncio.sleep(0.01)
    assert most[0] == SIDE_BY_SIDE
    for one in followers:
        await one.cut()


async def test_whose_turn_comes_late_does_not_get_rows_of_long_ago(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    context = context_of(town.viewer("Eka"), town.registry)
    moment = Moment(1)
    first = moment.rows("sight", context)
    assert moment.rows("sight", context) is first
    monkeypatch.setattr(execution, "_FRESH_SECONDS", -1.0)
    assert moment.rows("sight", context) is not first
