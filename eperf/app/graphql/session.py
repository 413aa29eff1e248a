"""One socket from its opening to its end: the state machine of `graphql-transport-ws`.

The reading loop handles one message at a time and never waits for an operation; each operation is a task of its own.
A reader who is slow is waited for (nothing is queued here, so memory does not grow), but not for ever: after
`send_seconds` the socket is closed with 1013, which clients take as "come again". With a pipe the closing message goes
behind what the reader has not taken yet, so it is there when they read on. More operations than
`operations_per_socket` are refused one by one with an `error` message; the socket stays open.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from graphql import OperationType
from starlette.websockets import WebSocket, WebSocketDisconnect

from eperf.app.graphql import counts, messages
from eperf.app.graphql.connection import bearer_in
from eperf.app.graphql.engine import Engine
from eperf.app.graphql.limits import Limits
from eperf.app.graphql.messages import Closing, Code, Complete, Init, Message, Ping, Subscribe
from eperf.app.graphql.outlet import pipe_of
from eperf.app.graphql.prepared import Prepared
from eperf.app.graphql.problems import Problems, Rejected
from eperf.app.graphql.request import Request
from eperf.app.graphql.socket_outlet import SocketOutlet
from eperf.domain.errors import Refused, TooMany, Unavailable

_KINDS = frozenset(OperationType)
_CLOSE_SECONDS = 1.0


class Session:
    """The server's side of one accepted socket."""

    def __init__(
        self,
        socket: WebSocket,
        engine: Engine,
        *,
        authenticate: Callable[[str | None], Awaitable[Any]],
        each_operation: Callable[[Any], Any],
        limits: Limits,
        problems: Problems,
    ) -> None:
        self._socket, self._engine, self._authenticate = socket, engine, authenticate
        self._pipe = pipe_of(socket.scope)
        self._each_operation, self._limits, self._problems = each_operation, limits, problems
        self._operations: dict[str, asyncio.Task[None]] = {}
        self._sending = asyncio.Lock()
        self._initiated = self._closed = self._cut = False
        self._main: asyncio.Task[Any] | None = None
        self._closer: asyncio.Task[None] | None = None
        self._left: Callable[[], None] | None = None
        self.context: Any = None
        """What `make_context` gave; None until the connection is acknowledged."""

    async def run(self) -> None:
        """Serve the socket until it is closed by either side."""
        self._main = asyncio.current_task()
        timer = asyncio.get_running_loop().call_later(self._limits.init_seconds, self._late)
        try:
            await self._read()
        except WebSocketDisconnect:
            pass
        except asyncio.CancelledError:
            if not self._cut or (self._main is not None and self._main.uncancel()):
                raise
        finally:
            timer.cancel()
            self._closed = True
            if self._left is not None:
                self._left()
            await self._end_operations()

    async def close(self, code: Code, reason: str) -> None:
        """Close the socket; a peer that does not even take the closing is cut off."""
        if self._closed:
            return
        self._closed = True
        counts.closed(code)
        # Who is known and was too slow may read why for long; a stranger holds no place beyond the limits.
        stay = self.context is not None and code == Code.TRY_AGAIN
        if not self._pipe.free() and self._pipe.part(code, reason, stay):
            return
        try:
            async with asyncio.timeout(_CLOSE_SECONDS):
                await self._socket.close(code, reason)
        except TimeoutError:
            self._cut = True
            if self._main is not None:
                self._main.cancel()
        except (WebSocketDisconnect, RuntimeError, OSError):
            pass  # it is closed already

    async def _read(self) -> None:
        while True:
            event = await self._socket.receive()
            if event["type"] == "websocket.disconnect":
                return
            if self._closed:
                continue
            try:
                text = event.get("text")
                if text is None:
                    raise Closing(Code.BAD_REQUEST, "Messages are text")
                await self._handle(messages.parse(text, self._limits))
            except Closing as closing:
                await self.close(closing.code, closing.reason)

    async def _handle(self, message: Message) -> None:
        if isinstance(message, Init):
            await self._init(message)
        elif isinstance(message, Ping):
            await self._send(messages.pong(message.payload))
        elif isinstance(message, Subscribe):
            await self._subscribe(message)
        elif isinstance(message, Complete):
            operation = self._operations.pop(message.id, None)
            if operation is not None:
                operation.cancel()

    def _late(self) -> None:
        if not self._initiated:
            closing = self.close(Code.INIT_TIMEOUT, "Connection initialisation timeout")
            self._closer = asyncio.ensure_future(closing)

    async def _init(self, message: Init) -> None:
        if self._initiated:
            raise Closing(Code.INIT_TWICE, "Too many initialisation requests")
        self._initiated = True
        payload = message.payload
        credential = payload.get("authorization", payload.get("Authorization"))
        if credential is not None and not isinstance(credential, str):
            raise Closing(Code.BAD_REQUEST, "The authorization in the payload is not a string")
        try:
            context = await self._authenticate(bearer_in([] if credential is None else [credential]))
            self._left = self._engine.gate.purse(context).stay()
            self.context = context
        except TooMany as refused:
            self._problems.of_exception(refused, "en")
            raise Closing(Code.TRY_AGAIN, f"{refused.code} {refused.field}"[:100]) from None
        except Unavailable as refused:
            raise Closing(Code.TRY_AGAIN, refused.code) from None
        except Refused as refused:
            raise Closing(Code.FORBIDDEN, refused.code) from None
        except Exception as error:
            fault = self._problems.fault(error)["extensions"]["id"]
            raise Closing(Code.INTERNAL, f"Internal error {fault}") from None
        await self._send(messages.ack())

    async def _subscribe(self, message: Subscribe) -> None:
        if self.context is None:
            raise Closing(Code.UNAUTHORIZED, "Unauthorized")
        if message.id in self._operations:
            raise Closing(Code.ID_IN_USE, "Subscriber for this id already exists")
        most = self._limits.operations_per_socket
        if len(self._operations) >= most:
            too_many = TooMany("operations_per_socket", most, most + 1)
            errors = self._problems.of_exception(too_many, self.context.language)
            await self._send(messages.error(message.id, errors))
            return
        self._operations[message.id] = asyncio.create_task(self._operate(message.id, message.request))

    def _prepared(self, request: Request) -> Prepared:
        context = self._each_operation(self.context)
        return self._engine.prepare(request, context, context.language, _KINDS)

    async def _operate(self, id: str, request: Request) -> None:  # noqa: A002
        """One operation; whatever ends it ends it alone."""
        try:
            serving = self._engine.serve(self._prepared(request), self._outlet(id))
            del request  # thousands of these wait, each for hours
            await serving
            last = messages.complete(id)
        except Rejected as rejected:
            last = messages.error(id, rejected.errors)
        except WebSocketDisconnect:
            return
        except Exception as error:
            last = messages.error(id, [self._problems.fault(error)])
        if self._operations.get(id) is asyncio.current_task():
            del self._operations[id]  # before it is said: the client may use the id again at once
            with suppress(WebSocketDisconnect):
                await self._send(last)

    def _outlet(self, id: str) -> SocketOutlet:  # noqa: A002
        return SocketOutlet(id, self._pipe, self._send, self._stopped, self._limits.send_seconds)

    async def _stopped(self, position: str = "") -> None:
        """The reader takes nothing any more; the reason names how far it was sent to, where there are positions."""
        await self.close(Code.TRY_AGAIN, messages.TOO_SLOW + (f", sent up to {position}" if position else ""))

    async def _send(self, text: str) -> None:
        """Send one message, waiting for a reader who is slow but not for one who has stopped."""
        try:
            async with asyncio.timeout(self._limits.send_seconds), self._sending:
                if self._closed:
                    raise WebSocketDisconnect
                await self._socket.send_text(text)
        except TimeoutError:
            await self._stopped()
            raise WebSocketDisconnect from None
        except RuntimeError:  # closed meanwhile
            raise WebSocketDisconnect from None

    async def _end_operations(self) -> None:
        """Cancel what is under way and wait for it, so that every stream is closed when the socket is."""
        tasks = list(self._operations.values())
        self._operations.clear()
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)
