"""The headers of every answer, and what pages of other origins are granted: nothing, but for a list.

Answers hold what one caller may see, so no cache keeps them. A page of another origin needs a preflight for a JSON
POST and for an `Authorization` header; only origins on the allow-list get it. Credentials are never granted: there
are none but the bearer token, which the page must hold itself.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from eperf.app.graphql.connection import Headers

HeaderList = list[tuple[bytes, bytes]]
Follow = Callable[[Any, Any, Any, Any], Awaitable[None]]

SECURE: HeaderList = [
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-frame-options", b"DENY"),
    (b"cross-origin-resource-policy", b"same-origin"),
]
CLOSED: HeaderList = [(b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'")]

_VARY = (b"vary", b"Accept, Accept-Language, Authorization, Origin")
_GRANTED_HEADERS = frozenset(
    {"accept", "accept-language", "authorization", "content-language", "content-type", "x-request-id"}
)
_NO_CONTENT = 204
_PREFLIGHT_SECONDS = b"600"


class Reply(NamedTuple):
    """An answer before it is sent."""

    status: int
    body: bytes
    media_type: str
    headers: HeaderList
    follow: Follow | None = None
    """Sends the answer bit by bit, in place of `body`; it is given the scope, its start, `receive` and `send`."""


def of_answer(reply: Reply, request_id: str, origin: str | None) -> HeaderList:
    """All headers of a reply; `origin` is the allowed page that asks, if one does."""
    headers = [(b"x-request-id", request_id.encode()), _VARY, *SECURE, *reply.headers]
    if reply.status != _NO_CONTENT:
        headers.append((b"content-type", f"{reply.media_type}; charset=utf-8".encode()))
    if reply.status != _NO_CONTENT and reply.follow is None:
        headers.append((b"content-length", str(len(reply.body)).encode()))
    if origin is not None:
        headers.append((b"access-control-allow-origin", origin.encode("latin-1")))
        headers.append((b"access-control-expose-headers", b"x-request-id, retry-after"))
    return headers


def allowed_origin(headers: Headers, allowed: frozenset[str]) -> str | None:
    """The page's origin, if it is on the allow-list."""
    origin = headers.only(b"origin")
    return origin if origin in allowed else None


def preflight(headers: Headers, allowed: frozenset[str]) -> HeaderList | None:
    """The grant that a preflight gets: POST with harmless headers from a listed origin; None for any other."""
    origin = allowed_origin(headers, allowed)
    asked = {
        name.strip().lower() for name in (headers.joined(b"access-control-request-headers") or "").split(",")
    }
    method = headers.only(b"access-control-request-method")
    if origin is None or method != "POST" or not asked - {""} <= _GRANTED_HEADERS:
        return None
    return [
        (b"access-control-allow-origin", origin.encode("latin-1")),
        (b"access-control-allow-methods", b"POST"),
        (b"access-control-allow-headers", ", ".join(sorted(_GRANTED_HEADERS)).encode()),
        (b"access-control-max-age", _PREFLIGHT_SECONDS),
    ]


def may_open_socket(headers: Headers, allowed: frozenset[str]) -> bool:
    """Whether a socket may be opened: no browser, this very host's page, or a listed origin.

    Browsers let any page open a socket to any host and only tell who asks; that is all the protection there is.
    """
    origins = headers.every(b"origin")
    if not origins:
        return True
    if len(origins) > 1:
        return False
    return origins[0] in allowed or _is_own(origins[0], headers.only(b"host"))


def _is_own(origin: str, host: str | None) -> bool:
    try:
        parts = urlsplit(origin)
    except ValueError:
        return False
    return (
        parts.scheme in {"http", "https"}
        and bool(parts.netloc)
        and parts.netloc.lower() == (host or "").lower()
    )
