"""Which path a query took, its plan or the resolvers: a slow field is seen in a metric and named in the log."""

from __future__ import annotations

import structlog

from eperf.app.graphql.tally import Tally

_log = structlog.get_logger("eperf.graphql")
_QUERIES = Tally(
    "eperf_graphql_queries",
    "Queries by the path that answered them.",
    ("path",),
    [("plan",), ("resolvers",), ("refused",), ("failed",)],
)
_MOST_NAMED = 1_000
_named: set[tuple[str | None, str]] = set()


def planned() -> None:
    """A query was answered by its plan."""
    _QUERIES.counts["plan",] += 1


def resolved() -> None:
    """A query that has no plan was answered by the resolvers."""
    _QUERIES.counts["resolvers",] += 1


def refused() -> None:
    """A query with a plan whose arguments were refused: the resolvers say by what."""
    _QUERIES.counts["refused",] += 1


def failed(operation: str | None, error: Exception) -> None:
    """A plan that failed; the resolvers were tried instead."""
    _QUERIES.counts["failed",] += 1
    _log.warning("plan_failed", operation=operation, error=repr(error)[:300])


def unplanned(operation: str | None, why: str) -> None:
    """Names an operation that has no plan, once."""
    if (operation, why) not in _named and len(_named) < _MOST_NAMED:
        _named.add((operation, why))
        _log.info("operation_not_planned", operation=operation, why=why)
