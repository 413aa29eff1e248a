"""The way out for webhooks: owners looked up, selections executed on the engine, requests posted."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from datetime import datetime
from time import monotonic
from typing import Any

import orjson
from graphql import (
    GraphQLError,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    parse,
    print_ast,
)

from eperf.adapters.poster import HttpPoster
from eperf.app.graphql.engine import Engine
from eperf.app.graphql.limits import Limits
from eperf.app.graphql.problems import INTERNAL, Problems, Rejected, problem_of_refused
from eperf.app.graphql.request import Request
from eperf.domain.access import SYSTEM, Viewer
from eperf.domain.errors import BadInput, Unauthenticated
from eperf.plugins.registry import Registry
from eperf.schema.compose import Composed
from eperf.schema.context import Context
from eperf.schema.ids import global_id
from eperf.services.access.viewer import viewer_of_account
from eperf.services.event import Rings
from eperf.services.webhook.outlet import SelectionFailed

_FIELD = "selection"
_MOST_CHARS = 8_000
_MOST_COST = 5_000
"""What is asked for at every update has to be little, whatever a single question may cost."""
_DOCUMENT = "query Webhook($cursor: String!) {{ performanceUpdate(cursor: $cursor) {selection} }}"
_KEEP_SECONDS = 0.4
_MOST_KEPT = 1_000
_QUERIES = frozenset({OperationType.QUERY})
_HIDDEN = frozenset({"FORBIDDEN", "NOT_FOUND"})
"""What a viewer may not see is null in the answer, with one of these codes: so it is sent."""


class WebhookOutlet:
    """An `Outlet` for one schema under one set of limits; rates are not asked, because nobody waits for an answer."""

    def __init__(
        self,
        schema: Composed,
        registry: Registry,
        grown: Rings,
        now: Callable[[], datetime],
        limits: Limits,
        poster: HttpPoster,
        prober: HttpPoster,
    ) -> None:
        limits = replace(limits, cost=min(limits.cost, _MOST_COST))
        problems = Problems(problem_of_refused, suggestions=False, most=limits.errors)
        self._engine = Engine(
            schema, limits=limits, problems=problems, introspection=lambda _: False, suggestions=False
        )
        self._registry, self._grown, self._now = registry, grown, now
        self._owners: dict[tuple[int, frozenset[str]], tuple[float, Viewer | None]] = {}
        self.poster, self.prober = poster, prober

    def checked(self, selection: str) -> str:
        """The selection as it is kept; see `Outlet`."""
        kept = print_ast(_selection_in(selection))
        try:
            self._engine.prepare(_request(kept, 1), self._context(SYSTEM), "en", _QUERIES)
        except Rejected as rejected:
            raise BadInput(_FIELD, selection, str(rejected.errors[0]["message"])) from None
        return kept

    async def owner(self, account_id: int, roles: Collection[str]) -> Viewer | None:
        """The account as a viewer; see `Outlet`."""
        key = (account_id, frozenset(roles))
        kept = self._owners.get(key)
        if kept is not None and monotonic() - kept[0] < _KEEP_SECONDS:
            return kept[1]
        asked = monotonic()
        try:
            found: Viewer | None = (await viewer_of_account(account_id, self._now(), roles)).viewer
        except Unauthenticated:
            found = None
        if len(self._owners) >= _MOST_KEPT:
            self._owners.clear()
        self._owners[key] = (asked, found)
        return found

    async def selected(self, viewer: Viewer, cursor: int, selection: str) -> Mapping[str, Any]:
        """What the selection gives; see `Outlet`."""
        try:
            prepared = self._engine.prepare(
                _request(selection, cursor), self._context(viewer), "en", _QUERIES
            )
            answer = orjson.loads(await self._engine.execute(prepared))
        except Rejected as rejected:
            raise SelectionFailed(str(rejected.errors[0]["message"])) from None
        for error in answer.get("errors", ()):
            code = error.get("extensions", {}).get("code", INTERNAL)
            if code not in _HIDDEN:
                raise SelectionFailed(f"{code}: {error['message']}")
        found = (answer.get("data") or {}).get("performanceUpdate")
        if not isinstance(found, dict):
            raise SelectionFailed("the update gave nothing")
        return found

    def named(self, kind: str, number: int) -> str:
        """The opaque id of a thing."""
        return global_id(kind, number)

    async def aclose(self) -> None:
        """Closes the connections to receivers."""
        await self.poster.aclose()
        await self.prober.aclose()

    def _context(self, viewer: Viewer) -> Context:
        return Context(viewer, "en", "webhook", self._now, self._registry, self._grown)


def _request(selection: str, cursor: int) -> Request:
    return Request(_DOCUMENT.format(selection=selection), variables={"cursor": str(cursor)})


def _selection_in(text: str) -> SelectionSetNode:
    """The one selection that a text is; refuses whatever else a document may hold."""
    if len(text) > _MOST_CHARS:
        raise BadInput(_FIELD, len(text), f"longer than {_MOST_CHARS} characters")
    try:
        document = parse(text, no_location=True, max_lexical_tokens=2_000)
    except GraphQLError as error:
        raise BadInput(_FIELD, text, error.message[:200]) from None
    found = document.definitions[0]
    alone = len(document.definitions) == 1 and isinstance(found, OperationDefinitionNode)
    if not alone or not text.lstrip().startswith("{") or not isinstance(found, OperationDefinitionNode):
        raise BadInput(_FIELD, text, "expected one selection on the update, such as { cursor kind }")
    if not found.selection_set.selections:
        raise BadInput(_FIELD, text, "it selects nothing")
    return found.selection_set
