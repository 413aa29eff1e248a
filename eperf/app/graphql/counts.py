"""What the front counts for `/metrics`: operations by how they ended, refusals by the limit, sockets by their closing.

A label's values are the program's own words, never a caller's, so the number of series is bounded.
"""

from __future__ import annotations

import dataclasses
from time import perf_counter
from types import TracebackType

from graphql import OperationType
from prometheus_client import Counter, Gauge

from eperf.app.graphql.limits import Limits
from eperf.app.graphql.tally import Spread, Tally

_ENDINGS = ("answered", "refused", "cancelled", "failed")
_OPERATIONS = Tally(
    "eperf_graphql_operations",
    "Operations by kind and by how they ended.",
    ("kind", "outcome"),
    [("unknown", "refused"), *((kind.value, ending) for kind in OperationType for ending in _ENDINGS)],
)
_SECONDS = Spread(
    "eperf_graphql_seconds",
    "How long queries and mutations took.",
    ("kind", "outcome"),
    [(kind.value, ending) for kind in (OperationType.QUERY, OperationType.MUTATION) for ending in _ENDINGS],
)
_REFUSALS = Counter("eperf_graphql_refusals", "Requests that passed a limit, by its name.", ["limit"])
_CLOSINGS = Counter(
    "eperf_graphql_socket_closings", "Sockets and event streams that the server closed, by code.", ["code"]
)
SOCKETS = Gauge("eperf_graphql_sockets", "Open sockets and event streams.")

_NAMES = (*(field.name for field in dataclasses.fields(Limits)), "nodes")
_LIMITS = {name: _REFUSALS.labels(name) for name in _NAMES}
_OTHER = _REFUSALS.labels("other")


def limit_passed(limit: str | None) -> None:
    """A limit was passed; those of a list's length and the like, which services have, are counted together."""
    _LIMITS.get(limit or "", _OTHER).inc()


def answered(kind: OperationType, since: float) -> None:
    """An operation that began then was answered in the lean lane."""
    which = (kind.value, "answered")
    _OPERATIONS.counts[which] += 1
    _SECONDS.took(which, perf_counter() - since)


def refused() -> None:
    """A request was refused before it was an operation that could be executed."""
    _OPERATIONS.counts["unknown", "refused"] += 1


def closed(code: int) -> None:
    """The server has closed a socket."""
    _CLOSINGS.labels(str(int(code))).inc()


class Ending:
    """Counts one operation when it ends; `refused` are the exceptions that are refusals."""

    __slots__ = ("_kind", "_refused", "_since")

    def __init__(self, kind: OperationType, refused: tuple[type[BaseException], ...]) -> None:
        self._kind, self._refused, self._since = kind, refused, 0.0

    def __enter__(self) -> None:
        """It begins."""
        self._since = perf_counter()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """It ends: answered, refused, failed by a fault of ours, or cancelled by whoever asked."""
        outcome = "answered"
        if kind is not None:
            outcome = "failed" if issubclass(kind, Exception) else "cancelled"
            outcome = "refused" if issubclass(kind, self._refused) else outcome
        _OPERATIONS.counts[self._kind.value, outcome] += 1
        if self._kind is not OperationType.SUBSCRIPTION:  # which lasts for as long as it is listened to
            _SECONDS.took((self._kind.value, outcome), perf_counter() - self._since)
