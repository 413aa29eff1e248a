"""The way in for sockets: who may open one, and with which protocol.

A page of another origin gets 403 before there is a socket; a client that does not offer `graphql-transport-ws` is
told so with 4406 (the older `graphql-ws` protocol, which many libraries still serve beside it, is not spoken here).
The credential comes in `connection_init`, because a browser cannot send a header with a socket.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from starlette.responses import Response
from starlette.websockets import WebSocket, WebSocketDisconnect

from eperf.app.graphql import counts, headers
from eperf.app.graphql.connection import ConnectionFacts, Headers, peer, request_id, spoken
from eperf.app.graphql.engine import Engine
from eperf.app.graphql.http import MakeContext, within
from eperf.app.graphql.json import encode
from eperf.app.graphql.limits import Limits
from eperf.app.graphql.messages import PROTOCOL, Code
from eperf.app.graphql.negotiate import PLAIN_JSON
from eperf.app.graphql.problems import Problems
from eperf.app.graphql.refusals import OriginRefused
from eperf.app.graphql.session import Session
from eperf.app.graphql.watch import Watch
from eperf.domain.errors import TooMany


class SocketEndpoint:
    """The ASGI application behind the socket of the GraphQL path."""

    def __init__(
        self,
        engine: Engine,
        *,
        make_context: MakeContext,
        each_operation: Callable[[Any], Any],
        limits: Limits,
        problems: Problems,
        allowed_origins: frozenset[str],
        watch: Watch,
    ) -> None:
        self._engine, self._make_context, self._each_operation = engine, make_context, each_operation
        self._limits, self._problems, self._origins, self._watch = limits, problems, allowed_origins, watch

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Serve one socket."""
        socket = WebSocket(scope, receive, send)
        found = Headers(scope)
        if not headers.may_open_socket(found, self._origins):
            await self._deny(socket, spoken(found))
            return
        try:
            if PROTOCOL not in scope.get("subprotocols", ()):
                await socket.accept()
                await socket.close(Code.SUBPROTOCOL, "Subprotocol not acceptable")
                return
            await socket.accept(PROTOCOL)
            await self._stay(socket, found)
        except WebSocketDisconnect:
            return

    async def _stay(self, socket: WebSocket, found: Headers) -> None:
        try:
            left = self._engine.gate.stay()
        except TooMany as refused:
            self._problems.of_exception(refused, spoken(found))
            counts.closed(Code.TRY_AGAIN)
            await socket.close(Code.TRY_AGAIN, f"{refused.code} {refused.field}")
            return
        try:
            await self._watch.over(self._session(socket, found))
        finally:
            left()

    def _session(self, socket: WebSocket, found: Headers) -> Session:
        language, address, name = spoken(found), peer(socket.scope), request_id(found)

        async def authenticate(bearer: str | None) -> Any:
            facts = ConnectionFacts(bearer, language, address, name, "socket")
            return await within(self._make_context(facts), self._limits.execution_seconds)

        return Session(
            socket,
            self._engine,
            authenticate=authenticate,
            each_operation=self._each_operation,
            limits=self._limits,
            problems=self._problems,
        )

    async def _deny(self, socket: WebSocket, language: str) -> None:
        await socket.receive()
        if "websocket.http.response" not in socket.scope.get("extensions", {}):
            await socket.close()
            return
        errors = self._problems.of_exception(OriginRefused("origin"), language)
        sent = {name.decode(): value.decode() for name, value in (*headers.SECURE, *headers.CLOSED)}
        await socket.send_denial_response(
            Response(encode({"errors": errors}), OriginRefused.status, sent, media_type=PLAIN_JSON)
        )
