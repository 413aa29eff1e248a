"""HTTP routes of plugins, behind the door of eperf's own: authentication, bounds of body and time, masked faults."""

from __future__ import annotations

import asyncio
from collections import defaultdict

import structlog
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from eperf.app.auth import Authenticator, viewer_in
from eperf.app.body import read_body
from eperf.app.endpoint import Endpoint, Handler
from eperf.app.graphql.connection import Headers, spoken
from eperf.app.graphql.request import parameters
from eperf.app.house import House
from eperf.domain.access import Viewer
from eperf.domain.errors import Unavailable
from eperf.plugins.http import HttpReply, HttpRequest, HttpRoute
from eperf.plugins.report import Registered
from eperf.schema.ids import number_of
from eperf.services.call import Call
from eperf.services.desk import GuestDesk, GuestFailed, guarded

_BODY_SECONDS = 30
logger = structlog.get_logger("eperf.plugins")
_NOBODY = Viewer(account_id=0, name="anonymous")


def routes(house: House, authenticator: Authenticator) -> list[Route]:
    """The paths of all plugins, below `/plugins`; those without a word before those with one."""
    origins = frozenset(house.settings.allowed_origins)
    paths: dict[str, dict[str, Handler]] = defaultdict(dict)
    for found in house.registry.routes.values():
        paths[f"/plugins/{found.plugin}{found.part.path}"][found.part.method] = _handler(
            house, authenticator, found
        )
    ordered = sorted(paths.items(), key=lambda one: ("{" in one[0], one[0]))
    return [Route(path, Endpoint(handlers, origins)) for path, handlers in ordered]


def _handler(house: House, authenticator: Authenticator, found: Registered[HttpRoute]) -> Handler:
    async def handle(request: Request) -> Response:
        route = found.part
        viewer = await viewer_in(request, authenticator) if route.permission else _NOBODY
        call = Call(viewer, house.now(), spoken(Headers(request.scope)), registry=house.registry)
        desk = GuestDesk(call, found.plugin, route.permission, number_of)
        desk.require()
        asked = HttpRequest(
            method=route.method,
            path={name: str(value) for name, value in request.path_params.items()},
            query=parameters(request.scope["query_string"]),
            body=await read_body(request, house.settings.body_bytes, _BODY_SECONDS),
            content_type=request.headers.get("content-type", ""),
        )
        seconds = house.settings.request_seconds
        try:
            async with asyncio.timeout(seconds) as bound:
                reply = await _answered(desk, found, asked)
        except TimeoutError as late:
            if not bound.expired():
                raise
            logger.error("plugin.route-late", route=found.key, seconds=seconds)
            raise Unavailable("path", found.part.path) from late
        return _sent(reply)

    return handle


async def _answered(desk: GuestDesk, found: Registered[HttpRoute], asked: HttpRequest) -> HttpReply:
    if found.part.method == "GET":
        return await _reply(desk, found, asked)
    async with desk.transaction():
        return await _reply(desk, found, asked)


async def _reply(desk: GuestDesk, found: Registered[HttpRoute], asked: HttpRequest) -> HttpReply:
    reply: object = await guarded(found.plugin, found.part.handle(desk, asked))
    if not isinstance(reply, HttpReply):
        raise GuestFailed(f"{found.key} answered {type(reply).__name__}, not HttpReply")
    return reply


def _sent(reply: HttpReply) -> Response:
    headers = {"content-type": reply.content_type}
    if reply.filename is not None:
        headers["content-disposition"] = f'attachment; filename="{reply.filename}"'
    return Response(reply.body, reply.status, headers)
