"""Access tokens of an OpenID Connect issuer, checked here: eperf is a resource server and never asks at each request.

The issuer's keys are fetched by ourselves, not by PyJWT's client: that one blocks the event loop, reads without a
bound, and fetches again for each unknown key id, so that garbage could make us attack the issuer. Here a fetch is
awaited by all who need it, bounded in bytes and time, and an unknown key id causes one at most every `refresh` seconds.

The algorithm is taken from our list, never from the token alone: only public-key algorithms are on it, a key serves
only the algorithm of its own type, and symmetric keys in a key set are passed over.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from time import monotonic
from typing import Any
from urllib.parse import urlsplit

import httpx
import jwt
import orjson
import structlog

from eperf.domain.errors import BadInput, Unauthenticated, Unavailable

ALGORITHMS = ("RS256", "PS256", "ES256")
_KEY_TYPES = {"RS256": "RSA", "PS256": "RSA", "ES256": "EC"}
_LOOPBACK = ("127.0.0.1", "::1", "localhost")
_PLAIN = {"Accept": "application/json", "Accept-Encoding": "identity"}
_PUBLIC = ("kty", "kid", "use", "alg", "n", "e", "crv", "x", "y")
_MOST_BYTES = 256 * 1024
_MOST_KEYS = 64
_SUBJECT = re.compile(r"[\x21-\x7e]{1,200}")
_WRONG = (jwt.PyJWTError, ValueError, TypeError, LookupError, AttributeError, OverflowError, RecursionError)
logger = structlog.get_logger("eperf.oidc")


@dataclass(frozen=True)
class Claims:
    """What a checked token says: who, until when (leeway included), and all else that it holds."""

    subject: str
    until: datetime
    all: Mapping[str, Any]


class KeySet:
    """The keys that an issuer publishes at a URL: `https`, or `http` on this machine.

    Fetched when first needed, again beside the work when older than `keep` seconds, and for an unknown key id. An
    issuer that is away does not lock anybody out whose key is known: old keys serve on for `trusted` seconds.
    """

    def __init__(
        self,
        url: str,
        *,
        keep: float = 600,
        refresh: float = 30,
        retry: float = 5,
        seconds: float = 5,
        trusted: float = 86400,
    ) -> None:
        parts = urlsplit(url)
        if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOOPBACK):
            raise BadInput("oidc_jwks_url", url, "expected https://…")
        self._url, self._keep, self._refresh, self._retry = url, keep, refresh, retry
        self._seconds, self._trusted = seconds, trusted
        self._keys: dict[str, dict[str, Any]] = {}
        self._fetched: float | None = None
        self._tried: float | None = None
        self._fetching: asyncio.Task[None] | None = None

    async def key(self, kid: str) -> Mapping[str, Any] | None:
        """The published key of an id, None when there is none; `UNAVAILABLE` when that cannot be found out."""
        now = monotonic()
        if self._fetched is not None and now - self._fetched >= self._trusted:
            self._keys, self._fetched = {}, None
        if self._fetching is None and self._wanted(kid, now):
            # A task of its own, so that the one who caused it cannot take it from the others by going away.
            self._fetching = asyncio.create_task(self._fetch())
        if self._fetching is not None and kid not in self._keys:
            await asyncio.shield(self._fetching)
        found = self._keys.get(kid)
        if found is None and (self._fetched is None or self._fetched != self._tried):
            raise Unavailable("authorization")
        return found

    def _wanted(self, kid: str, now: float) -> bool:
        if self._tried is not None and now - self._tried < self._pause():
            return False
        return self._fetched is None or now - self._fetched >= self._keep or kid not in self._keys

    def _pause(self) -> float:
        """How long to leave the issuer alone: shorter after a failure."""
        return self._refresh if self._tried == self._fetched else self._retry

    async def _fetch(self) -> None:
        self._tried = monotonic()
        try:
            async with asyncio.timeout(self._seconds):
                self._keys = _usable(await self._body())
            self._fetched = self._tried
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError, ValueError, OSError) as failed:
            logger.warning("oidc.keys_not_fetched", url=self._url, why=f"{type(failed).__name__}: {failed}")
        finally:
            self._fetching = None

    async def _body(self) -> bytes:
        async with (
            httpx.AsyncClient(timeout=self._seconds, follow_redirects=False) as client,
            client.stream("GET", self._url, headers=_PLAIN) as answer,
        ):
            if answer.status_code != httpx.codes.OK:
                raise ValueError(f"status {answer.status_code}")
            body = bytearray()
            async for chunk in answer.aiter_raw():
                body += chunk
                if len(body) > _MOST_BYTES:
                    raise ValueError(f"more than {_MOST_BYTES} bytes")
            return bytes(body)


class Tokens:
    """Checks the tokens of one issuer for one audience. `leeway` forgives that many seconds of clock difference."""

    def __init__(
        self,
        issuer: str,
        audience: str,
        keys: KeySet,
        *,
        algorithms: Sequence[str] = ALGORITHMS,
        leeway: int = 30,
    ) -> None:
        unknown = [name for name in algorithms if name not in ALGORITHMS]
        if unknown or not algorithms:
            raise BadInput(
                "oidc_algorithms", ",".join(algorithms), f"expected some of {', '.join(ALGORITHMS)}"
            )
        self.issuer = issuer
        self._audience, self._keys, self._leeway = audience, keys, leeway
        self._algorithms = tuple(algorithms)

    async def claims(self, bearer: str) -> Claims:
        """What a token says. Raises `Unauthenticated`, or `Unavailable` while the keys cannot be had."""
        algorithm, kid = self._header(bearer)
        published = await self._keys.key(kid)
        try:
            if published is None or not _fits(published, algorithm):
                raise Unauthenticated("authorization")
            found = jwt.decode(
                bearer,
                jwt.PyJWK(dict(published), algorithm=algorithm),
                algorithms=list(self._algorithms),
                audience=self._audience,
                issuer=self.issuer,
                leeway=self._leeway,
                options={"require": ["iss", "aud", "sub", "exp", "iat"], "enforce_minimum_key_length": True},
            )
            subject = found["sub"]
            until = datetime.fromtimestamp(int(found["exp"]) + self._leeway, UTC)
        except _WRONG as wrong:
            raise Unauthenticated("authorization") from wrong
        if not _SUBJECT.fullmatch(subject):
            raise Unauthenticated("authorization")
        return Claims(subject, until, found)

    def _header(self, bearer: str) -> tuple[str, str]:
        """The algorithm and the key id that a token claims; nothing else in it is believed yet."""
        try:
            header = jwt.get_unverified_header(bearer)
        except _WRONG as wrong:
            raise Unauthenticated("authorization") from wrong
        algorithm, kid = header.get("alg"), header.get("kid")
        if algorithm not in self._algorithms or not isinstance(kid, str) or "crit" in header:
            raise Unauthenticated("authorization")
        return algorithm, kid


def _usable(body: bytes) -> dict[str, dict[str, Any]]:
    """The public signing keys of a key set by their ids; others are passed over."""
    found = orjson.loads(body)
    keys = found.get("keys") if isinstance(found, dict) else None
    if not isinstance(keys, list) or len(keys) > _MOST_KEYS:
        raise ValueError("no key set, or too many keys")
    return {
        key["kid"]: {name: key[name] for name in _PUBLIC if name in key}
        for key in keys
        if isinstance(key, dict)
        and isinstance(key.get("kid"), str)
        and key.get("kty") in _KEY_TYPES.values()
        and key.get("use", "sig") == "sig"
    }


def _fits(key: Mapping[str, Any], algorithm: str) -> bool:
    """Whether a key is of the algorithm's type, and not published for another one."""
    curve = key.get("crv") == "P-256" if key.get("kty") == "EC" else True
    return key.get("kty") == _KEY_TYPES[algorithm] and curve and key.get("alg", algorithm) == algorithm
