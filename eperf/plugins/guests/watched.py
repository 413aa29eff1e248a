"""A guest's parts within its process: which one runs is told, and what reaches outside is stopped where it does.

What the interpreter itself reports (`sys.addaudithook`) costs nothing while nothing happens: files, the network, other
processes. A clock and chance make no report; those are found by the laws of `eperf plugins check`.
"""

from __future__ import annotations

import os
import sys
import sysconfig
import zoneinfo
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from eperf.domain.scoring import Frame, PartOutput, Scheme, StagePart
from eperf.domain.scoring.output import WrongOutput
from eperf.plugins.guests.budget import MEMORY_EXIT

_OUTSIDE = {
    "socket": "network", "urllib": "network", "http": "network", "ftplib": "network", "smtplib": "network",
    "subprocess": "processes", "os.exec": "processes", "os.fork": "processes", "os.forkpty": "processes",
    "os.kill": "processes", "os.killpg": "processes", "os.posix_spawn": "processes", "os.spawn": "processes",
    "os.system": "processes", "pty": "processes", "signal.pthread_kill": "processes",
    "open": "files", "os.remove": "files", "os.rename": "files", "os.mkdir": "files", "os.rmdir": "files",
    "os.truncate": "files", "os.chmod": "files", "shutil": "files", "tempfile": "files", "sqlite3": "files",
}  # fmt: skip
_MODULES = (".py", ".pyc", ".so", ".pyd", ".dylib")
_OWN = (*{os.path.realpath(sysconfig.get_paths()[name]) for name in ("stdlib", "purelib")}, "/sys/")


class _Outside(WrongOutput):
    """A part reached outside."""


class Guard:
    """Stops what a part does outside, while it is armed."""

    def __init__(self) -> None:
        self._armed = False
        self._seen: _Outside | None = None
        sys.addaudithook(self._hook)

    def run(self, action: Callable[[], PartOutput]) -> PartOutput:
        """Runs a part; fails with what it did outside even when the part has swallowed that."""
        self._seen, self._armed = None, True
        try:
            found = action()
        finally:
            self._armed = False
        if self._seen is not None:
            raise self._seen
        return found

    def _hook(self, event: str, arguments: tuple[Any, ...]) -> None:
        if not self._armed:
            return
        code = _OUTSIDE.get(event) or _OUTSIDE.get(event.partition(".")[0])
        if code is None or (code == "files" and _is_own(event, arguments)):
            return
        self._seen = self._seen or _Outside(code, f"{event} {str(arguments[:1])[:100]}")
        raise self._seen


def _is_own(event: str, arguments: tuple[Any, ...]) -> bool:
    """Whether this is what an import, a time zone or a warning's line needs; imports look into folders freely."""
    path = arguments[0] if arguments else None
    if event != "open" or not isinstance(path, str | bytes | os.PathLike):
        return False
    if _writes(arguments[1], arguments[2]):
        return False
    named, real = os.path.abspath(os.fsdecode(path)), os.path.realpath(os.fsdecode(path))
    if real.startswith("/proc/"):
        # Of other processes nothing: what they were started with stands there.
        number = real.split("/")[2]
        return not number.isdecimal() or number == str(os.getpid())
    # Installers link packages, so a file of our own may really lie elsewhere.
    own = (*_OWN, *zoneinfo.TZPATH)
    return any(one.endswith(_MODULES) or one.startswith(own) for one in (named, real))


def _writes(mode: object, flags: object) -> bool:
    if isinstance(mode, str):
        return bool(set(mode) & set("wax+"))
    return isinstance(flags, int) and bool(flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT))


@dataclass(frozen=True)
class _Watched:
    """A part that says that it runs."""

    part: Any
    rule_id: str
    legal_basis: str
    tell: Callable[[str], None]
    guard: Guard

    def run(self, frame: Frame, settings: Any) -> PartOutput:
        """Runs the part."""
        self.tell(self.rule_id)
        try:
            return self.guard.run(lambda: self.part.run(frame, settings))
        except MemoryError:
            os._exit(MEMORY_EXIT)


def watched(schemes: Mapping[str, Scheme[Any]], tell: Callable[[str], None]) -> dict[str, Scheme[Any]]:
    """The schemes with every part watched; `tell` is called with a part's `rule_id` before it runs."""
    guard = Guard()

    def one(filled: StagePart[Any]) -> StagePart[Any]:
        part = filled.part
        return replace(filled, part=_Watched(part, part.rule_id, part.legal_basis, tell, guard))

    return {key: replace(scheme, parts=tuple(map(one, scheme.parts))) for key, scheme in schemes.items()}
