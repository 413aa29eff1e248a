"""One event stream from its first byte to its last: the distinct connections mode of the `graphql-sse` protocol.

Events are parted by LF LF, as every reader of event streams takes them. Nothing is queued here: a reader who is slow
holds its own source back, and one who has stopped is let go after `send_seconds`. How a stream ends tells the client
what to do: after `complete` there is nothing more; after a `next` with errors and `complete`, coming again is of no
use; a stream that just ends (the server is going) is taken up again by every client.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing, suppress
from typing import Any

from eperf.app.graphql.json import encode
from eperf.app.graphql.limits import Limits
from eperf.app.graphql.messages import Code
from eperf.app.graphql.problems import Problems, Rejected
from eperf.domain.errors import Unauthenticated

_COMPLETE = b"event: complete\ndata: \n\n"
_COMMENT = b":\n\n"
_ONE_LINE = bytes.maketrans(b"\r\n", b"  ")  # in JSON a raw line end is only ever white space
_CLOSE_SECONDS = 1.0


def next_(answer: bytes) -> bytes:
    """One answer as an event."""
    return b"event: next\ndata: " + answer.translate(_ONE_LINE) + b"\n\n"


def whole(answer: bytes) -> bytes:
    """The whole stream of an operation that has one answer."""
    return next_(answer) + _COMPLETE


def failed(errors: list[dict[str, Any]]) -> bytes:
    """The end of an operation that was refused or broke off."""
    return whole(encode({"errors": errors}))


class EventStream:
    """The answers of one subscription on their way to one reader."""

    def __init__(
        self,
        receive: Callable[[], Awaitable[Any]],
        send: Callable[[Any], Awaitable[None]],
        answers: AsyncGenerator[bytes, None],
        *,
        context: Any,
        limits: Limits,
        problems: Problems,
    ) -> None:
        self._receive, self._send, self._answers = receive, send, answers
        self._limits, self._problems = limits, problems
        self._sending = asyncio.Lock()
        self._last: asyncio.Future[bytes | None] = asyncio.get_running_loop().create_future()
        self._over = asyncio.Event()
        self.context = context
        """What `make_context` gave."""

    async def run(self) -> None:
        """Send what comes until the source, the reader or the server has had enough."""
        tasks = [asyncio.create_task(self._tell()), asyncio.create_task(self._watch_reader())]
        try:
            await self._keep_alive()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)
            self._over.set()
        await self._say_goodbye(self._last.result())

    async def close(self, code: Code, _reason: str) -> None:
        """End the stream: with the reason when its credential is gone, openly when the server is going."""
        revoked = code is Code.FORBIDDEN
        self._end(
            failed(self._problems.of_exception(Unauthenticated(), self.context.language)) if revoked else b""
        )
        with suppress(TimeoutError):
            async with asyncio.timeout(_CLOSE_SECONDS):
                await self._over.wait()

    def _end(self, last: bytes | None) -> None:
        """The first to end it says how: with last words, or without any where nobody hears them."""
        if not self._last.done():
            self._last.set_result(last)

    async def _tell(self) -> None:
        last: bytes | None = _COMPLETE
        try:
            async with aclosing(self._answers) as answers:
                async for answer in answers:
                    await self._put(next_(answer))
                    await asyncio.sleep(
                        0
                    )  # a source that never waits must not keep the loop from hearing a farewell
        except Rejected as rejected:
            last = failed(rejected.errors)
        except _Stuck:
            last = None
        except Exception as error:
            last = failed([self._problems.fault(error)])
        self._end(last)

    async def _watch_reader(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass
        self._end(None)

    async def _keep_alive(self) -> None:
        """A comment now and then, so that nothing between takes a quiet stream for a dead one."""
        try:
            while not self._last.done():
                await self._put(_COMMENT)
                await asyncio.wait([self._last], timeout=self._limits.comment_seconds)
        except _Stuck:
            self._end(None)

    async def _put(self, event: bytes) -> None:
        try:
            async with asyncio.timeout(self._limits.send_seconds), self._sending:
                await self._send({"type": "http.response.body", "body": event, "more_body": True})
        except TimeoutError:
            raise _Stuck from None

    async def _say_goodbye(self, last: bytes | None) -> None:
        """The last words and the end of the body; where they are not taken, the server cuts the connection."""
        if last is None:
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(_CLOSE_SECONDS):
                await self._send({"type": "http.response.body", "body": last, "more_body": False})


class _Stuck(Exception):
    """The reader has not read for too long."""
