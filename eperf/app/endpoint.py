"""A path that speaks plain HTTP with JSON: methods, refusals, faults and other origins, the same way for all of them.

An answer that refuses is `{"errors": [{"code", "message", "field"}]}`, in the caller's language. What is not a refusal
is a fault of ours: logged with an id, and only the id is told.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import structlog
from prometheus_client import Counter
from starlette.datastructures import MutableHeaders
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from eperf.app import about
from eperf.app.graphql.body import Gone
from eperf.app.graphql.connection import Headers, request_id, spoken
from eperf.app.graphql.headers import CLOSED, SECURE, allowed_origin
from eperf.app.graphql.problems import INTERNAL
from eperf.app.graphql.refusals import MethodNotAllowed, OriginRefused
from eperf.domain.errors import (
    Conflict,
    Forbidden,
    LoginFailed,
    MediaTypeRefused,
    NotFound,
    Refused,
    TooMany,
    TooManyAttempts,
    TooSlow,
    Unauthenticated,
    Unavailable,
)

Handler = Callable[[Request], Awaitable[Response]]

_STATUS: tuple[tuple[type[Refused], int], ...] = (
    (Unauthenticated, 401), (LoginFailed, 401), (Forbidden, 403), (NotFound, 404), (TooSlow, 408), (Conflict, 409),
    (TooManyAttempts, 429), (TooMany, 413), (MediaTypeRefused, 415), (Unavailable, 503),
)  # fmt: skip
_GRANTED_HEADERS = "accept, accept-language, authorization, content-type, x-request-id"
_ANSWERS = Counter("eperf_http_answers", "Answers of the paths beside GraphQL, by status.", ["status"])
_log = structlog.get_logger("eperf.endpoint")


class Endpoint:
    """The ASGI application behind one path. `HEAD` is answered wherever `GET` is."""

    def __init__(self, handlers: Mapping[str, Handler], origins: frozenset[str] = frozenset()) -> None:
        self._handlers = {**handlers, **({"HEAD": handlers["GET"]} if "GET" in handlers else {})}
        self._origins = origins

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answers one request; a caller who has gone gets nothing."""
        found = Headers(scope)
        name = request_id(found)
        about.request(name)
        try:
            response = await self._guarded(Request(scope, receive), found, name)
        except (Gone, ClientDisconnect):
            return
        _ANSWERS.labels(str(response.status_code)).inc()
        _dress(response, name, allowed_origin(found, self._origins))
        await response(scope, receive, send)

    async def _guarded(self, request: Request, found: Headers, name: str) -> Response:
        try:
            if request.method == "OPTIONS" and found.only(b"access-control-request-method"):
                return self._preflight(found)
            handler = self._handlers.get(request.method)
            if handler is None:
                raise MethodNotAllowed(", ".join(self._handlers))
            return await handler(request)
        except Refused as refusal:
            return refused(refusal, spoken(found))
        except (Gone, ClientDisconnect):
            raise
        except Exception as error:
            _log.error("endpoint.fault", id=name, path=request.scope["path"][:100], exc_info=error)
            return JSONResponse(
                {"errors": [{"code": INTERNAL, "message": "Internal error", "id": name}]}, 500
            )

    def _preflight(self, found: Headers) -> Response:
        if allowed_origin(found, self._origins) is None:
            raise OriginRefused("origin")
        granted = {
            "access-control-allow-methods": ", ".join(self._handlers),
            "access-control-allow-headers": _GRANTED_HEADERS,
            "access-control-max-age": "600",
        }
        return Response(None, 204, granted)


def refused(refusal: Refused, language: str) -> JSONResponse:
    """A refusal as an answer."""
    error = {"code": refusal.code, "message": refusal.message(language), "field": refusal.field}
    status = status_of(refusal)
    return JSONResponse({"errors": [error]}, status, _explained(refusal, status))


def status_of(refusal: Refused) -> int:
    """What HTTP says with a refusal."""
    own = getattr(refusal, "status", None)
    return own or next((status for kind, status in _STATUS if isinstance(refusal, kind)), 400)


def _explained(refusal: Refused, status: int) -> dict[str, str]:
    """What HTTP wants said beside certain refusals."""
    if isinstance(refusal, MethodNotAllowed):
        return {"allow": refusal.facts["allowed"]}
    if status == 401:
        return {"www-authenticate": 'Bearer realm="eperf"'}
    if status == 408:
        return {"connection": "close"}
    if status in (429, 503):
        return {"retry-after": str(getattr(refusal, "retry_after", 1))}
    return {}


def _dress(response: Response, name: str, origin: str | None) -> None:
    headers = MutableHeaders(raw=response.raw_headers)
    for key, value in (*SECURE, *CLOSED):
        headers[key.decode()] = value.decode()
    headers["x-request-id"] = name
    headers.add_vary_header("Accept-Language, Authorization, Origin")
    if origin is not None:
        headers["access-control-allow-origin"] = origin
        headers["access-control-expose-headers"] = "x-request-id, retry-after"
