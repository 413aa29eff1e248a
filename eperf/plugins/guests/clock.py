"""The time that a guest may take: without what it waited for the processor, and soon behind everybody else.

A guest that has used more of the processor than nearly all do may hang. From then on it gets what others leave, so that
a request that comes does not even wait for the end of its slice. What it waits for the processor is not held against
it, within bounds: a busy machine is no fault of a guest's.
"""

from __future__ import annotations

import contextlib
import math
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

BEHIND = 10
"""Steps of `nice` by which guests stand behind requests, from their very start: imports take a lot."""
LONGEST = 4
"""A run takes at most so many times its seconds, whatever it waited for."""
LONG = 0.5
"""Seconds of the processor after which a run is so long that it may hang."""


def stand_behind(process: int) -> None:
    """Lets requests go before a process that has just been started."""
    if hasattr(os, "setpriority"):
        with contextlib.suppress(ProcessLookupError):
            os.setpriority(os.PRIO_PROCESS, process, os.getpriority(os.PRIO_PROCESS, 0) + BEHIND)


class Clock:
    """Calls `over` when a process has had its seconds, unless the block ends before; after `long` it falls back."""

    def __init__(
        self, process: int, seconds: float, over: Callable[[], None], long: float = math.inf
    ) -> None:
        self._process, self._seconds, self._over, self._long = process, seconds, over, long
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="guest-clock", daemon=True)
        self.fell_back = False
        """Whether the process gets only what others leave; without privileges there is no way back from it."""

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopped.set()
        self._thread.join()
        if self.fell_back:
            self._climb_back()

    def _run(self) -> None:
        began, (used_before, waited_before) = time.monotonic(), _figures(self._process)
        while True:
            wall, (used, waited) = time.monotonic() - began, _figures(self._process)
            had = wall - min(waited - waited_before, wall * (1 - 1 / LONGEST))
            if had >= self._seconds:
                self._over()
                return
            rest, until_long = self._seconds - had, self._long - (used - used_before)
            if until_long <= 0 and not self.fell_back:
                self._fall_back()
            if self._stopped.wait(max(0.01, min(rest, until_long) if until_long > 0 else rest)):
                return

    def _fall_back(self) -> None:
        if hasattr(os, "SCHED_IDLE"):
            for task in _tasks(self._process):
                with contextlib.suppress(OSError):
                    os.sched_setscheduler(int(task.name), os.SCHED_IDLE, os.sched_param(0))
                    self.fell_back = True

    def _climb_back(self) -> None:
        tasks = _tasks(self._process)
        with contextlib.suppress(OSError):
            for task in tasks:
                os.sched_setscheduler(int(task.name), os.SCHED_OTHER, os.sched_param(0))
            self.fell_back = not tasks


def _figures(process: int) -> tuple[float, float]:
    """Seconds of the processor that it has used, and for which it had none though it could; 0 where nobody tells."""
    used, waits = 0, [0]
    for task in _tasks(process):
        with contextlib.suppress(OSError, ValueError, IndexError):
            figures = (task / "schedstat").read_text().split()
            used += int(figures[0])
            waits.append(int(figures[1]))
    return used / 1e9, max(waits) / 1e9


def _tasks(process: int) -> list[Path]:
    try:
        return list(Path(f"/proc/{process}/task").iterdir())
    except OSError:
        return []
