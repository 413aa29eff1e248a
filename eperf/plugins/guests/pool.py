"""The worker processes of an installation: kept warm, two to a plugin at most, and never two plugins in one.

All of this blocks and is called from threads of the pool's own (`Pool.apart`), so that a guest that hangs takes up no
thread that requests need.
"""

from __future__ import annotations

import asyncio
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, TypeVar

import polars as pl

from eperf.domain.scoring import Explanation, UnitPeriod
from eperf.plugins.guests import answer, wire
from eperf.plugins.guests.budget import TIMED_OUT, WRONG_ANSWER, Budget, Overrun
from eperf.plugins.guests.process import Worker
from eperf.plugins.report import Registered

T = TypeVar("T")
EACH = 2
"""Processes of one plugin that work at the same time: one for a crowd's months, one for fresh ones."""
IDLE = 6
"""Processes that are kept though they have nothing to do."""
THREADS = 16
Printed = Callable[[Registered[Any], str], None]


class Pool:
    """Runs guests' schemes. `printed` is told what a plugin has printed."""

    def __init__(self, budget: Budget, printed: Printed | None = None) -> None:
        self.budget = budget
        self._printed = printed
        self._lock = threading.Lock()
        self._places: dict[str, threading.Semaphore] = defaultdict(lambda: threading.Semaphore(EACH))
        self._idle: list[tuple[str, Worker]] = []
        self._busy: set[Worker] = set()
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="guests")
        self._closed = False

    async def apart(self, action: Callable[..., T], *arguments: Any) -> T:
        """Runs what blocks in one of the pool's threads."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, action, *arguments)

    def results(
        self, part: Registered[Any], settings: Mapping[str, Any], digest: str, months: Sequence[UnitPeriod]
    ) -> pl.DataFrame:
        """What `eperf.domain.scoring.joint.results` gives; raises `Overrun` when no sound answer comes of it."""
        _, (found,) = self._asked(part, "results", settings, months, 1)
        return _believed(lambda: answer.sound(found, months, digest))

    def score(
        self, part: Registered[Any], settings: Mapping[str, Any], month: UnitPeriod, explanation: Explanation
    ) -> tuple[pl.DataFrame, pl.DataFrame, list[Any]]:
        """Scores, what explains them in the way asked for, and failures; raises `Overrun`."""
        head, (scores, told) = self._asked(part, explanation.value, settings, [month], 2)
        failures = head.get("failures")
        if not isinstance(failures, list):
            raise Overrun(WRONG_ANSWER, "", "no failures")
        return _believed(lambda: answer.sound_scores(scores, month)), told, failures

    def close(self) -> None:
        """Ends every process."""
        with self._lock:
            self._closed = True
            ended = [worker for _, worker in self._idle] + list(self._busy)
            self._idle.clear()
        for worker in ended:
            worker.end()
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _asked(
        self,
        part: Registered[Any],
        asks: str,
        settings: Mapping[str, Any],
        months: Sequence[UnitPeriod],
        answers: int,
    ) -> tuple[dict[str, Any], list[pl.DataFrame]]:
        heads, frames = wire.packed(months)
        head = {"asks": asks, "key": part.key, "settings": settings, "months": heads}
        seconds = self.budget.seconds_for(sum(month.employees.height for month in months))
        with self._place(part):
            found, columns, printed = self._answer(part, head, frames, seconds)
        if printed.strip() and self._printed:
            self._printed(part, printed)
        if len(columns) != answers:
            raise Overrun(WRONG_ANSWER, "", f"{len(columns)} tables")
        return found, columns

    def _answer(
        self, part: Registered[Any], head: Mapping[str, Any], frames: Sequence[pl.DataFrame], seconds: float
    ) -> tuple[dict[str, Any], list[pl.DataFrame], str]:
        """Asks a process; one that has run before and ends, but for time, is blamed only when a fresh one ends too."""
        while True:
            with self._worker(part) as worker:
                runs = worker.runs
                try:
                    return worker.ask(head, frames, seconds)
                except Overrun as overrun:
                    if not runs or overrun.code == TIMED_OUT or self._closed:
                        raise

    @contextmanager
    def _place(self, part: Registered[Any]) -> Iterator[None]:
        with self._lock:
            place = self._places[part.plugin]
        with place:
            yield

    @contextmanager
    def _worker(self, part: Registered[Any]) -> Iterator[Worker]:
        worker = self._taken(part) or Worker(part, self.budget)
        with self._lock:
            self._busy.add(worker)
        try:
            yield worker
        finally:
            self._put_back(part, worker)

    def _taken(self, part: Registered[Any]) -> Worker | None:
        with self._lock:
            for number, (plugin, worker) in enumerate(self._idle):
                if plugin == part.where:
                    del self._idle[number]
                    if worker.alive:
                        return worker
                    worker.end()
                    break
        return None

    def _put_back(self, part: Registered[Any], worker: Worker) -> None:
        with self._lock:
            self._busy.discard(worker)
            if worker.alive and not worker.fell_back and not self._closed:
                self._idle.append((part.where, worker))
            gone = [one for _, one in self._idle[:-IDLE]]
            del self._idle[:-IDLE]
            if self._closed or worker.fell_back:
                gone.append(worker)
        for one in gone:
            one.end()


def _believed(check: Callable[[], pl.DataFrame]) -> pl.DataFrame:
    try:
        return check()
    except wire.Garbled as wrong:
        raise Overrun(WRONG_ANSWER, "", str(wrong)) from wrong
