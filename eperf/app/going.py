"""What a request is told that was not done when the server had to go: to send it again, in words that clients know.

The server cancels what is left after its grace, and would answer with a text that is no GraphQL.
"""

from __future__ import annotations

import asyncio
from typing import Any

import orjson
from starlette.types import ASGIApp, Receive, Scope, Send

from eperf.domain.errors import Unavailable

_BODY = orjson.dumps(
    {"errors": [{"message": Unavailable("server").message("en"), "extensions": {"code": Unavailable.code}}]}
)
_HEADERS = [
    (b"content-type", b"application/json"),
    (b"content-length", b"%d" % len(_BODY)),
    (b"connection", b"close"),
    (b"retry-after", b"1"),
]


def told(app: ASGIApp) -> ASGIApp:
    """An application whose cancelled requests are answered with `UNAVAILABLE`, where no answer has begun."""

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await app(scope, receive, send)
        except asyncio.CancelledError:
            # The server's own record of the exchange: to watch every message for it would cost each of them.
            cycle: Any = getattr(send, "__self__", None)
            if scope["type"] != "http" or getattr(cycle, "response_started", True):
                raise
            await send({"type": "http.response.start", "status": 503, "headers": _HEADERS})
            await send({"type": "http.response.body", "body": _BODY})

    return serve
