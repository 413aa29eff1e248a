"""Random towns, all of whose viewers follow the log at once: shared answers are each viewer's own, byte for byte.

Readers hold back and are cut off at random, and come again by their cursors; the log grows piece by piece meanwhile.
What is expected of each comes from the plain rows of the town and from the subscription executed by itself.
"""

from __future__ import annotations

import asyncio
import random
from typing import Any

import pytest

from eperf.adapters.broker import Bell
from eperf.app.following import LogShares
from eperf.app.graphql.engine import Engine
from eperf.domain.access import Operation, scope
from eperf.plugins import registry as plugins
from eperf.schema.ids import global_id
from eperf.store import log
from eperf.store.event import EventHeadRow, EventRow
from tests.app.following.ear import Follower, cursor_of
from tests.planner.crowd import Asker, askers, town_in
from tests.support.asking import SCHEMA, context_of, engine
from tests.support.random_town import RandomTown

HEAD = "subscription ($after: String, $units: [ID!], $kinds: [String!]) "
ROOT = "performanceUpdates(after: $after, units: $units, kinds: $kinds) "
DOCUMENTS = (
    HEAD + "{" + ROOT + "{ cursor kind occurredAt version } }",
    HEAD + "{ updates: " + ROOT + "{ cursor } }",
    HEAD
    + "{"
    + ROOT
    + "{ ...Rest at: occurredAt __typename } } fragment Rest on PerformanceUpdate { cursor what: kind cursor }",
    HEAD
    + "{"
    + ROOT
    + """{ cursor unit { id name } employee { id nip name }
      subject { __typename id ... on Activity { result quantity decidedBy { name } evidence { sha256 } }
        ... on Score { score settingsDigest employee { name } breakdown { label } } } } }""",
    HEAD + "{" + ROOT + "{ cursor kind employee { unit { name } supervisor { name } } } }",
)
REGISTRY = plugins.load(strict=True)


@pytest.mark.parametrize("seed", [7, 2026])
async def test_everybody_gets_their_own_answers_each_once_in_order_through_every_cut(
    database: str, seed: int
) -> None:
    rng, bell = random.Random(seed), Bell(look_again=0.05)
    town = await town_in(rng)
    asked = engine()
    shares = LogShares(asked, SCHEMA, bell)
    followers = [one async for one in _followers(town, rng, asked, shares)]
    await EventRow.all().update(cursor=None)
    await EventHeadRow.filter(id=1).update(cursor=0)
    for follower, _ in followers:
        follower.begin()
    await asyncio.sleep(0.1)
    await _lived(rng, bell, [follower for follower, _ in followers])
    heard = 0
    for follower, expected in followers:
        await _settled(follower, len(expected))
        assert [cursor_of(one) for one in follower.heard] == expected, follower.context.viewer
        assert follower.heard == await follower.own(len(expected)), follower.context.viewer
        heard += len(expected)
        await follower.cut()
    assert heard > 200
    assert len(shares) == 0


async def test_accounts_of_equal_rights_share_a_group_and_others_do_not(database: str) -> None:
    rng, bell = random.Random(11), Bell(look_again=0.05)
    town = await town_in(rng)
    asked = engine()
    shares = LogShares(asked, SCHEMA, bell)
    followers = [one async for one in _followers(town, rng, asked, shares, DOCUMENTS[:1])]
    keys = set()
    for follower, _ in followers:
        viewer = follower.context.viewer
        assert viewer is not None
        keys.add((viewer.rights, follower.context.language, str(follower.variables)))
        follower.begin()
    await asyncio.sleep(0.1)
    assert len(shares) == len(keys)
    for follower, _ in followers:
        await follower.cut()
    assert len(shares) == 0


async def _followers(
    town: RandomTown,
    rng: random.Random,
    asked: Engine,
    shares: LogShares,
    documents: tuple[str, ...] = DOCUMENTS,
) -> Any:
    async for asker in askers(town, rng):
        if asker.viewer is None or scope(asker.viewer, Operation.EVENT_READ).nothing:
            continue
        for document in rng.sample(documents, min(2, len(documents))):
            variables, expected = _wanted(town, asker, rng)
            context = context_of(asker.viewer, REGISTRY, asker.language)
            piped = rng.random() < 0.8
            yield Follower(asked, shares, context, document, variables, "0", piped), expected


def _wanted(town: RandomTown, asker: Asker, rng: random.Random) -> tuple[dict[str, Any], list[str]]:
    """Some arguments, and the cursors of all that the viewer may hear of under them."""
    units = rng.sample(sorted(town.tables["unit"]), rng.choice((0, 0, 1, 2)))
    rows = [town.tables["event"][number] for number in asker.sight.seen["event"]]
    kinds = rng.sample(sorted({row["kind"] for row in town.tables["event"].values()}), rng.choice((0, 0, 1)))
    below = {row["descendant_id"] for row in town.tables["unit_tree"].values() if row["ancestor_id"] in units}
    kept = [
        row for row in rows if (not units or row["unit_id"] in below) and (not kinds or row["kind"] in kinds)
    ]
    variables: dict[str, Any] = {}
    if units or rng.random() < 0.5:
        variables["units"] = [global_id("Unit", unit) for unit in units]
    if kinds:
        variables["kinds"] = kinds
    return variables, [str(cursor) for cursor in sorted(row["cursor"] for row in kept)]


async def _lived(rng: random.Random, bell: Bell, followers: list[Follower]) -> None:
    """The log grows; readers hold back, go on, are cut off and come again."""
    while await log.number(rng.randint(1, 9)):
        bell.ring()
        for follower in rng.sample(followers, min(6, len(followers))):
            await _something(rng, follower)
        await asyncio.sleep(rng.choice((0, 0, 0.001, 0.01)))
    for follower in followers:
        follower.ear.hold(False)


async def _something(rng: random.Random, follower: Follower) -> None:
    chance = rng.random()
    if chance < 0.4:
        follower.ear.hold(True)
    elif chance < 0.8:
        follower.ear.hold(False)
    else:
        await follower.cut()
        follower.begin()


async def _settled(follower: Follower, count: int) -> None:
    """Waits until everything has come, and a moment for what should not."""
    for _ in range(400):
        if len(follower.heard) >= count:
            break
        await asyncio.sleep(0.02)
    await asyncio.sleep(0.01)
