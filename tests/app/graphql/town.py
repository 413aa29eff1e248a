"""The small schema behind a front, behind a client or a real server; and what the tests ask of the answers."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import uvicorn
from starlette.applications import Starlette

from eperf.app.graphql import ConnectionFacts, GraphQLFront, Limits
from eperf.domain.errors import Forbidden, TooMany, Unauthenticated, Unavailable
from tests.app.graphql.schema import Query, Tag, Trace, schema, trace

__all__ = ["Query", "Tag", "Trace", "schema", "trace"]


@dataclass
class Context:
    bearer: str | None
    language: str
    facts: ConnectionFacts
    operations: int = 0


REFUSALS: dict[str, Exception] = {
    "unknown": Unauthenticated(),
    "forbidden": Forbidden("enter"),
    "hasty": TooMany("requests_per_minute", 60, 61),
    "away": Unavailable(),
    "broken": RuntimeError("driver text: password=hunter2"),
}


async def make_context(facts: ConnectionFacts) -> Context:
    trace.contexts += 1
    trace.facts.append(facts)
    if facts.bearer in REFUSALS:
        raise REFUSALS[facts.bearer]
    if facts.bearer == "stuck":
        await asyncio.sleep(3600)
    return Context(facts.bearer, facts.language, facts)


async def still_valid(context: Context) -> bool:
    if context.bearer == "dizzy":
        raise RuntimeError("the database is away")
    return context.bearer not in trace.revoked


def front(limits: Limits | None = None, **more: Any) -> GraphQLFront:
    options: dict[str, Any] = {
        "introspection": lambda context: context.bearer == "admin",
        "still_valid": still_valid,
    }
    return GraphQLFront(schema, make_context=make_context, limits=limits or Limits(), **{**options, **more})


def app(limits: Limits | None = None, **more: Any) -> Starlette:
    return Starlette(routes=front(limits, **more).routes())


def client(limits: Limits | None = None, **more: Any) -> httpx.AsyncClient:
    """A client that talks to the application without a server between."""
    transport = httpx.ASGITransport(app(limits, **more))
    return httpx.AsyncClient(transport=transport, base_url="http://eperf.test")


async def ask(
    http: httpx.AsyncClient, query: str, variables: dict[str, Any] | None = None, **headers: str
) -> dict[str, Any]:
    """The answer to a query that must be well formed as HTTP."""
    response = await http.post("/graphql", json={"query": query, "variables": variables}, headers=headers)
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.json()
    return answer


def code(answer: dict[str, Any]) -> str:
    """The code of the first error."""
    found: str = answer["errors"][0]["extensions"]["code"]
    return found


@asynccontextmanager
async def served(application: Any, **config: Any) -> AsyncIterator[str]:
    """A real uvicorn on a free port of loopback, in this loop; gives `127.0.0.1:PORT`."""
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    options = {
        "ws": "websockets-sansio",
        "lifespan": "off",
        "log_level": "error",
        "timeout_graceful_shutdown": 2,
    }
    server = uvicorn.Server(uvicorn.Config(application, **{**options, **config}))
    running = asyncio.create_task(server.serve(sockets=[listening]))
    while not server.started:
        await asyncio.sleep(0.005)
    try:
        yield f"127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        await running


def until(deadline: float = 3.0) -> Any:
    """Polls: `async for _ in until(): if done: break`; fails when the time is up."""

    async def ticks() -> AsyncIterator[None]:
        end = time.monotonic() + deadline
        while time.monotonic() < end:
            yield None
            await asyncio.sleep(0.01)
        raise AssertionError("it did not happen in time")

    return ticks()
