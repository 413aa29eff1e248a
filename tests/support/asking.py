"""Asking the real engine, in the process and on the open database, as the callers of a random town."""

from __future__ import annotations

from typing import Any

import orjson
from graphql import DocumentNode, GraphQLSchema, OperationType

from eperf.adapters.broker import Bell
from eperf.app.graphql.engine import Engine
from eperf.app.graphql.json import encode
from eperf.app.graphql.limits import Limits
from eperf.app.graphql.problems import Problems, Rejected, problem_of_refused
from eperf.app.graphql.request import Request
from eperf.domain.access import Viewer
from eperf.planner.plans import Plans
from eperf.planner.read import Reader
from eperf.planner.writer import writer
from eperf.plugins.registry import Registry
from eperf.schema.compose import Composed, compose
from eperf.schema.context import Context
from eperf.schema.ids import global_id
from eperf.schema.scalars import FORMS
from eperf.services.access.viewer import viewer_of_account, viewer_of_token
from eperf.store import database
from eperf.store.access import TokenRow
from eperf.store.sqlite import Unfit
from tests.support.operations import Made, Pool
from tests.support.random_town import NOW, Caller, RandomTown
from tests.support.random_town.appraisal import PERIODS
from tests.support.random_town.work import MONTHS
from tests.support.sight import TYPES, Sight

_QUERIES = frozenset({OperationType.QUERY})
SCHEMA = compose()
GRAPH: GraphQLSchema = SCHEMA._schema


def engine(schema: Composed = SCHEMA, **chosen: Any) -> Engine:
    """The engine as the service makes it, but for what is chosen."""
    limits = Limits()
    problems = Problems(problem_of_refused, suggestions=False, most=limits.errors)
    known = {"limits": limits, "problems": problems, "introspection": lambda _: True, "suggestions": False}
    return Engine(schema, **{**known, **chosen})


def plans(schema: Composed = SCHEMA) -> Plans:
    """The planner for the open database, as the service makes it."""
    return Plans(Reader(schema, FORMS), writer(database.dialect()), database.text, Unfit)


def context_of(viewer: Viewer | None, registry: Registry, language: str = "en") -> Context:
    """The context of one operation."""
    return Context(viewer, language, "test", lambda: NOW, registry, Bell())


def request_of(made: Made) -> Request:
    """What was made, as it would have been read from a body."""
    return Request(made.text, made.operation_name, dict(made.variables))


async def answer(asked: Engine, request: Request, context: Context) -> bytes:
    """The bytes of an answer, a refusal's included."""
    try:
        return await asked.execute(asked.prepare(request, context, context.language, _QUERIES))
    except Rejected as rejected:
        return encode({"errors": rejected.errors})


def document_of(asked: Engine, made: Made) -> DocumentNode:
    """The parsed document of a request that has been answered: the engine keeps it."""
    return asked._documents.get(made.text).ast


async def viewer_of(caller: Caller) -> Viewer:
    """The viewer that a caller is by the real authentication."""
    if caller.token_id is None:
        return (await viewer_of_account(caller.account_id, NOW)).viewer
    token = await TokenRow.get(id=caller.token_id)
    return (await viewer_of_token(token.digest, NOW)).viewer


def pool_of(town: RandomTown, sight: Sight | None = None) -> Pool:
    """What operations on a town draw from: every id and many words of it, rather those in somebody's sight."""
    tables = town.tables
    ids = {kind: [global_id(kind, number) for number in tables[table]] for table, kind in TYPES.items()}
    near = (
        {kind: [global_id(kind, one) for one in sorted(sight.seen[table])] for table, kind in TYPES.items()}
        if sight
        else {}
    )
    codes = [row["code"] for row in tables["unit"].values()]
    names = [row["name"] for row in tables["employee"].values()]
    searched = [
        *(name[:3] for name in names[:8]),
        *(name[-7:] for name in names[:20]),
        *names[:4],
        "a",
        "%",
        "_",
        "k0",
    ]
    searched += [row["nip"] for row in tables["employee"].values() if row["nip"]][:15]
    words = {"code": [*codes, "", "nowhere"], "search": searched, "name": ["Unit", "Nothing"]}
    words["period"] = [*PERIODS * 5, "2026-Q1"]
    days = ["2026-09-15", "2026-10-01", "2026-11-01", "2026-11-24"]
    return Pool(
        ids,
        words,
        [*MONTHS] * 3 + ["2020-01"],
        days,
        near,
        either=frozenset({"unit"}),
        rare=frozenset(
            {"plugins", "holidays", "leaveRules", "knownDimensions", "predikatProposal", "predikatSpread"}
        ),
    )


def decoded(raw: bytes) -> Any:
    """An answer as values."""
    return orjson.loads(raw)
