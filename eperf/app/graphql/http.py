"""GraphQL over HTTP, by its specification.

One exchange: method, accepted type, address, body, shape, caller, document, execution. A request that is not well
formed gets a 4xx whatever it accepts; a GraphQL request that is well formed but refused (syntax, validation,
variables, limits) gets 400 as `application/graphql-response+json` and 200 as the older `application/json`, in both
cases without a `data` member. One that only came too fast gets 429 with `Retry-After` either way. GET runs queries
only and needs no preflight because it can change nothing and carries no credential by itself.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from types import MappingProxyType
from typing import Any

from graphql import OperationType

from eperf.app.graphql import body, headers, negotiate
from eperf.app.graphql.connection import ConnectionFacts, Headers, bearer_in, peer, request_id, spoken
from eperf.app.graphql.engine import Engine
from eperf.app.graphql.headers import HeaderList, Reply
from eperf.app.graphql.json import decode, encode
from eperf.app.graphql.lean import Lane, Recall
from eperf.app.graphql.limits import Limits
from eperf.app.graphql.page import IdePage
from eperf.app.graphql.prepared import Prepared
from eperf.app.graphql.problems import Problems, Rejected
from eperf.app.graphql.refusals import (
    MethodNotAllowed,
    NotAcceptable,
    OperationNotServed,
    OriginRefused,
    UnsupportedMediaType,
    UrlTooLong,
)
from eperf.app.graphql.request import Request, from_json, from_url, names_a_document, parameters
from eperf.domain.errors import Forbidden, Refused, TooMany, Unauthenticated, Unavailable

MakeContext = Callable[[ConnectionFacts], Awaitable[Any]]

_JSON = frozenset({negotiate.RESPONSE_JSON, negotiate.PLAIN_JSON})
_EVERYWHERE = frozenset(OperationType)
_STATUS: tuple[tuple[type[Refused], int], ...] = (
    (Unauthenticated, 401),
    (Forbidden, 403),
    (TooMany, 429),
    (Unavailable, 503),
)
_WATCH_AFTER = 0.25
_OK = 200


class HttpEndpoint:
    """The ASGI application behind `GET`, `POST` and `OPTIONS` of the GraphQL path."""

    offered: tuple[str, ...] = (negotiate.RESPONSE_JSON, negotiate.PLAIN_JSON)
    served: Mapping[str, frozenset[OperationType]] = MappingProxyType(
        {
            "GET": frozenset({OperationType.QUERY}),
            "POST": frozenset({OperationType.QUERY, OperationType.MUTATION}),
        }
    )

    def __init__(
        self,
        engine: Engine,
        *,
        make_context: MakeContext,
        limits: Limits,
        problems: Problems,
        page: IdePage,
        allowed_origins: frozenset[str],
        recall: Recall | None = None,
    ) -> None:
        self.lane = Lane(engine, recall, limits, problems)
        """What answers requests like earlier ones before they get here."""
        self._engine, self._make_context, self._limits = engine, make_context, limits
        self._problems, self._page, self._origins = problems, page, allowed_origins

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one request; a caller who has gone gets nothing."""
        found = Headers(scope)
        name = request_id(found)
        try:
            reply = await self._guarded(scope, receive, found, name)
        except body.Gone:
            return
        origin = headers.allowed_origin(found, self._origins) if scope["method"] == "POST" else None
        sent = headers.of_answer(reply, name, origin)
        if reply.status == _OK and scope["method"] == "POST":
            self.lane.learn(scope, found, reply.media_type, origin)
        start = {"type": "http.response.start", "status": reply.status, "headers": sent}
        if reply.follow is not None:
            await reply.follow(scope, start, receive, send)
            return
        await send(start)
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else reply.body})

    async def _guarded(self, scope: Any, receive: Any, found: Headers, name: str) -> Reply:
        """Every failure as a reply: refusals typed, faults masked."""
        media = negotiate.media_type(found.joined(b"accept"), self.offered)
        shown = media if media in _JSON else negotiate.PLAIN_JSON
        try:
            return await self._reply(scope, receive, found, name, media)
        except Rejected as rejected:
            return self._rejected(rejected, shown)
        except Refused as refused:
            errors = self._problems.of_exception(refused, spoken(found))
            return _errors(_status(refused), errors, shown, _explained(refused))
        except Exception as error:
            return _errors(500, [self._problems.fault(error)], shown)

    async def _reply(self, scope: Any, receive: Any, found: Headers, name: str, media: str | None) -> Reply:
        method = scope["method"]
        if method == "OPTIONS" and found.every(b"access-control-request-method"):
            granted = headers.preflight(found, self._origins)
            if granted is None:
                raise OriginRefused("origin")
            return Reply(204, b"", negotiate.PLAIN_JSON, granted)
        if method not in self.served:
            raise MethodNotAllowed("GET, POST")
        self._check_address(scope)
        if method == "GET" and self._wants_page(scope, found):
            return self._page.reply()
        if media is None:
            raise NotAcceptable(self.offered)
        request = await self._request(scope, receive, found)
        context = await self._context(scope, found, name)
        return await self._answered(self._prepared(method, request, context), receive, media)

    def _rejected(self, rejected: Rejected, media: str) -> Reply:
        """A well-formed request whose GraphQL was refused."""
        again = rejected.retry_after
        status = 200 if media == negotiate.PLAIN_JSON and again is None else rejected.status
        return _errors(status, rejected.errors, media, _retry(again) if again else None)

    def _check_address(self, scope: Any) -> None:
        size = len(scope.get("raw_path") or scope["path"].encode()) + len(scope["query_string"])
        if size > self._limits.url_bytes:
            raise UrlTooLong("url_bytes", self._limits.url_bytes, size)

    def _wants_page(self, scope: Any, found: Headers) -> bool:
        accepted = negotiate.media_type(found.joined(b"accept"), (*self.offered, negotiate.HTML))
        return accepted == negotiate.HTML and not names_a_document(parameters(scope["query_string"]))

    async def _request(self, scope: Any, receive: Any, found: Headers) -> Request:
        if scope["method"] == "GET":
            return from_url(scope["query_string"], self._limits)
        encodings = found.every(b"content-encoding")
        if not negotiate.is_json(found.only(b"content-type")) or any(
            e.lower() != "identity" for e in encodings
        ):
            raise UnsupportedMediaType("content-type")
        raw = await body.read(receive, found, self._limits)
        return from_json(decode(raw, self._limits))

    async def _context(self, scope: Any, found: Headers, name: str) -> Any:
        bearer = bearer_in(found.every(b"authorization"))
        facts = ConnectionFacts(bearer, spoken(found), peer(scope), name, "http")
        return await within(self._make_context(facts), self._limits.execution_seconds)

    def _prepared(self, method: str, request: Request, context: Any) -> Prepared:
        prepared = self._engine.prepare(request, context, context.language, _EVERYWHERE)
        kind = prepared.operation.kind
        if kind not in self.served[method]:
            raise (
                MethodNotAllowed("POST") if kind is OperationType.MUTATION else OperationNotServed(kind.value)
            )
        return prepared

    async def _answered(self, prepared: Prepared, receive: Any, media: str) -> Reply:
        return Reply(200, await self._executed(prepared, receive), media, headers.CLOSED)

    async def _executed(self, prepared: Prepared, receive: Any) -> bytes:
        """A query whose caller goes away is stopped; a mutation is not, its answer can be asked for by its key."""
        if prepared.operation.kind is OperationType.MUTATION:
            return await self._engine.execute(prepared)
        async with _watching(receive):
            return await self._engine.execute(prepared)


async def within(context: Awaitable[Any], seconds: float) -> Any:
    """The context, or `Unavailable` when it cannot be made in time."""
    try:
        async with asyncio.timeout(seconds) as limit:
            return await context
    except TimeoutError:
        if not limit.expired():
            raise
        raise Unavailable() from None


@asynccontextmanager
async def _watching(receive: Any) -> AsyncIterator[None]:
    """Cancel the block and raise `Gone` when the caller disconnects; costs nothing while the block is quick."""
    task = asyncio.current_task()
    watchers: list[asyncio.Task[None]] = []
    gone = False

    async def watch() -> None:
        nonlocal gone
        while (await receive())["type"] != "http.disconnect":
            pass
        gone = True
        if task is not None:
            task.cancel()

    timer = asyncio.get_running_loop().call_later(
        _WATCH_AFTER, lambda: watchers.append(asyncio.ensure_future(watch()))
    )
    try:
        yield
    except asyncio.CancelledError:
        if not gone or (task is not None and task.uncancel()):
            raise
        raise body.Gone from None
    finally:
        timer.cancel()
        for watcher in watchers:
            watcher.cancel()


def _errors(status: int, errors: list[dict[str, Any]], media: str, more: HeaderList | None = None) -> Reply:
    return Reply(status, encode({"errors": errors}), media, [*headers.CLOSED, *(more or [])])


def _status(refused: Refused) -> int:
    own = getattr(refused, "status", None)
    return own or next((status for kind, status in _STATUS if isinstance(refused, kind)), 400)


def _explained(refused: Refused) -> HeaderList:
    """What HTTP wants said beside certain refusals."""
    if isinstance(refused, MethodNotAllowed):
        return [(b"allow", refused.facts["allowed"].encode())]
    if isinstance(refused, Unauthenticated):
        return [(b"www-authenticate", b'Bearer realm="eperf"')]
    return _retry(getattr(refused, "retry_after", 1)) if _status(refused) in {429, 503} else []


def _retry(seconds: int) -> HeaderList:
    return [(b"retry-after", str(seconds).encode())]
