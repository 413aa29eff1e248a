"""Ordinary subscriptions: Strawberry as its manual shows them, a queue for each subscriber, one Starlette application.

An update comes complete by NOTIFY, is made into objects once, and goes into the queues of those who asked for its unit:
no log, no cursor to come back to, no rights, no bound of any queue, so it has less to do than eperf.
"""

from __future__ import annotations

import argparse
import asyncio
import json
from collections import defaultdict
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import strawberry
import uvicorn
import uvloop
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from strawberry.asgi import GraphQL
from strawberry.subscriptions import GRAPHQL_TRANSPORT_WS_PROTOCOL

from bench.teller import CHANNEL


@strawberry.type
class Unit:
    id: strawberry.ID
    name: str


@strawberry.type
class Employee:
    id: strawberry.ID
    name: str


@strawberry.interface
class Node:
    id: strawberry.ID


@strawberry.type
class Score(Node):
    period: str
    score: str | None


@strawberry.type
class PerformanceUpdate:
    cursor: str
    kind: str
    occurred_at: str
    unit: Unit | None
    employee: Employee | None
    subject: Node | None


_QUEUES: dict[str, set[asyncio.Queue[PerformanceUpdate]]] = defaultdict(set)


@strawberry.type
class Query:
    healthy: bool = True


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def performance_updates(
        self, units: list[strawberry.ID] | None = None, after: str | None = None
    ) -> AsyncIterator[PerformanceUpdate]:
        queue: asyncio.Queue[PerformanceUpdate] = asyncio.Queue()
        for unit in units or ():
            _QUEUES[unit].add(queue)
        try:
            while True:
                yield await queue.get()
        finally:
            for unit in units or ():
                _QUEUES[unit].discard(queue)


def _told(_connection: Any, _pid: int, _channel: str, text: str) -> None:
    given = json.loads(text)
    update = PerformanceUpdate(
        cursor=given["cursor"],
        kind=given["kind"],
        occurred_at=given["occurredAt"],
        unit=Unit(**given["unit"]),
        employee=Employee(**given["employee"]),
        subject=Score(id=strawberry.ID(given["cursor"]), **given["subject"]),
    )
    for queue in _QUEUES[given["unit"]["id"]]:
        queue.put_nowait(update)


async def _serve(url: str, port: int) -> None:
    schema = strawberry.Schema(Query, subscription=Subscription, types=[Score])
    graphql: Any = GraphQL(schema, subscription_protocols=[GRAPHQL_TRANSPORT_WS_PROTOCOL])

    async def healthy(_: Any) -> PlainTextResponse:
        return PlainTextResponse("")

    app = Starlette(
        routes=[Route("/readyz", healthy), Route("/graphql", graphql), WebSocketRoute("/graphql", graphql)]
    )
    connection = await asyncpg.connect(url)
    await connection.add_listener(CHANNEL, _told)
    config = uvicorn.Config(
        app, host="127.0.0.1", port=port, loop="none", ws="websockets-sansio", ws_per_message_deflate=False,
        lifespan="off", log_config=None, access_log=False, server_header=False, proxy_headers=False, backlog=4096,
    )  # fmt: skip
    await uvicorn.Server(config).serve()


def main() -> None:
    """Serves until it is told to stop."""
    parser = argparse.ArgumentParser(prog="python -m bench.ordinary_updates")
    parser.add_argument("--url", required=True)
    parser.add_argument("--port", type=int, required=True)
    options = parser.parse_args()
    asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())
    asyncio.run(_serve(options.url, options.port))


if __name__ == "__main__":
    main()
