"""Who calls: from a bearer token to a `Viewer`; and the two paths that give and end a session.

What was found is remembered for less than half a second, and by the lean lane for less than a whole one. Sockets are
looked at twice a second, so a credential that another process revokes is dead within a second everywhere; one that
this process revokes is dead at once.
"""

from __future__ import annotations

import asyncio
import dataclasses
import re
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import datetime
from time import monotonic
from typing import Any, Generic, TypeVar

import structlog
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from eperf.adapters.oidc import KeySet, Tokens
from eperf.adapters.passwords import Passwords
from eperf.adapters.tokens import digest_of, is_token
from eperf.app import about
from eperf.app.endpoint import Endpoint
from eperf.app.graphql.body import read
from eperf.app.graphql.connection import Headers, bearer_in, peer
from eperf.app.graphql.json import decode
from eperf.app.graphql.limits import Limits
from eperf.app.graphql.negotiate import is_json
from eperf.app.graphql.refusals import BadRequest, UnsupportedMediaType
from eperf.app.house import House
from eperf.domain.access import SYSTEM, Viewer
from eperf.domain.errors import BadInput, Unauthenticated
from eperf.services.access.account import account_of_subject
from eperf.services.access.change import on_change
from eperf.services.access.login import RULES, LoginRules, login, logout
from eperf.services.access.viewer import Recognised, viewer_again, viewer_of_account, viewer_of_token
from eperf.services.call import Call

K = TypeVar("K", bound=Hashable)
F = TypeVar("F")
_BEARER = re.compile(r"[A-Za-z0-9._~+/-]{1,8192}={0,4}")
_NIP = re.compile(r"[0-9]{18}")
_KEEP_SECONDS = 0.4
_log = structlog.get_logger("eperf.auth")
_MOST_KEPT = 10_000


@dataclass(frozen=True)
class Authenticated(Viewer):
    """A viewer by a credential that ends at `until`, if it ends."""

    until: datetime | None = None


@dataclass(frozen=True)
class Provider:
    """An identity provider: its tokens, and the claim that holds a NIP when accounts are linked by it."""

    tokens: Tokens
    nip_claim: str | None = None


class Authenticator:
    """Finds out who presents a bearer token. `provider` is None where only our own tokens are accepted."""

    def __init__(
        self, now: Callable[[], datetime], provider: Provider | None = None, keep: float = _KEEP_SECONDS
    ) -> None:
        self._now, self._provider = now, provider
        self._by_bearer = _Recent[str, Authenticated](keep)
        self._again = _Recent[tuple[int, int | None], Recognised](keep)
        self._renewing: dict[str, asyncio.Task[None]] = {}

    async def authenticate(self, bearer: str | None) -> Viewer:
        """Who presents this; `Unauthenticated` for nobody, `Unavailable` while that cannot be found out."""
        if bearer is None or not _BEARER.fullmatch(bearer):
            raise Unauthenticated("authorization")
        digest = digest_of(bearer)
        found = self._by_bearer.get(digest)
        if found is None:
            asked = monotonic()
            recognised = await self._recognised(bearer, digest)
            found = _lasting(recognised.viewer, recognised.until)
            self._by_bearer.put(digest, found, asked)
        if found.until is not None and found.until <= self._now():
            raise Unauthenticated("authorization")
        return found

    def recent(self, bearer: str) -> Viewer | None:
        """Who presents this, if that was found out less than a second ago and still holds.

        What is about to be forgotten is looked up anew by one task while requests go on: a busy token's requests would
        else all ask at once.
        """
        digest = digest_of(bearer)
        found, old = self._by_bearer.aged(digest)
        if found is None or (found.until is not None and found.until <= self._now()):
            return None
        if old and digest not in self._renewing:
            renewing = asyncio.get_running_loop().create_task(self._renew(bearer, digest))
            self._renewing[digest] = renewing
            renewing.add_done_callback(lambda _: self._renewing.pop(digest, None))
        return found

    async def _renew(self, bearer: str, digest: str) -> None:
        asked = monotonic()
        try:
            recognised = await self._recognised(bearer, digest)
        except Unauthenticated:
            self._by_bearer.drop(digest)
        except Exception as error:
            # The next request that finds nothing remembered meets the same, and says so.
            _log.warning("credential_not_renewed", error=repr(error)[:200])
        else:
            self._by_bearer.put(digest, _lasting(recognised.viewer, recognised.until), asked)

    async def still_valid(self, viewer: Viewer) -> bool:
        """Whether a viewer is by the same credential still exactly what it was.

        False also when its rights have changed: whoever holds a stream open comes again and gets today's.
        """
        if viewer.system:
            return True
        until = viewer.until if isinstance(viewer, Authenticated) else None
        if until is not None and until <= self._now():
            return False
        key = (viewer.account_id, viewer.token_id)
        found = self._again.get(key)
        if found is None:
            asked = monotonic()
            try:
                found = await viewer_again(viewer, self._now())
            except Unauthenticated:
                return False
            self._again.put(key, found, asked)
        return _lasting(found.viewer, until) == _lasting(viewer, until)

    def forget(self) -> None:
        """Rights have changed: everything is looked up anew."""
        self._by_bearer.clear()
        self._again.clear()

    async def _recognised(self, bearer: str, digest: str) -> Recognised:
        if is_token(bearer):
            return await viewer_of_token(digest, self._now())
        if self._provider is None or bearer.count(".") != 2:
            raise Unauthenticated("authorization")
        claims = await self._provider.tokens.claims(bearer)
        nip = claims.all.get(self._provider.nip_claim) if self._provider.nip_claim else None
        account_id = await account_of_subject(
            Call(SYSTEM, self._now()),
            self._provider.tokens.issuer,
            claims.subject,
            nip if isinstance(nip, str) and _NIP.fullmatch(nip) else None,
        )
        if account_id is None:
            raise Unauthenticated("authorization")
        return Recognised((await viewer_of_account(account_id, self._now())).viewer, claims.until)


class _Recent(Generic[K, F]):
    """What was found a moment ago, counted from when the question was asked. Bounded: when full it forgets all."""

    def __init__(self, keep: float) -> None:
        self._keep = keep
        self._found: dict[K, tuple[float, F]] = {}
        self._cleared = monotonic()

    def get(self, key: K) -> F | None:
        kept = self._found.get(key)
        return kept[1] if kept is not None and monotonic() - kept[0] < self._keep else None

    def aged(self, key: K) -> tuple[F | None, bool]:
        """What was found up to twice as long ago, and whether it is time to look again."""
        kept = self._found.get(key)
        age = monotonic() - kept[0] if kept is not None else 0.0
        if kept is None or age >= 2 * self._keep:
            return None, False
        return kept[1], age >= self._keep

    def drop(self, key: K) -> None:
        """Forgets one."""
        self._found.pop(key, None)

    def put(self, key: K, found: F, asked: float) -> None:
        if len(self._found) >= _MOST_KEPT:
            self._found.clear()
        # An answer to a question from before the change may not know of the change.
        if asked > self._cleared:
            self._found[key] = (asked, found)

    def clear(self) -> None:
        self._found.clear()
        self._cleared = monotonic()


def build(house: House) -> Authenticator:
    """The authenticator of an open installation; hears of changed rights by itself."""
    authenticator = Authenticator(house.now, _provider(house.settings))
    on_change(authenticator.forget)
    return authenticator


def routes(
    house: House,
    authenticator: Authenticator,
    recheck: Callable[[], None] = lambda: None,
    *,
    passwords: Passwords | None = None,
    rules: LoginRules = RULES,
) -> list[Route]:
    """`POST /auth/login` and `POST /auth/logout`. `recheck` is called when rights have changed."""
    on_change(recheck)
    hasher = passwords or Passwords()
    limits = Limits(body_bytes=house.settings.body_bytes, json_depth=4, json_values=16)
    origins = frozenset(house.settings.allowed_origins)

    async def log_in(request: Request) -> Response:
        given = await _credentials(request, limits)
        opened = await login(house.call(), hasher, *given, peer(request.scope), rules)
        return JSONResponse({"token": opened.token, "expiresAt": _text(opened.expires_at)})

    async def log_out(request: Request) -> Response:
        viewer = await viewer_in(request, authenticator)
        await logout(Call(viewer, house.now()))
        return Response(None, 204)

    return [
        Route("/auth/login", Endpoint({"POST": log_in}, origins)),
        Route("/auth/logout", Endpoint({"POST": log_out}, origins)),
    ]


async def viewer_in(request: Request, authenticator: Authenticator) -> Viewer:
    """Who sends a request, by its `Authorization` header."""
    viewer = await authenticator.authenticate(bearer_in(Headers(request.scope).every(b"authorization")))
    about.account(viewer.account_id)
    return viewer


async def _credentials(request: Request, limits: Limits) -> tuple[str, str]:
    found = Headers(request.scope)
    if not is_json(found.only(b"content-type")) or found.every(b"content-encoding"):
        raise UnsupportedMediaType("content-type")
    body = decode(await read(request.receive, found, limits), limits)
    if not isinstance(body, dict):
        raise BadRequest("body", "not an object")
    for name in body:
        if name not in ("login", "password"):
            raise BadInput("body", name, "unknown; expected login and password")
    return _string(body, "login"), _string(body, "password")


def _string(body: dict[str, Any], name: str) -> str:
    value = body.get(name)
    if not isinstance(value, str):
        raise BadInput(name, None, "missing, or not a string")
    return value


def _provider(settings: Any) -> Provider | None:
    given = {name: getattr(settings, name) for name in ("oidc_issuer", "oidc_audience", "oidc_jwks_url")}
    if not any(given.values()):
        return None
    for name, value in given.items():
        if not value:
            raise BadInput(
                name, value, "needed with the other two of oidc_issuer, oidc_audience, oidc_jwks_url"
            )
    tokens = Tokens(
        settings.oidc_issuer,
        settings.oidc_audience,
        KeySet(settings.oidc_jwks_url),
        algorithms=settings.oidc_algorithms,
        leeway=settings.oidc_leeway_seconds,
    )
    return Provider(tokens, settings.oidc_nip_claim)


def _lasting(viewer: Viewer, until: datetime | None) -> Authenticated:
    own = {field.name: getattr(viewer, field.name) for field in dataclasses.fields(Viewer)}
    return Authenticated(**own, until=until)


def _text(instant: datetime) -> str:
    return instant.replace(microsecond=0).isoformat().replace("+00:00", "Z")
