"""What open subscriptions keep in memory is bounded, for each principal and for all, whatever their documents are like."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eperf.adapters.broker import Bell
from eperf.app.following import LogShares
from eperf.app.graphql.gate import Gate
from eperf.app.graphql.held import Shelf
from eperf.app.graphql.limits import Limits
from eperf.app.graphql.problems import Rejected
from eperf.app.graphql.refusals import TooFast
from eperf.domain.access import Role
from eperf.schema.context import Context
from tests.app.following.ear import Follower
from tests.support.asking import SCHEMA, context_of, engine
from tests.support.town import Town, build

MOST = 200


def document(number: int) -> str:
    """One of some 25 tokens like no other."""
    return f"subscription ($after: String, $kinds: [String!]) {{ performanceUpdates(after: $after, kinds: $kinds) {{ a{number}: cursor }} }}"


@pytest.fixture
async def town(database: str) -> Town:
    return await build()


class Front:
    """The shares of one front with small bounds."""

    def __init__(self, town: Town, **limits: Any) -> None:
        bounds = Limits(**limits)
        self.town = town
        self.gate = Gate(bounds, lambda context: context.viewer.account_id)
        self.engine = engine(limits=bounds, gate=self.gate)
        self.shares = LogShares(self.engine, SCHEMA, Bell(look_again=0.02))

    def context(self, name: str) -> Context:
        """That of one of the people."""
        return context_of(self.town.viewer(name, (Role.AUDITOR, "city")), self.town.registry)

    async def come(self, text: str, name: str = "Eka", **variables: Any) -> Follower:
        """One who stays; raises what it was refused with."""
        found = Follower(self.engine, self.shares, self.context(name), text, variables, None)
        found.begin()
        assert found.task is not None
        done, _ = await asyncio.wait({found.task}, timeout=0.02)
        for task in done:
            task.result()
        return found

    async def fill(
        self, name: str = "Eka", begin: int = 0, **variables: Any
    ) -> tuple[list[Follower], TooFast]:
        """As many different ones as are let in, and the refusal of the next."""
        came: list[Follower] = []
        for number in range(begin, begin + 50):
            try:
                came.append(await self.come(document(number), name, **variables))
            except TooFast as refused:
                return came, refused
        raise AssertionError("nobody was refused")

    def held(self, name: str = "Eka") -> int:
        """What one of the people holds."""
        return self.gate.purse(self.context(name)).shelf.total


async def gone(came: list[Follower]) -> None:
    """They leave."""
    for one in came:
        await one.cut()


async def test_one_principal_keeps_so_many_different_documents_and_more_when_some_have_gone(
    town: Town,
) -> None:
    front = Front(town, held_tokens_per_principal=MOST)
    came, refused = await front.fill()
    assert (refused.field, refused.code) == ("held_tokens_per_principal", "RATE_LIMITED")
    assert 2 < len(came) < 10
    assert front.held() <= MOST
    same = [await front.come(document(0)) for _ in range(30)]
    other = await front.come(document(99), "Wati")
    await came.pop().cut()
    came.append(await front.come(document(100)))
    await gone([*came, *same, other])
    assert (front.held(), front.held("Wati"), len(front.shares)) == (0, 0, 0)


async def test_all_together_keep_so_much_and_what_they_share_is_there_once(town: Town) -> None:
    front = Front(town, held_tokens=MOST)
    came, refused = await front.fill()
    assert refused.field == "held_tokens"
    with pytest.raises(TooFast):
        await front.come(document(99), "Wati")
    same = await front.come(document(0), "Eka")
    await gone([*came, same])
    assert await front.come(document(99), "Wati") is not None


async def test_a_short_document_with_much_beside_it_is_not_short(town: Town) -> None:
    front = Front(town, held_tokens_per_principal=MOST)
    few, _ = await front.fill(kinds=["k" * 10_000])
    await gone(few)
    many, _ = await front.fill()
    assert len(few) < len(many)
    await gone(many)
    with pytest.raises(TooFast):
        await front.come(document(0) + " " * 60_000 + "#" + "x" * 5_000, kinds=["k" * 20_000])


async def test_a_subscription_executed_by_itself_keeps_its_document_too(town: Town) -> None:
    front = Front(town, held_tokens_per_principal=10)
    follower = Follower(front.engine, front.shares, front.context("Eka"), document(0), {}, "0")
    with pytest.raises(Rejected) as refused:
        await follower.own(1)
    assert refused.value.errors[0]["extensions"]["limit"] == "held_tokens_per_principal"
    assert front.held() == 0


@given(st.lists(st.tuples(st.integers(0, 5), st.booleans()), max_size=60))
def test_a_shelf_counts_each_thing_once_for_as_long_as_it_is_used(steps: list[tuple[int, bool]]) -> None:
    shelf, used = Shelf("x", 10_000), dict.fromkeys(range(6), 0)
    for number, comes in steps:
        things = {("thing", number): number + 1}
        if comes:
            shelf.put(things)
            used[number] += 1
        elif used[number]:
            shelf.drop(things)
            used[number] -= 1
        assert shelf.total == sum(one + 1 for one, uses in used.items() if uses)
