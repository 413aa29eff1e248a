"""A start that a plugin ended: the next one tries the plugins in another process first, and leaves out who did it.

A plugin is imported in this process, so one that ends its process or hangs then takes the start with it. What is being
imported is therefore written down until the start is through it. Where such a note is found and its process is gone,
each plugin of it is tried apart, within a time. An ordinary start pays for a small file.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from eperf.plugins.discovery import Candidate
from eperf.plugins.guests.budget import TIMED_OUT, Overrun
from eperf.plugins.guests.process import Trial

_NOTE = "starting-{}.json"
_MOST_STARTS = 2
"""A plugin that passes its trial and is in the note of so many starts in a row is left out once."""


@contextmanager
def probed(
    candidates: Sequence[Candidate],
    folder: Path,
    seconds: float,
    again: Callable[[], None] | None = None,
) -> Iterator[list[Candidate]]:
    """Within, the candidates are imported, those at fault left out; `folder` keeps the note.

    After `seconds` the start is begun anew by `again`, by default with the same program in the same process, and finds
    its note then.
    """
    suspects = _taken(folder)
    chosen = [_tried(one, suspects, seconds) for one in candidates]
    note = _noted(folder, chosen, suspects)
    patience = seconds * (1 + len(suspects))
    clock = threading.Timer(patience, again or _begin_anew)
    clock.daemon = True
    clock.start()
    try:
        yield chosen
    except Exception:
        _forget(note)
        raise
    finally:
        clock.cancel()
    _forget(note)


def _tried(candidate: Candidate, suspects: Mapping[str, int], seconds: float) -> Candidate:
    starts = suspects.get(candidate.name, 0)
    if not starts or not candidate.where:
        return candidate
    if starts >= _MOST_STARTS:
        return replace(candidate, fault=f"{starts} starts did not come past its import")
    return replace(candidate, fault=_fault(candidate, seconds))


def _fault(candidate: Candidate, seconds: float) -> str | None:
    """What it does to the process that imports it and asks its hooks; None when that comes through."""
    try:
        Trial(candidate, seconds).end()
    except Overrun as overrun:
        if overrun.code == TIMED_OUT:
            return f"its import or a hook does not end within {seconds:g} s"
        return f"its import or a hook ends the process: {overrun.why}"
    return None


def _taken(folder: Path) -> dict[str, int]:
    """The plugins of notes whose starts are gone, with how many starts that were."""
    found: dict[str, int] = {}
    for path in sorted(folder.glob(_NOTE.format("*"))):
        with contextlib.suppress(OSError, ValueError, AttributeError):
            note = json.loads(path.read_text())
            if _is_gone(int(note["process"])):
                found |= {str(name): int(starts) for name, starts in note["plugins"].items()}
                path.unlink()
    return found


def _is_gone(process: int) -> bool:
    if process == os.getpid():
        return True  # begun anew in the same process
    if os.name == "nt":
        return False  # there this signal would end it
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False


def _noted(folder: Path, candidates: Sequence[Candidate], suspects: Mapping[str, int]) -> Path:
    path = folder / _NOTE.format(os.getpid())
    plugins = {one.name: suspects.get(one.name, 0) + 1 for one in candidates if one.where and not one.fault}
    # Without a place to write nothing is remembered, and the start goes on.
    with contextlib.suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps({"process": os.getpid(), "plugins": plugins}))
    return path


def _forget(note: Path) -> None:
    with contextlib.suppress(OSError):
        note.unlink()


def _begin_anew() -> None:
    print("eperf: a plugin's import does not end; starting again without it", file=sys.stderr, flush=True)  # noqa: T201
    os.execv(sys.executable, sys.orig_argv)  # noqa: S606 - this very program once more
