"""The paths that machines insist on.

What cannot be read is refused; what fails is answered 503, so that the machine keeps it and sends again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import structlog
from prometheus_client import Counter
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from eperf.app import about
from eperf.app.body import read_body
from eperf.app.graphql.connection import Headers, request_id
from eperf.app.house import House
from eperf.domain.attendance.source import UNAVAILABLE, DeviceReply, DeviceRequest, refusal_reply
from eperf.domain.errors import Refused
from eperf.plugins.report import Registered
from eperf.services.attendance.receiving import Reception

logger = structlog.get_logger("eperf.devices")
_BODY_SECONDS = 30
_ANSWERS = Counter("eperf_device_answers", "Answers to machines, by source and status.", ["source", "status"])


def routes(house: House) -> list[Route]:
    """A route for each path of each installed source."""
    found: list[Route] = []
    reception = Reception()
    for source in house.registry.sources.values():
        methods: dict[str, set[str]] = defaultdict(set)
        for route in source.part.routes:
            methods[route.path].add(route.method)
        found += [
            Route(path, _endpoint(house, reception, source), methods=sorted(verbs))
            for path, verbs in methods.items()
        ]
    return found


def _endpoint(house: House, reception: Reception, source: Registered[Any]) -> Any:
    async def endpoint(request: Request) -> Response:
        about.request(request_id(Headers(request.scope)))
        reply = await _answer(house, reception, source, request)
        _ANSWERS.labels(source.key, str(reply.status)).inc()
        return Response(reply.body, reply.status, media_type=reply.content_type)

    return endpoint


async def _answer(
    house: House, reception: Reception, source: Registered[Any], request: Request
) -> DeviceReply:
    try:
        body = await read_body(request, house.settings.device_body_bytes, _BODY_SECONDS)
        given = DeviceRequest(
            method=request.method,
            path=request.scope["path"],
            query=_first(request.query_params.multi_items()),
            body=body,
            peer=request.client.host if request.client else "",
            headers=_first(request.headers.items()),
        )
        return await reception.receive(house.call(), source, given)
    except Refused as refusal:
        return refusal_reply(refusal)
    except Exception:
        # The body may hold fingerprints and passwords: the log gets the trace and never the request.
        logger.exception("devices.failed", source=source.key, path=request.scope["path"][:100])
        return UNAVAILABLE


def _first(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in pairs:
        found.setdefault(name, value)
    return found
