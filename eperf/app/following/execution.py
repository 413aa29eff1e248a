"""Executing a group's subscription for several events: one executor, one set of rows, each answer encoded once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Hashable, Iterator, Sequence
from time import monotonic
from typing import Any

import structlog
from graphql import ExecutionResult, Executor, GraphQLError

from eperf.app.following import counts
from eperf.app.graphql.engine import Engine
from eperf.app.graphql.refusals import TimedOut
from eperf.domain.errors import Refused, Unavailable
from eperf.planner.rows import Rows
from eperf.schema.context import Context
from eperf.schema.event.types import PerformanceUpdate
from eperf.services.event import Entry, head

AT_ONCE = 25
"""Events whose rows are fetched together."""
SIDE_BY_SIDE = 8
"""Executions of so many events that are under way in one process."""
_AGAIN_SECONDS = 0.5
_FRESH_SECONDS = 0.25
_TRIES = 3
_OF_THE_MOMENT = (TimedOut, Unavailable)
_log = structlog.get_logger("eperf.subscriptions")


class Moment:
    """What was fetched for the events of one batch: groups of equal rights and language fetch their rows together."""

    __slots__ = ("_events", "_rows")

    def __init__(self, events: int) -> None:
        self._events = events
        self._rows: dict[Hashable, tuple[float, Rows]] = {}

    def rows(self, sight: Hashable, context: Context) -> Rows:
        """The rows of those who see and read the same, and whose turn comes while they are fresh."""
        now = monotonic()
        found = self._rows.get(sight)
        if found is None or now - found[0] > _FRESH_SECONDS:
            found = self._rows[sight] = (now, context.common(self._events))
        return found[1]


class Execution:
    """How the members of one group are answered; `executor` is that of the first of them, `sight` what it may see."""

    def __init__(
        self,
        engine: Engine,
        executor: Executor[Any],
        context: Context,
        sight: Hashable,
        plain: Callable[[Entry], bytes] | None,
        turns: asyncio.Semaphore,
    ) -> None:
        self._engine, self._executor, self._context = engine, executor, context
        self._sight, self._turns = sight, turns
        self.plain = plain
        """Answers at once, where that can be."""

    async def answers(self, entries: Sequence[Entry], moment: Moment | None = None) -> list[bytes]:
        """The answers to some events, in their order; a moment must be of now."""
        counts.EXECUTIONS.inc(len(entries))
        if self.plain is not None:
            return [self.plain(entry) for entry in entries]
        made: list[bytes] = []
        for place in range(0, len(entries), AT_ONCE):
            results = await self._results(entries[place : place + AT_ONCE], moment)
            made += [self._engine.encoded(result, self._context.language) for result in results]
        return made

    async def _results(self, entries: Sequence[Entry], moment: Moment | None) -> list[ExecutionResult]:
        """The results; what has failed is tried again when the database answers, for connections may be dead then.

        Raises what was in the way of the moment when it does not give way: an answer with nothing but an error would
        be an update that is lost.
        """
        results = await self._executed(entries, moment or Moment(len(entries)))
        for _ in range(_TRIES):
            if not any(_is_fault(cause) for cause in _causes(results)):
                break
            await answering()
            results = await self._executed(entries, Moment(len(entries)))
        for cause in _causes(results):
            if isinstance(cause, _OF_THE_MOMENT):
                raise cause
        return results

    async def _executed(self, entries: Sequence[Entry], moment: Moment) -> list[ExecutionResult]:
        async with self._turns:
            context = self._context.fresh()
            context.rows = moment.rows(self._sight, context)
            executors = [
                self._executor.build_per_event_executor(PerformanceUpdate(row=entry)) for entry in entries
            ]
            for executor in executors:
                executor.context_value = context
            return await asyncio.gather(*(self._engine.event(executor) for executor in executors))


def _causes(results: Sequence[ExecutionResult]) -> Iterator[BaseException]:
    """What lies behind the errors of some results."""
    for result in results:
        for error in result.errors or ():
            cause: BaseException = error
            while isinstance(cause, GraphQLError) and cause.original_error is not None:
                cause = cause.original_error
            yield cause


def _is_fault(cause: BaseException) -> bool:
    """Whether something of ours went wrong, so perhaps only for a moment."""
    return isinstance(cause, _OF_THE_MOMENT) or not isinstance(cause, GraphQLError | Refused)


async def answering() -> int:
    """The last cursor that was given out, as soon as the database says it."""
    while True:
        try:
            return await head()
        except Exception as error:
            counts.FAILURES.inc()
            _log.warning("subscriptions.log-away", error=repr(error)[:200])
            await asyncio.sleep(_AGAIN_SECONDS)
