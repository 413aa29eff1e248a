"""A start that a plugin ended: the next one tries the plugins in another process first, and leaves out who did it.

A plugin is imported in this process, so one that ends its process or hangs then takes the start with it. What is being
imported is therefore written down until the start is through it. Where such a note is found and its process is gone,
each plugin of it is tried apart, within a time, and one that fails is tried apart at every start until it passes. An
ordinary start pays for a small file.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import threading
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from eperf.plugins.discovery import Candidate
from eperf.plugins.guests.budget import TIMED_OUT, Overrun
from eperf.plugins.guests.process import Trial

_NOTE, _SUSPECTS = "starting-{}.json", "suspects.json"
_TEMPORARY_FAILURE = 75


@contextmanager
def probed(
    candidates: Sequence[Candidate],
    folder: Path,
    seconds: float,
    again: Callable[[bool], None] | None = None,
) -> Iterator[list[Candidate]]:
    """Within, the candidates are imported, those at fault left out; `folder` keeps the notes.

    After `seconds` the start is begun anew by `again`, by default with the same program in the same process, and finds
    its note then; it is told whether that has been done before.
    """
    suspects = _suspects(folder)
    chosen = [_tried(one, suspects, seconds) for one in candidates]
    _write(folder / _SUSPECTS, sorted(one.name for one in chosen if one.fault))
    note = folder / _NOTE.format(os.getpid())
    _write(note, sorted(one.name for one in chosen if one.where and not one.fault))
    clock = threading.Timer(seconds * (1 + len(suspects)), again or _begin_anew, [bool(suspects)])
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


def _tried(candidate: Candidate, suspects: Collection[str], seconds: float) -> Candidate:
    if candidate.name not in suspects or not candidate.where:
        return candidate
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


def _suspects(folder: Path) -> set[str]:
    """The plugins that failed their last trial, and those of starts that are gone; their notes are taken away."""
    found = set(_names(_read(folder / _SUSPECTS)))
    for path in sorted(folder.glob(_NOTE.format("*"))):
        if _is_gone(path.stem.rpartition("-")[2]):
            found |= set(_names(_read(path)))
            _forget(path)
    return found


def _names(read: object) -> list[str]:
    return [one for one in read if isinstance(one, str)] if isinstance(read, list) else []


def _is_gone(process: str) -> bool:
    if not process.isdecimal() or int(process) == os.getpid():
        return True  # begun anew in the same process
    if os.name == "nt":
        return False  # there this signal would end it
    try:
        os.kill(int(process), 0)
    except ProcessLookupError:
        return True
    except (OSError, OverflowError):
        return False
    return False


def _read(path: Path) -> Any:
    # What cannot be read tells nothing, and the start goes on.
    with contextlib.suppress(OSError, ValueError):
        return json.loads(path.read_text())
    return None


def _write(path: Path, names: Sequence[str]) -> None:
    """Keeps names; without any there is no file. Where nothing can be written nothing is remembered."""
    with contextlib.suppress(OSError):
        if not names:
            path.unlink(missing_ok=True)
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(names))


def _forget(note: Path) -> None:
    _write(note, [])


def _begin_anew(before: bool) -> None:
    if before:
        print("eperf: a plugin's import does not end in this process", file=sys.stderr, flush=True)  # noqa: T201
        os._exit(_TEMPORARY_FAILURE)
    print("eperf: a plugin's import does not end; trying again without it", file=sys.stderr, flush=True)  # noqa: T201
    os.execv(sys.executable, sys.orig_argv)  # noqa: S606 - this very program once more
