"""A random town in the open database with its callers, each with what they may see and what they ask."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from dataclasses import dataclass

from eperf.domain.access import Viewer
from tests.support.asking import GRAPH, pool_of, viewer_of
from tests.support.operations import Grammar, Sizes
from tests.support.random_town import TODAY, Caller, RandomTown, random_town, write
from tests.support.sight import Sight, viewer_by_rows


@dataclass(frozen=True)
class Asker:
    """A caller with everything that belongs to their turn; `grammar` makes what they ask."""

    caller: Caller
    viewer: Viewer | None
    sight: Sight
    grammar: Grammar
    language: str


async def town_in(rng: random.Random) -> RandomTown:
    """A random town, written."""
    town = random_town(rng)
    await write(town.tables)
    return town


async def askers(town: RandomTown, rng: random.Random, sizes: Sizes | None = None) -> AsyncIterator[Asker]:
    """Everybody who may call, and somebody unknown, one after another. Cursors of one are sent by the next: they are real, and forged."""
    pool = pool_of(town)
    kept = pool.cursors
    for caller in town.callers:
        viewer = await viewer_of(caller)
        assert viewer == viewer_by_rows(town.tables, caller.account_id, caller.token_id, TODAY), caller
        sight = Sight(town.tables, viewer)
        pool = pool_of(town, sight)
        pool.cursors = kept
        yield Asker(caller, viewer, sight, Grammar(GRAPH, pool, rng, sizes), rng.choice(("en", "id")))
    nobody = Sight(town.tables, Viewer(account_id=0, name=""))
    yield Asker(Caller("anonymous", 0), None, nobody, Grammar(GRAPH, pool, rng, sizes), "en")


def role_of(caller: Caller) -> str:
    """What a caller was made for, without saying how they call."""
    return caller.name.removesuffix(" person").removesuffix(" token").removesuffix(" service")
