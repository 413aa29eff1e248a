"""A follower of the log gets exactly the events in sight, in order, and of each no more than may be seen."""

from __future__ import annotations

import asyncio
import random
from typing import Any

from graphql import OperationType

from eperf.app.graphql.engine import Engine
from eperf.app.graphql.problems import Rejected
from eperf.domain.access import Operation, scope
from eperf.plugins import registry as plugins
from tests.planner.crowd import Asker, askers, town_in
from tests.support.asking import context_of, decoded, engine, plans, request_of
from tests.support.leaks import leaks
from tests.support.operations import Made
from tests.support.random_town import RandomTown

FOLLOW = Made(
    """subscription { performanceUpdates(after: "0") { cursor kind occurredAt unit { id name } employee { id nip name }
      subject { __typename id ... on Activity { result quantity decidedBy { name } evidence { sha256 } }
        ... on Score { score settingsDigest employee { name } breakdown { label facts { value } } } } } }"""
)
REGISTRY = plugins.load(strict=True)


async def test_a_follower_gets_exactly_the_events_in_sight(database: str) -> None:
    rng, asked = random.Random(5000), engine(plans=plans())
    town = await town_in(rng)
    told = 0
    async for asker in askers(town, rng):
        rows = town.tables["event"]
        expected = sorted(str(rows[number]["cursor"]) for number in asker.sight.seen["event"])
        if asker.viewer is None or scope(asker.viewer, Operation.EVENT_READ).nothing:
            assert await _refusal(asked, asker) in ("UNAUTHENTICATED", "FORBIDDEN")
            continue
        found = await _followed(asked, asker, town, len(expected))
        assert [one["cursor"] for one in found] == sorted(expected, key=int), asker.caller
        told += len(found)
    assert told > 100


async def _followed(asked: Engine, asker: Asker, town: RandomTown, most: int) -> list[dict[str, Any]]:
    """As many updates as there should be, and whatever comes after them within a moment."""
    kinds = frozenset({OperationType.SUBSCRIPTION})
    context = context_of(asker.viewer, REGISTRY, asker.language)
    stream = asked.stream(asked.prepare(request_of(FOLLOW), context, asker.language, kinds))
    found: list[dict[str, Any]] = []
    try:
        while True:
            raw = await asyncio.wait_for(anext(stream), 5 if len(found) < most else 0.05)
            found.append(_checked(raw, asker, town))
    except TimeoutError:
        return found
    finally:
        await stream.aclose()


def _checked(raw: bytes, asker: Asker, town: RandomTown) -> dict[str, Any]:
    update: dict[str, Any] = decoded(raw)["data"]["performanceUpdates"]
    event = next(row for row in town.tables["event"].values() if str(row["cursor"]) == update["cursor"])
    assert update["kind"] == event["kind"]
    # When it happened is the event's own number; all else must be of rows in sight.
    rest = raw.replace(update["occurredAt"].encode(), b"")
    assert not leaks(rest, FOLLOW, town, asker.sight), asker.caller
    return update


async def _refusal(asked: Engine, asker: Asker) -> str:
    kinds = frozenset({OperationType.SUBSCRIPTION})
    context = context_of(asker.viewer, REGISTRY, asker.language)
    try:
        async for raw in asked.stream(asked.prepare(request_of(FOLLOW), context, asker.language, kinds)):
            return str(decoded(raw)["errors"][0]["extensions"]["code"])
    except Rejected as rejected:
        return str(rejected.errors[0]["extensions"]["code"])
    return "nothing"
