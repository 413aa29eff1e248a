"""One worker process as its parent sees it: started for a plugin, asked, and ended when its time is over."""

from __future__ import annotations

import contextlib
import math
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import polars as pl

from eperf.plugins.discovery import Candidate
from eperf.plugins.guests import wire
from eperf.plugins.guests.budget import (
    DIED,
    MEMORY_EXIT,
    NOT_IMPORTED,
    OUT_OF_MEMORY,
    TIMED_OUT,
    Budget,
    Overrun,
)
from eperf.plugins.guests.clock import LONG, Clock, stand_behind
from eperf.plugins.report import Registered

_PROGRAM = "eperf.plugins.guests.worker"
_KEPT = ("HOME", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "PATH", "PYTHONHASHSEED", "SYSTEMROOT", "TMPDIR", "TZ")
_ALARM = -14
_LAST_WORDS, _LAST_SECONDS = 2000, 1.0


def environment() -> dict[str, str]:
    """What a guest's process knows of ours: nothing of the installation's settings and secrets."""
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    path = os.pathsep.join(one or os.getcwd() for one in sys.path)
    return {**kept, "PYTHONPATH": path, "POLARS_MAX_THREADS": "1", "RUST_BACKTRACE": "0", "PYTHONUTF8": "1"}


class Guest:
    """A process that has imported a plugin. Used by one thread at a time; after an `Overrun` it is gone."""

    def __init__(
        self, plugin: Candidate | Registered[Any], seconds: float, mebibytes: int, *, strict: bool
    ) -> None:
        self._rule, self._late = "", False
        self.fell_back = False
        """Whether it took long, and can no longer get more of the processor than what others leave."""
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - it is the process's, and closed with it
        self._process = subprocess.Popen(  # noqa: S603 - this interpreter, and a module of our own
            [sys.executable, "-m", _PROGRAM],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            cwd=os.path.abspath(os.sep),
            env=environment(),
            # Not a session: the system would share the processor among sessions, whatever their priority.
            process_group=0,
        )
        stand_behind(self._process.pid)
        head = {
            "plugin": plugin.plugin if isinstance(plugin, Registered) else plugin.name,
            **{name: getattr(plugin, name) for name in ("distribution", "version", "requires", "where")},
            "mebibytes": mebibytes, "seconds": seconds, "strict": strict,
        }  # fmt: skip
        with self._within(seconds):
            self._heard(head, (), "ready")

    @property
    def alive(self) -> bool:
        """Whether it can be asked."""
        return self._process.poll() is None

    def end(self) -> None:
        """Ends it at once, with what it has started."""
        self._kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout, self._errors):
            with contextlib.suppress(OSError, ValueError):
                pipe.close()  # type: ignore[union-attr]

    def _heard(
        self, head: Mapping[str, Any], frames: Sequence[pl.DataFrame], last: str
    ) -> tuple[dict[str, Any], list[pl.DataFrame]]:
        """Says something and listens until the answer that has `last`."""
        wire.write(self._process.stdin, head, frames)  # type: ignore[arg-type]
        while True:
            answer, columns = wire.read(self._process.stdout)  # type: ignore[arg-type]
            if last in answer:
                return answer, columns
            self._rule = str(answer.get("runs", ""))[:100]

    @contextmanager
    def _within(self, seconds: float, long: float = math.inf) -> Iterator[None]:
        """Ends the process when time is over; whatever goes wrong is an `Overrun`, and the process is gone."""
        clock = Clock(self._process.pid, seconds, self._time_is_over, long)
        try:
            with clock:
                yield
        except (EOFError, OSError, wire.Garbled) as gone:
            raise self._overrun(seconds, gone) from gone
        finally:
            self.fell_back |= clock.fell_back

    def _time_is_over(self) -> None:
        self._late = True
        self._kill()

    def _kill(self) -> None:
        """The whole group: a child that lives on would hold the pipe on which the answer is awaited."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)

    def _overrun(self, seconds: float, gone: Exception) -> Overrun:
        try:
            code = self._process.wait(0 if isinstance(gone, wire.Garbled) else _LAST_SECONDS)
        except subprocess.TimeoutExpired:  # it has closed its pipes and lives on
            self._kill()
            code = self._process.wait()
        words = self._printed()
        self.end()
        if self._late or code == _ALARM:
            return Overrun(TIMED_OUT, self._rule, f"no answer within {seconds:g} s")
        if code == MEMORY_EXIT or "memory allocation of" in words or "MemoryError" in words:
            return Overrun(OUT_OF_MEMORY, self._rule, "it asked for more memory than it may have")
        return Overrun(DIED, self._rule, f"its process ended with {code}: {words.strip()[-300:]}")

    def _printed(self) -> str:
        """The end of what was printed."""
        size = os.fstat(self._errors.fileno()).st_size
        words = os.pread(self._errors.fileno(), _LAST_WORDS, max(0, size - _LAST_WORDS))
        text = words.decode(errors="replace")
        return "".join(one if one.isprintable() or one == "\n" else " " for one in text)


class Trial(Guest):
    """A plugin imported and its hooks asked, to see whether the process comes through it."""

    def __init__(self, candidate: Candidate, seconds: float) -> None:
        super().__init__(candidate, seconds, Budget().mebibytes, strict=False)


class Worker(Guest):
    """A process that runs a plugin's schemes."""

    def __init__(self, part: Registered[Any], budget: Budget) -> None:
        self.runs = 0
        """How often it has answered."""
        try:
            super().__init__(part, budget.import_seconds, budget.mebibytes, strict=True)
        except Overrun as overrun:
            raise Overrun(NOT_IMPORTED, "", overrun.why) from overrun

    def ask(
        self, head: Mapping[str, Any], frames: Sequence[pl.DataFrame], seconds: float
    ) -> tuple[dict[str, Any], list[pl.DataFrame], str]:
        """The answer and what the plugin has printed meanwhile; raises `Overrun`."""
        self._rule = ""
        os.lseek(self._errors.fileno(), 0, os.SEEK_SET)
        os.ftruncate(self._errors.fileno(), 0)
        with self._within(seconds, LONG):
            answer, columns = self._heard(dict(head) | {"seconds": seconds}, frames, "done")
        self.runs += 1
        return answer, columns, self._printed()
