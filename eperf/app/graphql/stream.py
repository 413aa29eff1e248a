"""The way in for event streams: GraphQL over HTTP whose answer is a `text/event-stream`.

The exchange is that of `http`, with the same reading, limits, credentials and origins; three things differ. Only event
streams are offered, so a caller who accepts none gets 406. Subscriptions are served. And a document that is refused
(syntax, validation, variables, limits) is told in the stream, because the protocol wants it so: clients take a status
other than 200 for a broken network and come again with the same document. Whatever is wrong before there is a document
(method, address, body, credential, a mutation by GET) is an ordinary answer in JSON with its status, and so is what
only came too fast: there clients do right to come again.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from typing import Any, ClassVar

from graphql import OperationType

from eperf.app.graphql import events, headers, negotiate
from eperf.app.graphql.connection import Headers
from eperf.app.graphql.engine import Engine
from eperf.app.graphql.events import EventStream
from eperf.app.graphql.headers import HeaderList, Reply
from eperf.app.graphql.http import HttpEndpoint, MakeContext
from eperf.app.graphql.limits import Limits
from eperf.app.graphql.page import IdePage
from eperf.app.graphql.prepared import Prepared
from eperf.app.graphql.problems import Problems, Rejected
from eperf.app.graphql.refusals import EventsNotAccepted
from eperf.app.graphql.request import Request
from eperf.app.graphql.watch import Watch

_HEADERS: HeaderList = [*headers.CLOSED, (b"x-accel-buffering", b"no")]  # a proxy must pass events on at once


class StreamEndpoint(HttpEndpoint):
    """The ASGI application behind `GET`, `POST` and `OPTIONS` of the path of event streams."""

    served: ClassVar[Mapping[str, frozenset[OperationType]]] = {
        "GET": frozenset({OperationType.QUERY, OperationType.SUBSCRIPTION}),
        "POST": frozenset(OperationType),
    }

    def __init__(
        self,
        engine: Engine,
        *,
        make_context: MakeContext,
        limits: Limits,
        problems: Problems,
        page: IdePage,
        allowed_origins: frozenset[str],
        watch: Watch,
    ) -> None:
        super().__init__(
            engine,
            make_context=make_context,
            limits=limits,
            problems=problems,
            page=page,
            allowed_origins=allowed_origins,
        )
        self._watch = watch

    async def _reply(self, scope: Any, receive: Any, found: Headers, name: str, media: str | None) -> Reply:
        granted = self._opening(scope, found)
        if granted is not None:
            return granted
        if negotiate.media_type(found.joined(b"accept"), (negotiate.EVENT_STREAM,)) is None:
            raise EventsNotAccepted("accept")
        request = await self._request(scope, receive, found)
        context = await self._context(scope, found, name)
        try:
            return await self._streamed(scope["method"], receive, request, context)
        except Rejected as rejected:
            if rejected.retry_after is not None:
                raise
            return _whole(events.failed(rejected.errors))

    async def _streamed(self, method: str, receive: Any, request: Request, context: Any) -> Reply:
        """A subscription is followed; what has one answer is executed first, with the patience of `http`."""
        prepared = self._prepared(method, request, context)
        if prepared.operation.kind is OperationType.SUBSCRIPTION:
            return self._followed(prepared)
        return _whole(events.only(await self._executed(prepared, receive)))

    def _followed(self, prepared: Prepared) -> Reply:
        leaving = self._stay(prepared.context)

        async def follow(start: Any, receive: Any, send: Any) -> None:
            stream = EventStream(
                receive,
                send,
                self._engine.stream(prepared),
                context=prepared.context,
                limits=self._limits,
                problems=self._problems,
            )
            with leaving:
                await send(start)
                await self._watch.over(stream)

        return Reply(200, b"", negotiate.EVENT_STREAM, _HEADERS, follow)

    def _stay(self, context: Any) -> ExitStack:
        """A place for a stream, to be left at its end; raises `TooFast` where there is none."""
        with ExitStack() as leaving:
            leaving.callback(self._engine.gate.stay())
            leaving.callback(self._engine.gate.purse(context).stay())
            return leaving.pop_all()


def _whole(body: bytes) -> Reply:
    """A stream that is over as soon as it begins."""
    return Reply(200, body, negotiate.EVENT_STREAM, _HEADERS)
