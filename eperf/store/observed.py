"""Statements as they are asked, for whoever traces them: nobody does, and nothing is in their way, until `observe`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import wraps
from time import perf_counter
from typing import Any

from tortoise.backends.sqlite.client import SqliteClient

from eperf.store.postgres import Connection
from eperf.store.sqlite import WalClient

Took = Callable[[str, float, BaseException | None], None]
"""The text of a statement, the seconds that it took, and what it failed with."""
_WRITES = ("execute_insert", "execute_many", "execute_query", "execute_query_dict", "execute_script")


def observe(took: Took) -> Callable[[], None]:
    """Calls `took` behind each statement, in its asker's context, for connections opened from now on.

    Gives the function that ends it. Rows copied in bulk are not told.
    """
    reads: tuple[type[SqliteClient], str] = (WalClient, "_read")
    places = [reads, *((SqliteClient, name) for name in _WRITES)]
    former = [(owner, name, getattr(owner, name)) for owner, name in places]
    for owner, name, method in former:
        setattr(owner, name, _timed(method, took))
    begin = Connection.__init__

    def begin_observed(self: Any, *given: Any, **named: Any) -> None:
        begin(self, *given, **named)
        self.add_query_logger(lambda record: took(record.query, record.elapsed, record.exception))

    setattr(Connection, "__init__", begin_observed)  # noqa: B010 - the checker forbids the plain form

    def end() -> None:
        for owner, name, method in former:
            setattr(owner, name, method)
        setattr(Connection, "__init__", begin)  # noqa: B010

    return end


def _timed(method: Callable[..., Awaitable[Any]], took: Took) -> Callable[..., Awaitable[Any]]:
    @wraps(method)
    async def timed(self: Any, query: str, *given: Any, **named: Any) -> Any:
        begun, failure = perf_counter(), None
        try:
            return await method(self, query, *given, **named)
        except BaseException as error:
            failure = error
            raise
        finally:
            took(query, perf_counter() - begun, failure)

    return timed
