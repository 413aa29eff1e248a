"""One event stream, from its first byte to its last: the distinct connections mode of `graphql-sse`.

Nothing is queued here: a slow reader holds its own source back, one who takes nothing for `send_seconds` is given up.
How a stream ends says what the client is to do. `complete` is the end of the operation; after errors and `complete`
coming again is of no use; a body that ends without `complete` (the server is going) is one to come back for.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from eperf.app.graphql import counts
from eperf.app.graphql.json import encode
from eperf.app.graphql.limits import Limits
from eperf.app.graphql.messages import Code
from eperf.app.graphql.outlet import NO_PIPE, Outlet, Parcel, Pipe
from eperf.app.graphql.problems import Problems, Rejected
from eperf.domain.errors import Unauthenticated

_COMPLETE = b"event: complete\ndata: \n\n"
_COMMENT = b":\n\n"
_IN_ONE_LINE = bytes.maketrans(b"\r\n", b"  ")
_CLOSE_SECONDS = 1.0
_MOMENT_SECONDS = 0.01


def only(answer: bytes) -> bytes:
    """The whole stream of an operation that has one answer."""
    return _next(answer) + _COMPLETE


def failed(errors: list[dict[str, Any]]) -> bytes:
    """The end of a stream whose operation was refused or broke off."""
    return only(encode({"errors": errors}))


def _next(answer: bytes) -> bytes:
    """An answer as an event; a raw line end, which would cut it, is only ever white space in JSON."""
    return b"event: next\ndata: " + answer.translate(_IN_ONE_LINE) + b"\n\n"


class _Lost(Exception):
    """The reader takes nothing any more."""


class EventStream:
    """The answers of one operation on their way to one reader."""

    def __init__(
        self,
        receive: Callable[[], Awaitable[Any]],
        send: Callable[[Any], Awaitable[None]],
        serve: Callable[[Outlet], Awaitable[None]],
        *,
        pipe: Pipe,
        context: Any,
        limits: Limits,
        problems: Problems,
    ) -> None:
        self._receive, self._send, self._serve, self._pipe = receive, send, serve, pipe
        self._limits, self._problems = limits, problems
        self._patience = limits.send_seconds
        self._sending = asyncio.Lock()
        self._last: asyncio.Future[bytes | None] = asyncio.get_running_loop().create_future()
        self._over = asyncio.Event()
        self.context = context
        """What `make_context` gave."""

    async def run(self) -> None:
        """Send answers until the source ends, the reader goes or stops, or the stream is closed."""
        try:
            last = await self._worked_off()
            if last is not None:
                with suppress(_Lost):
                    await self._put(last, more=False, seconds=self._patience)
        finally:
            self._over.set()

    async def _worked_off(self) -> bytes | None:
        """The last bytes to send, when everything before them is out and the source is closed."""
        parts = (self._keep_alive(), self._tell(), self._await_leaving())
        tasks = [asyncio.create_task(part) for part in parts]
        try:
            return await self._last
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)

    async def close(self, code: Code, _reason: str) -> None:
        """End the stream: with an error when its credential is gone, without `complete` when the server is going."""
        if not self._last.done():
            counts.closed(code)
            self._patience = _CLOSE_SECONDS
        if code is Code.FORBIDDEN:
            errors = self._problems.of_exception(Unauthenticated(), self.context.language)
            self._end(failed(errors))
        else:
            self._end(b"")
        with suppress(TimeoutError):
            async with asyncio.timeout(_CLOSE_SECONDS):
                await self._over.wait()

    def _end(self, last: bytes | None) -> None:
        """Who is first says with which bytes it ends; None when nobody is there to read any."""
        if not self._last.done():
            self._last.set_result(last)

    async def send(self, answer: bytes) -> None:
        """Sends one answer."""
        await self._put(_next(answer))
        await asyncio.sleep(0)  # neither a source nor a reader who never waits may keep the loop

    @property
    def piped(self) -> bool:
        """Whether the server gave a pipe."""
        return self._pipe is not NO_PIPE

    def free(self) -> bool:
        """Whether the stream is open and its transport holds nothing back."""
        return not self._last.done() and self._pipe.free()

    def put(self, parcel: Parcel) -> None:
        """Writes events to the transport."""
        self._pipe.write(parcel.addressed(self._pipe.style, self._event))

    def _event(self, answer: bytes) -> bytes:
        return self._pipe.message(_next(answer))

    async def drained(self, position: str) -> None:
        """Waits for a reader who is slow; one who has stopped is given up."""
        try:
            async with asyncio.timeout(self._limits.send_seconds):
                await self._pipe.drained()
        except TimeoutError:
            self._give_up()
            raise _Lost from None
        if not self.free():
            await asyncio.sleep(_MOMENT_SECONDS)  # the stream is over, and this is about to be told

    async def _tell(self) -> None:
        """The source's answers, and the end that it comes to."""
        try:
            await self._serve(self)
            self._end(_COMPLETE)
        except Rejected as rejected:
            self._end(failed(rejected.errors))
        except _Lost:
            self._end(None)
        except Exception as error:
            self._end(failed([self._problems.fault(error)]))

    async def _keep_alive(self) -> None:
        """Comments: one at once, since some browsers wait for a first byte, and one every now and then."""
        try:
            while True:
                await self._put(_COMMENT)
                await asyncio.sleep(self._limits.comment_seconds)
        except _Lost:
            self._end(None)

    async def _await_leaving(self) -> None:
        try:
            while (await self._receive())["type"] != "http.disconnect":
                pass
        finally:
            self._end(None)

    async def _put(self, data: bytes, *, more: bool = True, seconds: float | None = None) -> None:
        """Send some bytes, waiting for a reader who is slow but not for one who has stopped."""
        try:
            async with asyncio.timeout(seconds or self._limits.send_seconds), self._sending:
                await self._send({"type": "http.response.body", "body": data, "more_body": more})
        except TimeoutError:
            self._give_up()
            raise _Lost from None
        except OSError:
            raise _Lost from None

    def _give_up(self) -> None:
        if not self._last.done():
            counts.closed(Code.TRY_AGAIN)
            self._end(None)
