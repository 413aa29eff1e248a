"""A request between its preparation and its execution."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol

from eperf.adapters.spans import span
from eperf.app.graphql.compiled import Roots
from eperf.app.graphql.documents import Document, Operation
from eperf.app.graphql.held import Things, weight
from eperf.app.graphql.outlet import Outlet
from eperf.app.graphql.rates import Purse
from eperf.app.graphql.request import Request


@dataclass(frozen=True, slots=True)
class Prepared:
    """A request that may be executed: valid, within the limits, its variables read."""

    request: Request
    document: Document
    operation: Operation
    variables: dict[str, Any]
    context: Any
    language: str
    purse: Purse
    roots: Roots | None = None
    """The plan that answers it; None where the resolvers do."""

    def things(self) -> Things:
        """What its execution keeps for as long as it is open."""
        tokens = int(self.document.ast.token_count or 0) + 1
        sent = repr((self.request.variables, self.request.extensions))
        # The tree is shared by all who sent the same text, what was sent with it is not.
        return {
            ("tree", id(self.operation.node)): weight(tokens, self.document.text),
            object(): weight(1, sent),
        }

    def traced(self) -> AbstractContextManager[Any]:
        """The span of its execution."""
        return span("operation", kind=self.operation.kind.value, operation=self.operation.label or "")


Served = Callable[[Outlet], Awaitable[None]]
"""Sends the answers of one operation to an outlet until it ends; raises `Rejected` or `Refused`."""


class Shares(Protocol):
    """Subscriptions that are executed together with their equals."""

    def take(self, prepared: Prepared) -> Served | None:
        """How a subscription is served; None where it is to be executed by itself. Raises `Refused`."""
        ...
