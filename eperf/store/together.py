"""Short statements of one text that come at the same time go to PostgreSQL together, in one round trip and transaction.

A short statement costs the server some 50 µs; sending it, waking the server's process and waking ours costs more. So
while three are under way, others of the same text wait for one of them and are then sent as one series, which the
driver pipelines.
Under little load nothing waits and nothing changes. Each still has its own values, hence its own rights and its own
answer. A series that fails or lasts is undone as a whole, and each of its statements goes alone: what one of them meets
(a conflict, a lock, a value that is refused) is its own trouble.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence
from time import perf_counter
from typing import Any, NamedTuple

import asyncpg

from eperf.store.leases import Leases

_SHORT_SECONDS = 0.002
"""What lasts longer than that alone gains nothing from company."""
_MOST = 16
"""Statements of one series."""
_AT_ONCE = 3
"""Of one text under way: one that the server works at, one whose answers we work at, one on its way."""
_WRITES_AT_ONCE = 2
"""Of writes fewer: the more wait, the more share one wait for the disk."""
_PATIENCE_SECONDS, _MOST_PATIENCE_SECONDS = 0.25, 2.0
"""A series that lasts longer meets a lock; over a slow network it is given three times what one took alone."""
_MOST_TEXTS = 512
_LOST = (asyncpg.PostgresConnectionError, asyncpg.OperatorInterventionError)


class _Waiting(NamedTuple):
    values: Sequence[Any]
    answer: asyncio.Future[Any]


class _Text:
    """A statement's text: how long it takes, who waits to ask it."""

    __slots__ = ("last", "seconds", "under_way", "waiting")

    def __init__(self) -> None:
        self.seconds, self.last, self.under_way = 2 * _SHORT_SECONDS, 0.0, 0
        self.waiting: deque[_Waiting] = deque()

    def took(self, seconds: float) -> None:
        """Nearly the least of the last times: what a busy machine adds is not the statement's own."""
        self.seconds = min(seconds, self.seconds * 1.02)


class Together:
    """Statements that are their own transaction and give one row each, whatever they find."""

    def __init__(self, leases: Leases) -> None:
        self._leases = leases
        self._texts: dict[str, _Text] = {}
        self._series: set[asyncio.Task[None]] = set()

    async def row(self, sql: str, values: Sequence[Any], *, writes: bool = False) -> Any:
        """The row of a statement; of those that write, a series shares the wait for the disk too.

        A series that was cut off for taking long may have been committed just then, so what writes must change nothing
        when it is sent again: it has a key that is taken by then.
        """
        text = self._texts.get(sql) or self._met(sql)
        most = _WRITES_AT_ONCE if writes else _AT_ONCE
        if text.under_way >= most and (writes or text.seconds < _SHORT_SECONDS):
            answer = asyncio.get_running_loop().create_future()
            text.waiting.append(_Waiting(values, answer))
            found = await answer
            return await self._leases.fetchrow(sql, *values) if found is None else found
        text.under_way += 1
        begun = perf_counter()
        try:
            found = await self._leases.fetchrow(sql, *values)
        finally:
            text.under_way -= 1
            if text.waiting:
                self._go_on(sql, text)
        text.last = perf_counter() - begun
        text.took(text.last)
        return found

    def _met(self, sql: str) -> _Text:
        if len(self._texts) >= _MOST_TEXTS:
            # One that is in use is held by who uses it; it only loses what it has learnt.
            self._texts.clear()
        made = self._texts[sql] = _Text()
        return made

    def _go_on(self, sql: str, text: _Text) -> None:
        series = asyncio.get_running_loop().create_task(self._serve(sql, text))
        self._series.add(series)
        series.add_done_callback(self._series.discard)
        text.under_way += 1

    async def _serve(self, sql: str, text: _Text) -> None:
        """Series after series, until nobody waits."""
        try:
            while text.waiting:
                waiting = [text.waiting.popleft() for _ in range(min(_MOST, len(text.waiting)))]
                taken = [one for one in waiting if not one.answer.done()]
                if taken:
                    begun = perf_counter()
                    await self._ask(
                        sql, taken, min(max(_PATIENCE_SECONDS, 3 * text.last), _MOST_PATIENCE_SECONDS)
                    )
                    text.took((perf_counter() - begun) / len(taken))
        finally:
            text.under_way -= 1

    async def _ask(self, sql: str, taken: Sequence[_Waiting], patience: float) -> None:
        rows: Sequence[Any] = ()
        failure: BaseException | None = None
        try:
            connection = await self._leases.acquire()
            try:
                async with asyncio.timeout(patience):
                    rows = await connection.fetchmany(sql, [one.values for one in taken])
            finally:
                await self._leases.release(connection)
        except (asyncpg.PostgresError, ValueError, TimeoutError) as error:
            # Undone by the server: each goes alone, and meets what is its own. But a lost connection may have been
            # lost behind the commit.
            failure = error if isinstance(error, _LOST) else None
        except BaseException as error:
            failure = error
        alone = len(rows) != len(taken)
        for place, one in enumerate(taken):
            if one.answer.done():
                continue
            if failure is not None:
                one.answer.set_exception(failure if isinstance(failure, Exception) else OSError("closing"))
            else:
                one.answer.set_result(None if alone else rows[place])
        if failure is not None and not isinstance(failure, Exception):
            raise failure
