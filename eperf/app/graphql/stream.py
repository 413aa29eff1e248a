"""The way in for event streams: GraphQL over HTTP whose answer is `text/event-stream`.

The exchange is the one of `http`: the same methods, limits, credentials, refusals before there is a stream. What
differs is what is accepted, that subscriptions are served, that refused documents are told as an event (the client
was promised events), and that a page of another origin is refused as on sockets: a stream holds a place for long.
"""

from __future__ import annotations

from contextlib import ExitStack
from functools import partial
from types import MappingProxyType
from typing import Any

from graphql import OperationType

from eperf.app.graphql import events, headers
from eperf.app.graphql.connection import Headers
from eperf.app.graphql.events import EventStream
from eperf.app.graphql.headers import HeaderList, Reply
from eperf.app.graphql.http import HttpEndpoint
from eperf.app.graphql.negotiate import EVENT_STREAM, PLAIN_JSON
from eperf.app.graphql.outlet import pipe_of
from eperf.app.graphql.prepared import Prepared
from eperf.app.graphql.problems import Rejected
from eperf.app.graphql.refusals import OriginRefused
from eperf.app.graphql.watch import Watch

_UNBUFFERED: HeaderList = [*headers.CLOSED, (b"x-accel-buffering", b"no")]


class StreamEndpoint(HttpEndpoint):
    """The ASGI application behind the event streams of the GraphQL path."""

    offered = (EVENT_STREAM,)
    served = MappingProxyType(
        {
            "GET": frozenset({OperationType.QUERY, OperationType.SUBSCRIPTION}),
            "POST": frozenset(OperationType),
        }
    )

    def __init__(self, watch: Watch, **shared: Any) -> None:
        super().__init__(**shared)
        self._watch = watch

    async def _reply(self, scope: Any, receive: Any, found: Headers, name: str, media: str | None) -> Reply:
        if scope["method"] in self.served and not headers.may_open_socket(found, self._origins):
            raise OriginRefused("origin")
        return await super()._reply(scope, receive, found, name, media)

    def _wants_page(self, scope: Any, found: Headers) -> bool:
        return False

    def _rejected(self, rejected: Rejected, media: str) -> Reply:
        if rejected.retry_after is not None:
            return super()._rejected(rejected, PLAIN_JSON)
        return Reply(200, events.failed(rejected.errors), EVENT_STREAM, _UNBUFFERED)

    async def _answered(self, prepared: Prepared, receive: Any, media: str) -> Reply:
        if prepared.operation.kind is not OperationType.SUBSCRIPTION:
            answer = await self._executed(prepared, receive)
            return Reply(200, events.only(answer), media, _UNBUFFERED)

        leaving = self._stay(prepared.context)

        async def follow(scope: Any, start: Any, receive: Any, send: Any) -> None:
            stream = EventStream(
                receive,
                send,
                partial(self._engine.serve, prepared),
                pipe=pipe_of(scope),
                context=prepared.context,
                limits=self._limits,
                problems=self._problems,
            )
            with leaving:
                await send(start)
                await self._watch.over(stream)

        return Reply(200, b"", media, _UNBUFFERED, follow)

    def _stay(self, context: Any) -> ExitStack:
        """A place for a stream, to be left at its end; raises `TooFast`, and takes none, where there is none."""
        with ExitStack() as leaving:
            leaving.callback(self._engine.gate.stay())
            leaving.callback(self._engine.gate.purse(context).stay())
            return leaving.pop_all()
