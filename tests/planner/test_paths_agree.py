"""The plan's statement and the resolvers give the same bytes, whatever is asked by whomever."""

from __future__ import annotations

import os
import random
from collections import Counter

import pytest
from graphql import OperationType

from eperf.app.graphql.engine import Engine
from eperf.app.graphql.problems import Rejected
from eperf.app.graphql.request import Request
from eperf.planner.plans import Plans, Unanswered
from eperf.plugins import registry as plugins
from eperf.plugins.registry import Registry
from eperf.schema.context import Context
from tests.planner.crowd import Asker, askers, role_of, town_in
from tests.support.asking import GRAPH, answer, context_of, decoded, document_of, engine, plans, request_of
from tests.support.operations import Made, Sizes, shrunk

TOWNS = int(os.environ.get("EPERF_PROPERTY_TOWNS", "3"))
EACH = 17
SIZES = Sizes(wild=0.01)
_QUERIES = frozenset({OperationType.QUERY})


class Paths:
    """The two ways to an answer. `compiled` gives None for what is left to the resolvers."""

    def __init__(self, registry: Registry) -> None:
        self.registry, self.plans = registry, plans()
        self.resolving, self.planning = engine(), engine(plans=self.plans)
        # Parsing and validating are the same for both, and most of the time.
        self.resolving._documents = self.planning._documents

    async def resolved(self, made: Made, asker: Asker) -> bytes:
        """By the resolvers alone."""
        return await answer(self.resolving, request_of(made), self.context(asker))

    async def compiled(self, made: Made, asker: Asker) -> bytes | None:
        """By the plan alone: a fault of it is not covered by the resolvers here."""
        return await _planned(self.planning, self.plans, request_of(made), self.context(asker))

    async def remembered(self, made: Made, asker: Asker) -> bytes | None:
        """By the plan, for a document that was asked before."""
        return await self.planning.remembered(request_of(made), self.context(asker), _never)

    def context(self, asker: Asker) -> Context:
        """A context of its own for each way."""
        return context_of(asker.viewer, self.registry, asker.language)

    async def differ(self, made: Made, asker: Asker) -> bool:
        """Whether the two ways give different answers."""
        try:
            compiled = await self.compiled(made, asker)
        except Exception:
            return True
        return compiled is not None and compiled != await self.resolved(made, asker)


def _never() -> None:
    """A query changes nothing."""
    raise AssertionError("a query began a change")


async def _planned(asked: Engine, planner: Plans, request: Request, context: Context) -> bytes | None:
    try:
        prepared = asked.prepare(request, context, context.language, _QUERIES)
        return (
            None
            if prepared.roots is None
            else await planner.answer(prepared.roots, prepared.variables, context)
        )
    except (Rejected, Unanswered):
        return None


@pytest.mark.timeout(600)
async def test_plan_and_resolvers_agree_byte_for_byte(
    database: str, capsys: pytest.CaptureFixture[str]
) -> None:
    paths, asked, compiled = Paths(plugins.load(strict=True)), Counter[str](), Counter[str]()
    refused, why = Counter[str](), Counter[str]()
    for seed in range(TOWNS):
        rng = random.Random(seed)
        async for asker in askers(await town_in(rng), rng, SIZES):
            for _ in range(EACH):
                made, role = asker.grammar.operation(), role_of(asker.caller)
                asked[role] += 1
                raw = await _compared(paths, made, asker)
                if raw is not None:
                    compiled[role] += 1
                    asker.grammar.pool.harvest(document_of(paths.planning, made), decoded(raw))
                elif code := await _refusal(paths, made, asker):
                    refused[code] += 1
                else:
                    why[await _left(paths, made, asker)] += 1
    planned, left = sum(compiled.values()), sum(why.values())
    with capsys.disabled():
        print(f"\n{sum(asked.values())} operations: {planned} compiled and equal to the resolvers' answer")
        print("  " + ", ".join(f"{role} {compiled[role]}/{asked[role]}" for role in asked))
        print(f"  refused with a code: {dict(refused)}; left to the resolvers: {dict(why)}")
    assert planned >= 1_000 * TOWNS // 3
    assert planned >= 0.8 * (planned + left)
    assert min(compiled[role] for role in asked if role != "anonymous") >= 0.5 * EACH


async def _compared(paths: Paths, made: Made, asker: Asker) -> bytes | None:
    """The answer when it is compiled; fails with the smallest operation that shows a difference."""
    try:
        compiled = await paths.compiled(made, asker)
    except Exception:
        await _explained(paths, made, asker)
        raise
    if compiled is None:
        return None
    again = await paths.remembered(made, asker)
    if compiled != await paths.resolved(made, asker) or again not in (compiled, None):
        await _explained(paths, made, asker)
    return compiled


async def _explained(paths: Paths, made: Made, asker: Asker) -> None:
    async def differ(smaller: Made) -> bool:
        return await paths.differ(smaller, asker)

    small = await shrunk(made, GRAPH, differ)
    try:
        compiled = await paths.compiled(small, asker) or b"(not compiled)"
    except Exception as fault:
        compiled = repr(fault).encode()
    resolved = await paths.resolved(small, asker)
    at = next((i for i, (a, b) in enumerate(zip(compiled, resolved, strict=False)) if a != b), -1)
    pytest.fail(
        f"{asker.caller.name} ({asker.viewer}), {asker.language}\n{small.text}\nvariables {small.variables}\n"
        f"operation {small.operation_name}; first difference at byte {at}\n"
        f"compiled …{compiled[max(0, at - 60) : at + 200]!r}\nresolved …{resolved[max(0, at - 60) : at + 200]!r}",
        pytrace=False,
    )


async def _refusal(paths: Paths, made: Made, asker: Asker) -> str | None:
    """The code with which the resolvers refuse something, if they do."""
    errors = decoded(await paths.resolved(made, asker)).get("errors")
    return str(errors[0]["extensions"]["code"]) if errors else None


async def _left(paths: Paths, made: Made, asker: Asker) -> str:
    """Why something that can be answered was not compiled."""
    context = paths.context(asker)
    prepared = paths.planning.prepare(request_of(made), context, asker.language, _QUERIES)
    if prepared.roots is None:
        return "no plan"
    try:
        await paths.plans.answer(prepared.roots, prepared.variables, context)
    except Unanswered as unanswered:
        return str(unanswered)
    return "nothing"
