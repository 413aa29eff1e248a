"""The program that a guest's scoring code runs in: one plugin, one process, one request after the other.

It is started as `python -m eperf.plugins.guests.worker`, answers on the pipe that was its standard output, and whatever
the plugin prints goes where errors go. It knows no database, no settings and no secret of the installation.
"""

from __future__ import annotations

import importlib.metadata
import os
import signal
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, BinaryIO

import polars as pl

from eperf.domain.scoring import Explanation, Scheme, UnitPeriod, score
from eperf.domain.scoring.joint import results
from eperf.plugins.discovery import Candidate
from eperf.plugins.guests import wire
from eperf.plugins.guests.budget import MEMORY_EXIT, PRINTED_BYTES
from eperf.plugins.guests.clock import LONGEST
from eperf.plugins.guests.watched import watched
from eperf.plugins.hookspecs import GROUP
from eperf.plugins.registry import load
from eperf.plugins.settings import settings_of

_GRACE_SECONDS = 2


def main() -> None:
    """Answers requests until the parent goes."""
    asked, answers = _own_pipes()
    head, _ = wire.read(asked)
    _timed(head["seconds"])
    bound = _bounded(head["mebibytes"])
    schemes = _schemes(head, partial(_tell, answers))
    bound()
    _timed(0)
    wire.write(answers, {"ready": sorted(schemes)})
    try:
        while True:
            head, frames = wire.read(asked)
            _answer(answers, schemes, head, frames)
    except EOFError:
        pass
    except MemoryError:
        os._exit(MEMORY_EXIT)
    # Threads that a plugin has left behind would keep an ordinary end waiting.
    os._exit(0)


def _own_pipes() -> tuple[BinaryIO, BinaryIO]:
    """The pipes to the parent, out of a plugin's way: it reads nothing, and prints among the errors."""
    asked, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(2, 1)
    return asked, answers


def _bounded(mebibytes: int) -> Callable[[], None]:
    """Bounds memory at once, and files and core dumps; the result bounds memory anew."""
    try:
        import resource
    except ImportError:
        return lambda: None
    # The columns' own threads reserve address space when they first run.
    pl.DataFrame({"a": [1, 1]}).group_by("a").agg(pl.len()).sort("a")
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (PRINTED_BYTES, PRINTED_BYTES))
    most = _reserved(resource.getpagesize()) + (mebibytes << 20)

    def bound(more: int = 0) -> None:
        resource.setrlimit(resource.RLIMIT_AS, (most + more, resource.RLIM_INFINITY))

    bound()
    return lambda: bound(max(0, _reserved(resource.getpagesize()) + (mebibytes << 20) - most))


def _reserved(page: int) -> int:
    with open("/proc/self/statm") as sizes:
        return int(sizes.read().split()[0]) * page


def _schemes(head: dict[str, Any], tell: Callable[[str], None]) -> dict[str, Scheme[Any]]:
    """The plugin's schemes by key, each watched; refused is what does not load here."""
    point = importlib.metadata.EntryPoint(head["plugin"], head["where"], GROUP)
    one = Candidate(
        head["plugin"], head["distribution"], head["version"], head["requires"], point.load, head["where"]
    )
    registry = load(strict=head["strict"], candidates=[one])
    return watched({key: found.part for key, found in registry.schemes.items()}, tell)


def _answer(
    answers: BinaryIO, schemes: dict[str, Scheme[Any]], head: dict[str, Any], frames: Sequence[pl.DataFrame]
) -> None:
    _timed(head["seconds"])
    scheme = schemes[head["key"]]
    settings = settings_of(scheme, head["settings"])
    months = wire.unpacked(head["months"], frames)
    if head["asks"] == "results":
        wire.write(answers, {"done": True}, [results(scheme, settings, months)])
    else:
        _score(answers, scheme, settings, months[0], Explanation(head["asks"]))
    _timed(0)


def _score(
    answers: BinaryIO, scheme: Scheme[Any], settings: Any, month: UnitPeriod, explanation: Explanation
) -> None:
    scored = score(scheme, settings, month, explanation=explanation)
    told = {
        Explanation.WHOLE: lambda: scored.leaves,
        Explanation.STORED: scored.breakdowns,
        Explanation.NONE: pl.DataFrame,
    }[explanation]()
    failures = [(one.stage, one.rule_id, one.cause, _said(one.error)) for one in scored.failures]
    wire.write(answers, {"done": True, "failures": failures}, [scored.scores, told])


def _timed(seconds: float) -> None:
    """Ends this process a little after the parent should have, which may be gone; needs no interpreter. 0: never."""
    if hasattr(signal, "SIGALRM"):
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.setitimer(signal.ITIMER_REAL, seconds * LONGEST + _GRACE_SECONDS if seconds else 0)


def _tell(answers: BinaryIO, rule_id: str) -> None:
    wire.write(answers, {"runs": rule_id})


def _said(error: BaseException) -> str:
    try:
        return f"{type(error).__name__}: {error}"[:300]
    except Exception:
        return type(error).__name__


if __name__ == "__main__":
    main()
