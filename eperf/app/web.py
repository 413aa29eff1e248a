"""The web application of an open installation: every route, and what stands before all of them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, cast

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.types import ASGIApp

from eperf.app import about, auth, devices, files, health, pay, receipts
from eperf.app.auth import Authenticator
from eperf.app.following import LogShares
from eperf.app.graphql.connection import ConnectionFacts
from eperf.app.graphql.front import GraphQLFront
from eperf.app.graphql.limits import Limits
from eperf.app.graphql.page import IdePage
from eperf.app.graphql.rates import network
from eperf.app.graphql.trusted import Trusted, registered
from eperf.app.guests import routes as guests
from eperf.app.house import House
from eperf.app.traces import served
from eperf.domain.access import Viewer
from eperf.domain.errors import BadInput
from eperf.planner.plans import Plans
from eperf.planner.read import Reader
from eperf.planner.rows import DEFAULT
from eperf.planner.writer import writer
from eperf.schema.context import Context
from eperf.schema.scalars import FORMS
from eperf.settings import Settings
from eperf.store import database
from eperf.store.sqlite import Unfit

FIRST_QUERY = "{\n  me {\n    name\n    unit {\n      name\n    }\n  }\n}\n"


@dataclass(frozen=True)
class Web:
    """The application, and the end of its sockets."""

    app: ASGIApp
    front: GraphQLFront


def build(house: House, measured: health.Measured | None = None) -> Web:
    """The application of an open installation; `measured` gives what `/metrics` says, else this process's own."""
    settings = house.settings
    authenticator = auth.build(house)
    schema = house.schema
    front = GraphQLFront(
        schema,
        make_context=_contexts(house, authenticator),
        introspection=_introspection(settings.introspection),
        limits=limits_of(settings),
        page=IdePage(settings.assets_dir, first_query=FIRST_QUERY),
        allowed_origins=frozenset(settings.allowed_origins),
        suggestions=settings.suggestions,
        still_valid=_still_valid(authenticator),
        same_credential=_viewer,
        plans=Plans(Reader(schema, FORMS), writer(database.dialect()), database.text, Unfit),
        shares=lambda engine: LogShares(engine, schema, house.grown),
        recall=_recall(house, authenticator),
        principal_of=_principal,
        trusted=_trusted(house),
        each_operation=lambda context: cast(Context, context).fresh(),
    )
    routes = [
        *front.routes(),
        *auth.routes(house, authenticator, front.recheck),
        *files.routes(house, authenticator),
        *pay.routes(house, authenticator),
        *receipts.routes(house, authenticator),
        *devices.routes(house),
        *guests.routes(house, authenticator),
        *health.routes(house, measured),
    ]
    hosts = list(settings.allowed_hosts)
    middleware = [Middleware(TrustedHostMiddleware, allowed_hosts=hosts, www_redirect=False)] if hosts else []
    return Web(served(front.before(Starlette(routes=routes, middleware=middleware))), front)


@asynccontextmanager
async def closing(web: Web) -> AsyncIterator[Web]:
    """Says goodbye to open sockets at the end."""
    try:
        yield web
    finally:
        await web.front.aclose()


def _contexts(house: House, authenticator: Authenticator) -> Any:
    webhooks = house.webhooks

    async def make(facts: ConnectionFacts) -> Context:
        viewer: Viewer | None = None
        if facts.bearer is not None:
            viewer = await authenticator.authenticate(facts.bearer)
        about.request(facts.request_id, viewer.account_id if viewer else None)
        peer = "" if viewer else network(facts.peer)
        return Context(
            viewer, facts.language, facts.request_id, house.now, house.registry, house.grown, peer,
            webhooks,
        )  # fmt: skip

    return make


def _recall(house: House, authenticator: Authenticator) -> Any:
    webhooks = house.webhooks

    def recall(bearer: str, language: str, request_id: str) -> Context | None:
        viewer = authenticator.recent(bearer)
        if viewer is None:
            return None
        about.request(request_id, viewer.account_id)
        return Context(
            viewer, language, request_id, house.now, house.registry, house.grown, webhooks=webhooks
        )

    return recall


def _still_valid(authenticator: Authenticator) -> Any:
    async def ask(context: Context) -> bool:
        return context.viewer is None or await authenticator.still_valid(context.viewer)

    return ask


def _viewer(context: Context) -> Viewer | None:
    return context.viewer


def _principal(context: Context) -> int | str:
    """An account, whatever token it comes with; else an address."""
    return context.peer if context.viewer is None else context.viewer.account_id


def _trusted(house: House) -> Trusted:
    settings = house.settings
    entries = registered(settings.trusted_documents)
    if settings.only_trusted and not entries:
        raise BadInput("only_trusted", True, "needs trusted_documents with at least one document")
    return Trusted(entries, only=settings.only_trusted)


def _introspection(who: str) -> Any:
    def may(context: Context) -> bool:
        return who == "all" or (who == "authenticated" and context.viewer is not None)

    return may


def limits_of(settings: Settings) -> Limits:
    """The bounds of the GraphQL front under these settings."""
    return Limits(
        body_bytes=settings.body_bytes,
        depth=settings.max_depth,
        cost=settings.max_cost,
        execution_seconds=settings.request_seconds,
        operations_per_socket=settings.socket_operations,
        requests_per_minute=settings.requests_per_minute,
        cost_per_minute=settings.cost_per_minute,
        operations_per_principal=settings.concurrent_operations,
        sockets=settings.sockets,
        sockets_per_principal=settings.sockets_each,
        default_page=DEFAULT,
    )
