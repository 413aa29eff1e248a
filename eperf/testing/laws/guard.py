"""Guards around a part while it runs: what reads the outside, or does not end, is stopped where it does.

Every call is looked at before it is made (`sys.setprofile`), so a name got by a trick is seen as well as a plain one.
What eperf and polars do for themselves is none of the part's.
"""

from __future__ import annotations

import signal
import sys
import sysconfig
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

from eperf.testing.laws.outside import forbidden

_LIBRARY = sysconfig.get_paths()["stdlib"]
_SITE = sysconfig.get_paths()["purelib"]


class Stopped(BaseException):
    """A part was stopped: over which law, what it did, and `file:line` of its own code."""

    def __init__(self, law: str, what: str, place: str) -> None:
        self.law, self.what, self.place = law, what, place
        super().__init__(f"{law}: {what} ({place})")


class Watch:
    """What the guards of one run saw; `seen` is the first thing that was stopped."""

    def __init__(self, folder: Path, seconds: float) -> None:
        self.folder, self.seconds = str(folder), seconds
        self.seen: Stopped | None = None

    @contextmanager
    def on(self) -> Iterator[Watch]:
        """Within, calls are looked at and time is counted."""
        before = sys.getprofile()
        sys.setprofile(self._look)
        try:
            with self._alarm():
                yield self
        finally:
            sys.setprofile(before)

    def _look(self, frame: FrameType, event: str, argument: Any) -> None:
        name = _called(frame, event, argument)
        law = forbidden(name) if name else None
        if law:
            own = self._own(frame)
            if own is not None:
                self._stop(law, f"calls {name}", own)

    def _own(self, frame: FrameType | None) -> FrameType | None:
        """The part's frame that made the call, itself or through the standard library."""
        while frame is not None:
            path = frame.f_code.co_filename
            if path.startswith(self.folder):
                return frame
            if not path.startswith(("<", _LIBRARY)) or path.startswith(_SITE):
                return None
            frame = frame.f_back
        return None

    def _stop(self, law: str, what: str, frame: FrameType) -> None:
        self.seen = self.seen or Stopped(law, what, f"{frame.f_code.co_filename}:{frame.f_lineno}")
        raise self.seen

    @contextmanager
    def _alarm(self) -> Iterator[None]:
        """Signals reach the main thread only; in another one a run is not timed."""
        if threading.current_thread() is not threading.main_thread() or not hasattr(signal, "setitimer"):
            yield
            return
        handler = signal.signal(signal.SIGALRM, self._rung)
        rest, every = signal.setitimer(signal.ITIMER_REAL, self.seconds, 0.1)
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_REAL, rest, every)
            signal.signal(signal.SIGALRM, handler)

    def _rung(self, number: int, frame: FrameType | None) -> None:
        while frame is not None and not frame.f_code.co_filename.startswith(self.folder):
            frame = frame.f_back
        if frame is not None:
            self._stop("slow", f"does not end within {self.seconds} s", frame)


def _called(frame: FrameType, event: str, argument: Any) -> str:
    """The dotted name of what is being called; empty when that is of no interest."""
    if event == "c_call":
        owner = getattr(argument, "__self__", None)
        if isinstance(owner, type):
            return f"{_plain(owner.__module__)}.{owner.__name__}.{argument.__name__}"
        if owner is not None and not hasattr(owner, "__spec__"):
            return f"{type(owner).__module__}.{type(owner).__name__}.{argument.__name__}"
        return f"{argument.__module__}.{argument.__name__}"
    if event == "call":
        module = str(frame.f_globals.get("__name__", ""))
        return f"{module}.{frame.f_code.co_qualname}" if sys.version_info >= (3, 11) else module
    return ""


def _plain(module: str) -> str:
    return "datetime" if module == "_datetime" else module
