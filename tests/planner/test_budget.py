"""No operation fetches more rows than it is allowed, whatever its document promised."""

from __future__ import annotations

from typing import Any

import pytest

from eperf.adapters.broker import Bell
from eperf.app.graphql import counts
from eperf.app.graphql.problems import Problems, problem_of_refused
from eperf.domain.access import Role
from eperf.domain.errors import TooMany
from eperf.planner.budget import Budget
from eperf.planner.rows import Rows
from eperf.schema.compose import compose
from eperf.schema.context import Context
from tests.support.town import NOW, Town, build

SCHEMA = compose()
PEOPLE = "{ employees { edges { node { name unit { name } } } } }"


def test_what_is_spent_adds_up_and_the_refusal_names_the_limit_and_the_value() -> None:
    budget = Budget(10)
    budget.spend(6)
    budget.spend(4)
    with pytest.raises(TooMany) as refused:
        budget.spend(1)
    assert (refused.value.field, refused.value.facts["most"], refused.value.value) == ("nodes", "10", 11)


@pytest.fixture
async def town(database: str) -> Town:
    return await build()


async def asked(town: Town, most: int) -> Any:
    context = Context(
        town.viewer("Eka", (Role.AUDITOR, "city")), "en", "test", lambda: NOW, town.registry, Bell()
    )
    context.rows = Rows(context._scope, Budget(most))
    return await SCHEMA.execute(PEOPLE, context_value=context)


async def test_an_operation_within_its_budget_is_answered_whole(town: Town) -> None:
    result = await asked(town, 7)  # five people in two units
    assert result.errors is None
    assert len(result.data["employees"]["edges"]) == 5


@pytest.mark.parametrize(("most", "path"), [(4, "employees"), (6, "unit")])
async def test_an_operation_over_its_budget_is_refused_where_it_passes_it(
    town: Town, most: int, path: str
) -> None:
    result = await asked(town, most)
    causes = {id(error.original_error): error.original_error for error in result.errors}
    assert all(isinstance(cause, TooMany) for cause in causes.values())
    assert path in result.errors[0].path
    problems = Problems(problem_of_refused, suggestions=False, most=50)
    before = counts._LIMITS["nodes"]._value.get()
    shown = problems.of_execution(result.errors, "en")
    assert shown[0]["extensions"] == {
        "code": "LIMIT_EXCEEDED", "field": "nodes", "limit": "nodes", "most": most, "value": most + 1,
    }  # fmt: skip
    assert counts._LIMITS["nodes"]._value.get() == before + len(causes)
