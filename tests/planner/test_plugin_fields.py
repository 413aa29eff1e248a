"""Fields that a plugin adds: by the database or for a whole level, the same on both read paths, and never slow by accident."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
import pytest
import strawberry
from graphql import parse

from eperf.adapters.broker import Bell
from eperf.domain.access import Role
from eperf.planner.kept import Plan
from eperf.planner.plans import Plans, Unanswered
from eperf.planner.read import Reader
from eperf.planner.shown import NullWhereNone
from eperf.planner.steering import steering
from eperf.planner.writer import writer
from eperf.plugins.api import Contribution, batch_field, sql_field
from eperf.schema.compose import compose
from eperf.schema.context import Context
from eperf.schema.scalars import FORMS
from eperf.store import database as store
from eperf.store.people import EmployeeRow
from eperf.store.sqlite import Unfit
from tests.support.town import NOW, Town, build

CALLS: list[int] = []


async def shouted(rows: Sequence[Mapping[str, Any]], _: Any) -> list[str]:
    CALLS.append(len(rows))
    return [row["name"].upper() for row in rows]


def missing(rows: Sequence[Mapping[str, Any]], _: Any) -> list[None]:
    return [None for _ in rows]


def resolved(self: Any) -> str:
    return str(self.row.name)


EXTRA = Contribution(
    owner="loud",
    extends={
        "Employee": {
            "loud_name": batch_field(("name",), shouted, "Loud.", kind=str),
            "letters": sql_field("length({name})", "Letters.", kind=int),
            "nothing": batch_field(("id",), missing, "Nothing.", kind=str | None),
            "broken": batch_field(("id",), missing, "Nothing where something is promised.", kind=str),
            "slow_name": strawberry.field(resolver=resolved, description="By a resolver."),
        }
    },
)
SCHEMA = compose([EXTRA])
SAMPLE = """query($first: Int) { employees(first: $first) { nodes {
  name loudName letters nothing reports(first: 2) { edges { node { again: loudName unit { name } } } }
} } }"""


@pytest.fixture
async def town(database: str) -> Town:
    CALLS.clear()
    return await build()


def plans() -> Plans:
    return Plans(Reader(SCHEMA, FORMS), writer(store.dialect()), store.text, Unfit)


def context(town: Town) -> Context:
    viewer = town.viewer("Budi", (Role.AUDITOR, "city"))
    return Context(viewer, "en", "test", lambda: NOW, town.registry, Bell())


async def planned(town: Town, text: str, variables: dict[str, Any]) -> bytes:
    document = parse(text)
    made = plans()
    roots = made.roots(Plan(steering(document)), document, document.definitions[0], variables)  # type: ignore[arg-type]
    return await made.answer(roots, variables, context(town))


async def test_a_batch_field_is_made_once_for_a_level_and_alike_on_both_paths(town: Town) -> None:
    by_plan = await planned(town, SAMPLE, {"first": 5})
    calls = list(CALLS)
    answer = await SCHEMA.execute(SAMPLE, {"first": 5}, context_value=context(town))
    assert answer.errors is None
    assert orjson.dumps({"data": answer.data}) == by_plan
    people = orjson.loads(by_plan)["data"]["employees"]["nodes"]
    assert all(
        one["loudName"] == one["name"].upper() and one["letters"] == len(one["name"]) for one in people
    )
    assert len(calls) == 2
    assert calls[0] == len(people)


async def test_no_text_that_somebody_wrote_is_taken_for_a_hole(town: Town) -> None:
    for name in ("\x01", "a\x010.0\x02{}\x01", "\x02\\u0001", '","x":"'):
        await EmployeeRow.filter(id=town.people["Budi"]).update(name=name)
        by_plan = orjson.loads(await planned(town, SAMPLE, {"first": 100}))
        answer = await SCHEMA.execute(SAMPLE, {"first": 100}, context_value=context(town))
        assert answer.data == by_plan["data"]
        assert (name, name.upper()) in [
            (one["name"], one["loudName"]) for one in by_plan["data"]["employees"]["nodes"]
        ]


async def test_a_batch_field_that_breaks_its_promise_is_left_to_the_resolvers(town: Town) -> None:
    text = "{ me { name broken } }"
    with pytest.raises(NullWhereNone):
        await planned(town, text, {})
    answer = await SCHEMA.execute(text, context_value=context(town))
    assert answer.errors is not None
    assert answer.errors[0].path == ["me", "broken"]


async def test_a_field_with_a_resolver_of_its_own_has_no_plan_and_says_which(town: Town) -> None:
    with pytest.raises(Unanswered, match=r"Employee\.slowName"):
        await planned(town, "{ me { slowName } }", {})


async def test_what_steers_an_operation_makes_variants_and_they_are_bounded(town: Town) -> None:
    text = "query($yes: Boolean!, $first: Int) { employees(first: $first) { nodes { id name @include(if: $yes) } } }"
    document = parse(text)
    made, plan = plans(), Plan(steering(document))
    for yes in (True, False, True):
        variables = {"yes": yes, "first": 1}
        roots = made.roots(plan, document, document.definitions[0], variables)  # type: ignore[arg-type]
        nodes = orjson.loads(await made.answer(roots, variables, context(town)))["data"]["employees"]["nodes"]
        assert ("name" in nodes[0]) is yes
    assert len(plan.variants) == 2
    (root,) = roots
    for first in range(1, 101):
        await made.answer(roots, {"yes": True, "first": first}, context(town))
    assert len(root.statements) <= 64


async def test_what_all_plans_keep_together_is_bounded(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("eperf.planner.plans._MOST_BYTES", 200_000)
    made, held = plans(), []
    for number in range(60):
        document = parse(f"query($first: Int) {{ units(first: $first) {{ nodes {{ a{number}: name }} }} }}")
        plan = Plan(steering(document))
        held.append(plan)
        for first in range(1, 20):
            roots = made.roots(plan, document, document.definitions[0], {"first": first})  # type: ignore[arg-type]
            answer = orjson.loads(await made.answer(roots, {"first": first}, context(town)))
            assert len(answer["data"]["units"]["nodes"]) <= first
    statements = [
        one for plan in held for roots in plan.variants.values() for root in roots for one in root.statements
    ]
    assert 0 < len(statements) < 60 * 19
    assert made._size <= 200_000
