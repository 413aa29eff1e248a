"""A request that is over is over in the database too: timed out, left by its caller, completed on a socket."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import strawberry
from starlette.applications import Starlette
from strawberry.dataloader import DataLoader
from websockets.asyncio.client import connect

from eperf.app.graphql import GraphQLFront, Limits
from eperf.store import database as store
from tests.app.graphql import town
from tests.app.graphql.talk import PROTOCOL, Talk, codes
from tests.support.slow import FOR_EVER, nothing_runs


async def rows() -> int:
    found = await store.connection().execute_query_dict(FOR_EVER)
    return int(found[0]["n"])


async def batch(keys: list[int]) -> list[int]:
    return [await rows() for _ in keys]


@strawberry.type
class Query:
    @strawberry.field
    async def slow(self) -> int:
        return await rows()

    @strawberry.field
    async def loaded(self) -> int:
        return await DataLoader(load_fn=batch).load(1)

    @strawberry.field
    def hello(self) -> str:
        return "hello"


@strawberry.type
class Mutation:
    @strawberry.mutation
    async def slow(self) -> int:
        async with store.transaction() as connection:
            await connection.execute_query_dict(FOR_EVER)
        return 1


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def slow(self) -> AsyncGenerator[int, None]:
        yield await rows()


SLOW = strawberry.Schema(Query, Mutation, Subscription)


@asynccontextmanager
async def talk_of(seconds: float) -> AsyncIterator[Talk]:
    async with (
        town.served(application(seconds)) as host,
        connect(f"ws://{host}/graphql", subprotocols=PROTOCOL) as socket,
    ):
        yield await Talk(socket).init()


def application(seconds: float) -> Starlette:
    front = GraphQLFront(
        SLOW,
        make_context=town.make_context,
        introspection=lambda _: False,
        limits=Limits(execution_seconds=seconds),
    )
    return Starlette(routes=front.routes())


@pytest.mark.parametrize(
    "query", ["{ slow }", "{ loaded }", "{ a: slow b: slow loaded }", "mutation { slow }"]
)
async def test_a_request_that_takes_too_long_is_refused_and_its_statements_end(
    query: str, database: str
) -> None:
    async with (
        town.served(application(0.4)) as host,
        town.httpx.AsyncClient(base_url=f"http://{host}") as http,
    ):
        begun = time.monotonic()
        answer = await town.ask(http, query)
        assert time.monotonic() - begun < 2
    assert town.code(answer) == "TIMEOUT"
    await nothing_runs(database)


async def test_a_caller_who_leaves_takes_the_statement_along(database: str) -> None:
    async with (
        town.served(application(30)) as host,
        town.httpx.AsyncClient(base_url=f"http://{host}") as http,
    ):
        with pytest.raises(town.httpx.ReadTimeout):
            await http.post("/graphql", json={"query": "{ slow }"}, timeout=0.5)
        await nothing_runs(database)
        assert await town.ask(http, "{ hello }") == {"data": {"hello": "hello"}}


@pytest.mark.parametrize("query", ["{ slow }", "{ loaded }", "mutation { slow }", "subscription { slow }"])
async def test_an_operation_that_is_completed_on_its_socket_ends_in_the_database(
    query: str, database: str
) -> None:
    async with talk_of(30) as talk:
        await talk.subscribe(query)
        await asyncio.sleep(0.2)
        await talk.say({"id": "1", "type": "complete"})
        await nothing_runs(database)
        await talk.subscribe("{ hello }", "2")
        assert (await talk.all_of("2"))[-1] == ("complete", None)


@pytest.mark.parametrize("end", ["closed", "cut"])
async def test_a_socket_that_ends_takes_its_statements_along(end: str, database: str) -> None:
    async with talk_of(30) as talk:
        await talk.subscribe("subscription { slow }")
        await talk.subscribe("{ slow }", "2")
        await asyncio.sleep(0.2)
        await talk.socket.close() if end == "closed" else talk.socket.transport.abort()
        await nothing_runs(database)


async def test_an_operation_on_a_socket_that_takes_too_long_is_refused_and_its_statement_ends(
    database: str,
) -> None:
    async with talk_of(0.4) as talk:
        await talk.subscribe("{ slow }")
        ((kind, errors),) = await talk.all_of()
    heard: Any = codes(errors)
    assert (kind, heard) == ("error", ["TIMEOUT"])
    await nothing_runs(database)
