"""Fields of plugins show nothing out of a viewer's sight, see no row of it, and are made for a level, not for a row."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from graphql import parse, validate

from eperf.adapters.broker import Bell
from eperf.domain.errors import BadInput
from eperf.planner.kept import Plan
from eperf.planner.steering import steering
from eperf.plugins import registry as plugins
from eperf.plugins.api import Contribution, batch_field, sql_field
from eperf.schema.compose import compose
from eperf.schema.context import Context
from eperf.schema.ids import global_id
from tests.planner.crowd import askers, town_in
from tests.support.asking import answer, context_of, decoded, engine, plans, request_of
from tests.support.leaks import leaks
from tests.support.operations import Grammar, Made
from tests.support.random_town import NOW, marks
from tests.support.sight import TYPES, Sight

REGISTRY = plugins.load(strict=True)
TABLES = ("employee", "unit", "activity", "score")
HANDED: list[tuple[str, list[int]]] = []
"""The rows that a plugin was handed at each call: the table, and their ids."""


def spying(table: str) -> Any:
    """A field that notes whose rows it is handed, and gives each of them away."""

    def fill(rows: Sequence[Mapping[str, Any]], _: Any) -> list[str]:
        HANDED.append((table, [row["id"] for row in rows]))
        return [global_id(TYPES[table], row["id"]) for row in rows]

    return batch_field(("id",), fill, "Whose row it is.", kind=str)


FIELDS: dict[str, dict[str, Any]] = {TYPES[table]: {"spied": spying(table)} for table in TABLES}
FIELDS["Employee"]["told"] = sql_field(
    "{name} || ' ' || coalesce({nip}, '')", "By name and number.", kind=str
)
SCHEMA = compose([Contribution(owner="spy", extends=FIELDS)])
SPIED = {
    "down": """{ employees(first: 100) { nodes { id spied told unit { spied parent { spied } }
        reports(first: 20) { nodes { spied told supervisor { spied told } } } } } }""",
    "up": """{ me { spied told supervisor { spied told unit { spied } } unit { spied employees(first: 50) { nodes { spied told } } } } }""",
    "units": "{ units(first: 100) { nodes { spied children(first: 20) { nodes { spied employees(first: 5) { nodes { spied told } } } } } } }",
}
MOST_CALLS = {name: text.count("spied") for name, text in SPIED.items()}


def at_ids(rng: random.Random, rows: list[tuple[str, int]]) -> str:
    """Rows by their ids, in sight or not."""
    chosen = enumerate(rng.sample(rows, 24))
    return "{%s}" % " ".join(
        f'a{at}: node(id: "{global_id(TYPES[table], number)}") {{ ... on {TYPES[table]} {{ spied }} }}'
        for at, (table, number) in chosen
    )


def unseen(sight: Sight) -> list[str]:
    """What a plugin was handed and the viewer may not see."""
    return [f"{table} {one}" for table, ids in HANDED for one in ids if one not in sight.seen[table]]


@pytest.mark.parametrize("path", ["plans", "resolvers"])
async def test_a_plugins_field_is_handed_and_shows_only_rows_in_sight(database: str, path: str) -> None:
    rng = random.Random(41)
    town = await town_in(rng)
    asked = engine(SCHEMA, plans=plans(SCHEMA)) if path == "plans" else engine(SCHEMA)
    rows = [(table, number) for table in TABLES for number in town.tables[table]]
    shown, handed = 0, 0
    async for asker in askers(town, rng):
        wild = Grammar(SCHEMA._schema, asker.grammar.pool, rng).operation()
        for made in [*map(Made, SPIED.values()), Made(at_ids(rng, rows)), wild]:
            HANDED.clear()
            raw = await answer(asked, request_of(made), context_of(asker.viewer, REGISTRY, asker.language))
            assert unseen(asker.sight) == [], (asker.caller.name, made.text)
            assert leaks(raw, made, town, asker.sight) == [], (asker.caller.name, made.text)
            shown += len(marks(raw.decode()))
            handed += sum(len(ids) for _, ids in HANDED)
    # Nobody would be caught who is asked nothing.
    assert shown > 300
    assert handed > 300


@pytest.mark.parametrize("name", SPIED)
@pytest.mark.parametrize("path", ["plans", "resolvers"])
async def test_a_plugins_field_is_made_for_a_level_however_many_rows_it_has(
    database: str, name: str, path: str
) -> None:
    rng = random.Random(42)
    town = await town_in(rng)
    text, most, met = SPIED[name], MOST_CALLS[name], 0
    document = parse(text)
    assert validate(SCHEMA._schema, document) == []
    async for asker in askers(town, rng):
        if asker.viewer is None:
            continue
        HANDED.clear()
        context = Context(asker.viewer, "en", "test", lambda: NOW, REGISTRY, Bell())
        if path == "plans":
            made = plans(SCHEMA)
            roots = made.roots(Plan(steering(document)), document, document.definitions[0], {})  # type: ignore[arg-type]
            raw = await made.answer(roots, {}, context)
            assert decoded(raw)["data"]
        else:
            answered = await SCHEMA.execute(text, context_value=context)
            assert answered.errors is None
        assert len(HANDED) <= most
        met = max(met, sum(len(ids) for _, ids in HANDED))
    assert met > 2 * most


async def test_a_plugin_that_shows_what_it_has_no_right_to_is_found_by_the_search(database: str) -> None:
    rng = random.Random(43)
    town = await town_in(rng)
    everybody = " ".join(row["name"] for row in town.tables["employee"].values())
    told = batch_field(("id",), lambda rows, _: [everybody for _ in rows], "Everybody.", kind=str)
    open_to_all = compose([Contribution(owner="spy", extends={"Employee": {"everybody": told}})])
    asked, made = engine(open_to_all, plans=plans(open_to_all)), Made("{ me { everybody } }")
    found = [
        asker.caller.name
        async for asker in askers(town, rng)
        if leaks(
            await answer(asked, request_of(made), context_of(asker.viewer, REGISTRY)), made, town, asker.sight
        )
    ]
    assert found


@pytest.mark.parametrize(
    "sql",
    [
        "(select max(name) from employee)",
        "{id}; drop table employee",
        "{id} -- {name}",
        "/* */ {id}",
        "( SELECT 1)",
    ],
)
def test_an_expression_that_reaches_beyond_the_row_is_refused(sql: str) -> None:
    with pytest.raises(BadInput, match="does not stand in an expression") as refused:
        sql_field(sql, "Beyond.", kind=str)
    assert refused.value.field == "sql"


def test_words_within_a_text_are_no_statement() -> None:
    assert sql_field("'select; -- it''s ' || {name}", "Said.", kind=str)
