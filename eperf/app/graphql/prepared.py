"""A request between its preparation and its execution."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol

from eperf.adapters.spans import span
from eperf.app.graphql.compiled import Roots
from eperf.app.graphql.documents import Document, Operation
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

    def traced(self) -> AbstractContextManager[Any]:
        """The span of its execution."""
        return span("operation", kind=self.operation.kind.value, operation=self.operation.name or "")


Served = Callable[[Outlet], Awaitable[None]]
"""Sends the answers of one operation to an outlet until it ends; raises `Rejected` or `Refused`."""


class Shares(Protocol):
    """Subscriptions that are executed together with their equals."""

    def take(self, prepared: Prepared) -> Served | None:
        """How a subscription is served; None where it is to be executed by itself. Raises `Refused`."""
        ...
