"""The lean lane: an operation that has been sent before, answered by its plan with nothing done twice.

Most requests of a frontend differ from earlier ones in an id or a month. What can be known from an earlier request is
remembered here (headers and what follows from them, who presents a token, the document, its price, its plan), so
what is left is to read the body, bind the values, ask the database and send. Anything out of the ordinary goes the
ordinary way with the body handed on, and that way decides and explains; so this one has no refusals of its own but
the time limit, and a limit holds on both.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from random import getrandbits
from typing import Any, NamedTuple, Protocol

import orjson

from eperf.app.graphql import headers
from eperf.app.graphql.connection import Headers, request_id, spoken
from eperf.app.graphql.engine import Engine
from eperf.app.graphql.guard import Cause, Guard, Rounds
from eperf.app.graphql.headers import HeaderList, Reply
from eperf.app.graphql.json import check
from eperf.app.graphql.limits import Limits
from eperf.app.graphql.problems import Problems, Rejected
from eperf.app.graphql.refusals import TimedOut
from eperf.app.graphql.request import Request, from_json
from eperf.domain.errors import Refused

Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
_READ = frozenset(
    {b"host", b"accept", b"accept-language", b"content-type", b"content-encoding", b"expect", b"origin"}
)
"""The headers that decide how a request is answered, but for the token: a proxy may add what it likes."""
_UNUSUAL = frozenset({b"content-encoding", b"expect"})
_BEARER = b"Bearer "
_MOST_CALLERS = 256
_PLAIN = frozenset({str, bool, type(None)})
_NAME = frozenset({str, type(None)})
_MAP = frozenset({dict, type(None)})
_MEMBERS = frozenset({"query", "variables", "operationName"})
_BY_HASH = frozenset({"documentId", "extensions", "variables", "operationName"})


class Recall(Protocol):
    """The context of a caller whose token was looked up a moment ago; None when it was not."""

    def __call__(self, bearer: str, language: str, request_id: str) -> Any:
        """The context, or None."""
        ...


class _Caller(NamedTuple):
    """What follows from a caller's headers."""

    language: str
    headers: HeaderList


class _Presented(NamedTuple):
    """What a request's headers say: those that decide how it is answered, the token of the one `Authorization` header
    where it is of the usual form, and whether the request has a name of the caller's."""

    key: tuple[Any, ...]
    bearer: str | None
    named: bool


class Lane:
    """The lane of one endpoint. It knows only callers that the ordinary way has answered."""

    def __init__(self, engine: Engine, recall: Recall | None, limits: Limits, problems: Problems) -> None:
        self._engine, self._recall, self._limits, self._problems = engine, recall, limits, problems
        self._callers: dict[tuple[Any, ...], _Caller] = {}
        self._rounds = Rounds()

    def learn(self, scope: Any, found: Headers, media: str, origin: str | None) -> None:
        """Remembers a caller whose request passed every check that depends on its headers."""
        if self._recall is None or _UNUSUAL & {name for name, _ in scope["headers"]}:
            return
        if len(self._callers) >= _MOST_CALLERS:
            self._callers.clear()
        sent = headers.of_answer(Reply(200, b"", media, headers.CLOSED), "", origin)
        kept = [(name, value) for name, value in sent if name not in (b"x-request-id", b"content-length")]
        self._callers[_presented(scope["headers"]).key] = _Caller(spoken(found), kept)

    async def serve(self, scope: Any, receive: Receive, send: Any) -> Receive | None:
        """Answers and gives None; or gives what is left to receive, for the ordinary way."""
        if scope["method"] != "POST" or scope["query_string"] or self._recall is None:
            return receive
        presented = _presented(scope["headers"])
        caller = self._callers.get(presented.key)
        if caller is None or presented.bearer is None:
            return receive
        guard = Guard(receive, self._limits.execution_seconds, self._rounds)
        left = receive
        try:
            message = await receive()
            guard.received()
            left = _handed_on(message, receive)
            name = request_id(Headers(scope)) if presented.named else f"{getrandbits(128):032x}"
            context = self._recall(presented.bearer, caller.language, name)
            request = None if context is None else self._request(message)
            body = (
                None if request is None else await self._engine.remembered(request, context, guard.changing)
            )
        except asyncio.CancelledError:
            cause = guard.cause()
            if cause is None:
                raise
            return self._cut_off(cause, left, caller.language)
        finally:
            guard.end()
        if body is None:
            return left
        sent = [*caller.headers, (b"x-request-id", name.encode()), (b"content-length", b"%d" % len(body))]
        await send({"type": "http.response.start", "status": 200, "headers": sent})
        await send({"type": "http.response.body", "body": body})
        return None

    def _cut_off(self, cause: Cause, left: Receive, language: str) -> Receive | None:
        """What the ordinary way is to receive: what it would have, or the refusal."""
        if cause is Cause.GONE:
            return None
        if cause is Cause.BODY:
            return left

        async def late() -> MutableMapping[str, Any]:
            refused = TimedOut()
            raise Rejected(self._problems.of_exception(refused, language), refused.status)

        return late

    def _request(self, message: MutableMapping[str, Any]) -> Request | None:
        """The request in a body that came whole and is an ordinary one."""
        raw = message.get("body", b"")
        if (
            message["type"] != "http.request"
            or message.get("more_body")
            or len(raw) > self._limits.body_bytes
        ):
            return None
        try:
            value = orjson.loads(raw)
        except orjson.JSONDecodeError:
            return None
        if type(value) is not dict or b"\\u0000" in raw:
            return None
        if not value.keys() <= _MEMBERS:
            return self._by_hash(value)
        query, name, variables = value.get("query"), value.get("operationName"), value.get("variables")
        # Only null is as good as absent: `0` and `false` are refused, and refusing is the ordinary way's.
        if type(query) is not str or type(name) not in _NAME or type(variables) not in _MAP:
            return None
        variables = variables or {}
        if not {type(one) for one in variables.values()} <= _PLAIN and not self._is_strict(value):
            return None
        return Request(query, name or None, variables)

    def _by_hash(self, value: dict[str, Any]) -> Request | None:
        """A request for a registered document."""
        if not value.keys() <= _BY_HASH or not self._is_strict(value):
            return None
        try:
            return from_json(value)
        except Refused:
            return None

    def _is_strict(self, value: dict[str, Any]) -> bool:
        try:
            check(value, self._limits, nul=False)
        except Refused:
            return False
        return True


def _presented(found: Any) -> _Presented:
    key, bearers, named = [], [], False
    for pair in found:
        name, value = pair
        if name in _READ:
            key.append(pair)
        elif name == b"authorization":
            bearers.append(value)
        elif name == b"x-request-id":
            named = True
    usual = len(bearers) == 1 and bearers[0].startswith(_BEARER)
    return _Presented(tuple(key), bearers[0][len(_BEARER) :].decode("latin-1") if usual else None, named)


def _handed_on(message: MutableMapping[str, Any], receive: Receive) -> Receive:
    """A `receive` that gives a message again before it goes on."""
    waiting = [message]

    async def again() -> MutableMapping[str, Any]:
        return waiting.pop() if waiting else await receive()

    return again
