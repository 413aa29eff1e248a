"""A request between its preparation and its execution."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Any, Protocol

from eperf.app.graphql.compiled import Roots
from eperf.app.graphql.documents import Document, Operation
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


class Streams(Protocol):
    """How a prepared subscription becomes encoded answers; raises `Rejected` when it cannot start."""

    def __call__(self, prepared: Prepared) -> AsyncGenerator[bytes, None]:
        """The answers of one subscription, until it ends or the generator is closed."""
        ...
