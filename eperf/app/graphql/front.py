"""The front of one GraphQL schema: the routes that an application mounts, and the end of its sockets and streams.

It knows no noun. Who calls is decided by `make_context`, what may be seen by the schema; the front only makes sure
that nothing malformed, oversized or untimely comes that far, and that nothing but typed errors comes back.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Hashable
from typing import Any

import strawberry
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from eperf.app.graphql.connection import ConnectionFacts
from eperf.app.graphql.cost import Price
from eperf.app.graphql.engine import Engine
from eperf.app.graphql.gate import Gate, PrincipalOf
from eperf.app.graphql.http import HttpEndpoint
from eperf.app.graphql.lean import Recall
from eperf.app.graphql.limits import Limits
from eperf.app.graphql.page import IdePage
from eperf.app.graphql.prepared import Shares
from eperf.app.graphql.problems import ProblemOf, Problems, problem_of_refused
from eperf.app.graphql.socket import SocketEndpoint
from eperf.app.graphql.stream import StreamEndpoint
from eperf.app.graphql.trusted import Trusted
from eperf.app.graphql.watch import StillValid, Watch
from eperf.planner.plans import Plans


def _same(context: Any) -> Any:
    return context


class GraphQLFront:
    """HTTP, sockets and event streams for one schema at one path.

    `make_context` turns what is known of a caller into the context of its operations (an object with a `language`),
    or raises a `Refused`: `Unauthenticated` is 401 and close 4403, `TooMany` 429 and 1013, `Unavailable` 503 and 1013.
    It is called once for each HTTP request and once for each socket; `each_operation` makes the context of one
    operation out of a socket's. `introspection` says whether a context may ask for the schema; `suggestions` whether
    errors hint at names. `still_valid` is asked twice a second for every open socket and event stream, but once for
    all with one `same_credential`. `principal_of` says in whose rate a context's operations are counted; `trusted` are
    the documents that may be asked for by hash.
    """

    def __init__(
        self,
        schema: strawberry.Schema,
        *,
        make_context: Callable[[ConnectionFacts], Awaitable[Any]],
        introspection: Callable[[Any], bool],
        limits: Limits | None = None,
        page: IdePage | None = None,
        allowed_origins: frozenset[str] = frozenset(),
        suggestions: bool = False,
        problem_of: ProblemOf = problem_of_refused,
        still_valid: StillValid | None = None,
        same_credential: Callable[[Any], Hashable] = id,
        each_operation: Callable[[Any], Any] = _same,
        price: Price | None = None,
        shares: Callable[[Engine], Shares] | None = None,
        plans: Plans | None = None,
        principal_of: PrincipalOf | None = None,
        trusted: Trusted | None = None,
        recall: Recall | None = None,
        path: str = "/graphql",
    ) -> None:
        limits = limits or Limits()
        problems = Problems(problem_of, suggestions=suggestions, most=limits.errors)
        self._path = path
        self._page = page or IdePage(None, path=path)
        self._watch = Watch(still_valid, limits.recheck_seconds, same_credential)
        self.engine = Engine(
            schema,
            limits=limits,
            problems=problems,
            introspection=introspection,
            suggestions=suggestions,
            price=price,
            shares=shares,
            plans=plans,
            gate=Gate(limits, principal_of, trusted),
        )
        """The execution itself, for whoever stands behind the front: warming up."""
        self._http = HttpEndpoint(
            self.engine,
            make_context=make_context,
            limits=limits,
            problems=problems,
            page=self._page,
            allowed_origins=allowed_origins,
            recall=recall,
        )
        self._socket = SocketEndpoint(
            self.engine,
            make_context=make_context,
            each_operation=each_operation,
            limits=limits,
            problems=problems,
            allowed_origins=allowed_origins,
            watch=self._watch,
        )
        self._stream = StreamEndpoint(
            self._watch,
            engine=self.engine,
            make_context=make_context,
            limits=limits,
            problems=problems,
            page=self._page,
            allowed_origins=allowed_origins,
        )

    def routes(self) -> list[BaseRoute]:
        """The routes to mount: requests and sockets at the path, event streams and the page's files below it."""
        return [
            Route(self._path, self._http),
            WebSocketRoute(self._path, self._socket),
            Route(f"{self._path}/stream", self._stream),
            *self._page.routes(),
        ]

    def before(self, routed: ASGIApp) -> ASGIApp:
        """An application that answers ordinary queries before routing, and leaves all else to `routed`."""

        path, lane = self._path, self._http.lane

        async def app(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] == "http" and scope["path"] == path:
                left = await lane.serve(scope, receive, send)
                if left is not None:
                    await routed(scope, left, send)
            else:
                await routed(scope, receive, send)

        return app

    def recheck(self) -> None:
        """Ask `still_valid` for every open socket and event stream now: a credential has just been revoked."""
        self._watch.wake()

    async def aclose(self) -> None:
        """Close every open socket with 1001 and end every event stream; the server is going."""
        await self._watch.close()

    @property
    def open_sockets(self) -> int:
        """How many sockets and event streams are open."""
        return len(self._watch)
