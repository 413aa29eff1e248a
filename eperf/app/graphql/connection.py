"""What is known of a caller before anyone has decided who it is: read from headers, hostile until parsed.

The peer is the socket's own; forwarded headers count only where the server itself was told to trust a proxy. The
credential is a bearer token and nothing else: no cookie, so no other page can send it along.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, Literal
from uuid import uuid4

from eperf.app.graphql.negotiate import Language, language
from eperf.domain.errors import Unauthenticated

_TOKEN = re.compile(r"[A-Za-z0-9._~+/-]{1,8192}={0,4}")
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")


@dataclass(frozen=True, slots=True)
class ConnectionFacts:
    """One HTTP request, or one socket after its `connection_init`."""

    bearer: str | None = field(repr=False)
    """The token as it came, unchecked; None for an anonymous caller. Never in a log, so not in the `repr`."""
    language: Language
    peer: str
    """The address of the other side, `unknown` where the server does not know it."""
    request_id: str
    """The caller's `X-Request-Id` where it is harmless, else a fresh one; it is in the answer and in the log."""
    transport: Literal["http", "socket"]


class Headers:
    """The headers of an ASGI scope: names in lower case, values as Latin-1."""

    def __init__(self, scope: Any) -> None:
        self._all: dict[bytes, list[str]] = {}
        for name, value in scope["headers"]:
            self._all.setdefault(name, []).append(value.decode("latin-1"))

    def every(self, name: bytes) -> list[str]:
        """All values of one header, in order."""
        return self._all.get(name, [])

    def joined(self, name: bytes) -> str | None:
        """The values of a header that may be split over several lines; None without one."""
        values = self.every(name)
        return ",".join(values) if values else None

    def only(self, name: bytes) -> str | None:
        """The value of a header that may come once; None when it does not come, or more than once."""
        values = self.every(name)
        return values[0] if len(values) == 1 else None


def bearer_in(values: list[str]) -> str | None:
    """The token in the `Authorization` values; none or an empty one is anonymous, anything unreadable is refused."""
    if not values:
        return None
    scheme, _, token = values[0].strip().partition(" ")
    if len(values) > 1 or scheme.lower() != "bearer":
        raise Unauthenticated()
    token = token.strip()
    if token and not _TOKEN.fullmatch(token):
        raise Unauthenticated()
    return token or None


def request_id(headers: Headers) -> str:
    """The caller's own id where it is harmless, else a fresh one."""
    given = headers.only(b"x-request-id")
    return given if given and _REQUEST_ID.fullmatch(given) else uuid4().hex


def peer(scope: Any) -> str:
    """The address of the other side."""
    client = scope.get("client")
    return str(client[0]) if client else "unknown"


def spoken(headers: Headers) -> Language:
    """The language of the messages."""
    return language(headers.joined(b"accept-language"))
