"""No value out of a viewer's sight is reachable, and nothing out of sight changes a byte of what a viewer gets.

Random towns, everybody in them, random operations. What may be seen is worked out without the database
(`tests.support.sight`); every row carries a number that names it wherever it turns up (`tests.support.leaks`).
"""

from __future__ import annotations

import dataclasses
import os
import random
from collections import Counter
from collections.abc import Callable

import pytest

from eperf.app.graphql.engine import Engine
from eperf.planner.mapping import TABLE, table_of
from eperf.plugins import registry as plugins
from eperf.plugins.registry import Registry
from eperf.schema.activity.types import Activity
from eperf.schema.compose import Composed
from eperf.schema.ids import global_id
from eperf.schema.scoring.types import Score
from tests.planner.crowd import Asker, askers, town_in
from tests.support.asking import (
    GRAPH,
    SCHEMA,
    answer,
    context_of,
    decoded,
    document_of,
    engine,
    plans,
    request_of,
)
from tests.support.hidden import changed
from tests.support.leaks import leaks
from tests.support.operations import Made, shrunk
from tests.support.random_town import RandomTown, marks, write
from tests.support.sight import TYPES

TOWNS = int(os.environ.get("EPERF_PROPERTY_TOWNS", "1"))
EACH = int(os.environ.get("EPERF_PROPERTY_OPERATIONS", "10"))
"""Operations of each caller by plans; by the resolvers, which give the same answers, half as many."""
ENGINES: dict[str, Callable[[], Engine]] = {"plans": lambda: engine(plans=plans()), "resolvers": engine}
REGISTRY = plugins.load(strict=True)


async def ask(asked: Engine, made: Made, asker: Asker, registry: Registry = REGISTRY) -> bytes:
    return await answer(asked, request_of(made), context_of(asker.viewer, registry, asker.language))


def _harvest(asked: Engine, made: Made, asker: Asker, raw: bytes) -> None:
    answered = decoded(raw)
    if "data" in answered:
        asker.grammar.pool.harvest(document_of(asked, made), answered)


async def told(asked: Engine, made: Made, asker: Asker, found: Callable[[bytes, Made], list[str]]) -> str:
    """The smallest operation that still gives something away."""

    async def fails(smaller: Made) -> bool:
        return bool(found(await ask(asked, smaller, asker), smaller))

    small = await shrunk(made, GRAPH, fails)
    raw = await ask(asked, small, asker)
    return (
        f"{asker.caller.name} ({asker.viewer}) gets {found(raw, small)}\n{small.text}\n"
        f"operation {small.operation_name}, variables {small.variables}\n{raw.decode()[:2000]}"
    )


async def _searched(asked: Engine, town: RandomTown, rng: random.Random, most: int) -> Counter[str]:
    """Asks as everybody and fails at the first leak; gives how many rows of each table were shown."""
    shown: Counter[str] = Counter()
    async for asker in askers(town, rng):

        def found(raw: bytes, made: Made, sight: object = asker.sight) -> list[str]:
            return leaks(raw, made, town, sight)  # type: ignore[arg-type]

        for _ in range(most):
            made = asker.grammar.operation()
            raw = await ask(asked, made, asker)
            if found(raw, made):
                pytest.fail(await told(asked, made, asker, found), pytrace=False)
            _harvest(asked, made, asker, raw)
            shown.update(town.owners[number][0] for number in marks(raw.decode()) if number in town.owners)
    return shown


@pytest.mark.parametrize("seed", range(TOWNS))
@pytest.mark.parametrize("path", ENGINES)
async def test_no_answer_holds_anything_out_of_sight(database: str, path: str, seed: int) -> None:
    rng = random.Random(1000 + seed)
    each = EACH if path == "plans" else EACH // 2
    shown = await _searched(ENGINES[path](), await town_in(rng), rng, each)
    # Of what carries a number; a placement and an acting officer have none to show.
    assert sum(shown.values()) > 15 * each
    assert len(shown) >= 8


async def test_the_search_finds_a_leak_where_there_is_one(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_to_all = dataclasses.replace(table_of(Activity), reach=lambda _: None)
    monkeypatch.setattr(Activity, TABLE, open_to_all)
    for make in ENGINES.values():
        rng = random.Random(1)
        with pytest.raises(pytest.fail.Exception, match=r"(?i)activity"):
            await _searched(make(), await town_in(rng), rng, EACH)


@pytest.mark.parametrize("path", ENGINES)
async def test_every_row_is_at_its_id_for_exactly_those_who_may_see_it(database: str, path: str) -> None:
    rng, asked = random.Random(2000), ENGINES[path]()
    town = await town_in(rng)
    rows = [(kind, table, number) for table, kind in TYPES.items() for number in town.tables[table]]
    async for asker in askers(town, rng):
        chosen = rng.sample(rows, 48)
        fields = " ".join(
            f'a{i}: node(id: "{global_id(kind, number)}") {{ id }}'
            for i, (kind, _, number) in enumerate(chosen)
        )
        data = decoded(await ask(asked, Made("{" + fields + "}"), asker))["data"]
        seen = {i for i in range(48) if data[f"a{i}"] is not None}
        assert seen == {
            i for i, (_, table, number) in enumerate(chosen) if number in asker.sight.seen[table]
        }, asker


@pytest.mark.parametrize("path", ENGINES)
@pytest.mark.parametrize(
    ("field", "table"),
    [
        ("employees", "employee"),
        ("activities", "activity"),
        ("units", "unit"),
        ("leaves", "leave"),
        ("dutyOrders", "duty_order"),
        ("calendar", "calendar_entry"),
    ],
)
async def test_paging_through_a_list_shows_exactly_what_is_in_sight_each_once(
    database: str, path: str, field: str, table: str
) -> None:
    rng, asked = random.Random(3000), ENGINES[path]()
    text = (
        "query($n: Int, $c: String) { found: %s(first: $n, after: $c) { nodes { id } pageInfo { endCursor hasNextPage } } }"
        % field
    )
    async for asker in askers(await town_in(rng), rng):
        if asker.viewer is None:
            continue
        size, cursor, ids = rng.choice((7, 30, 100)), None, []
        while True:
            page = decoded(await ask(asked, Made(text, None, {"n": size, "c": cursor}), asker))["data"][
                "found"
            ]
            ids += [node["id"] for node in page["nodes"]]
            if not page["pageInfo"]["hasNextPage"]:
                break
            cursor = page["pageInfo"]["endCursor"]
        assert sorted(ids) == sorted(global_id(TYPES[table], one) for one in asker.sight.seen[table]), asker


@pytest.mark.parametrize("seed", range(TOWNS))
@pytest.mark.parametrize("path", ENGINES)
async def test_what_is_out_of_sight_changes_no_byte_of_an_answer(database: str, path: str, seed: int) -> None:
    rng, asked = random.Random(4000 + seed), ENGINES[path]()
    each = EACH // 2 if path == "plans" else EACH // 4
    assert await _behind(asked, await town_in(rng), rng, each) > 5_000


async def test_the_comparison_finds_what_lets_the_hidden_be_felt(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_to_all = dataclasses.replace(table_of(Score), reach=lambda _: None)
    monkeypatch.setattr(Score, TABLE, open_to_all)
    for make in ENGINES.values():
        rng = random.Random(1)
        with pytest.raises(pytest.fail.Exception, match="only hidden rows changed"):
            # More of them than elsewhere: the first that meets a score ends it.
            await _behind(make(), await town_in(rng), rng, each=4 * EACH, attempts=0)


async def _behind(
    asked: Engine, town: RandomTown, rng: random.Random, each: int = EACH // 2, attempts: int = 120
) -> int:
    """Asks as everybody, and again after all that they may not see has changed; gives how many rows have."""
    hidden = 0
    async for asker in askers(town, rng):
        made = [asker.grammar.operation() for _ in range(each)]
        before = [await ask(asked, one, asker) for one in made]
        other = changed(town, asker.sight, rng)
        hidden += other.count
        await write(other.tables)
        for one, raw in zip(made, before, strict=True):
            _harvest(asked, one, asker, raw)
            if await ask(asked, one, asker) != raw:
                await _explained(asked, one, asker, (town, other.tables), attempts)
        await write(town.tables)
    return hidden


async def _explained(
    asked: Engine, made: Made, asker: Asker, towns: tuple[RandomTown, object], attempts: int
) -> None:
    town, other = towns

    async def both(one: Made) -> list[bytes]:
        found = []
        for tables in (town.tables, other):
            await write(tables)  # type: ignore[arg-type]
            found.append(await ask(asked, one, asker))
        return found

    async def fails(one: Made) -> bool:
        first, second = await both(one)
        return first != second

    small = await shrunk(made, GRAPH, fails, attempts)
    first, second = await both(small)
    pytest.fail(
        f"{asker.caller.name} ({asker.viewer}) gets another answer when only hidden rows changed\n{small.text}\n"
        f"operation {small.operation_name}, variables {small.variables}\n{first[:1500]!r}\n{second[:1500]!r}",
        pytrace=False,
    )


def test_the_schema_here_is_the_schema_that_is_served() -> None:
    assert isinstance(SCHEMA, Composed)
    assert set(SCHEMA.nodes) == set(TYPES.values())
