"""How something of the face goes away: a warning for one minor version, an error for the next, then gone.

A row is written in the minor version that says it first (`since`). In that version who uses it is warned, with file
and line, in the start-up report; in the next one the plugin is refused at start with what to write instead; in the
one after that the thing itself is removed, and the row stays, so that the refusal still says what it has become.
A plugin that declares `eperf>=0.4,<0.5` thus never meets an error that its own version of eperf did not announce.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from packaging.version import Version


class Stage(StrEnum):
    """What using something means in a version of eperf."""

    NOT_YET = "not yet"
    WARNING = "warning"
    ERROR = "error"
    GONE = "gone"


class DeprecatedFace(DeprecationWarning):
    """A plugin uses a name of the face that goes away."""


@dataclass(frozen=True)
class Deprecation:
    """Something that goes away: a hook (`eperf_…`) or a public name (`eperf.plugins.…`).

    `since`: the minor version of the first warning, such as `0.2`. `instead`: what to write.
    """

    name: str
    since: str
    instead: str

    def stage(self, version: str) -> Stage:
        """What it means in this version; a development version counts as the version it becomes."""
        first, now = Version(self.since).release, Version(version).release
        if now[0] != first[0]:
            return Stage.GONE if now[0] > first[0] else Stage.NOT_YET
        passed = now[1] - first[1]
        if passed < 0:
            return Stage.NOT_YET
        return (Stage.WARNING, Stage.ERROR, Stage.GONE)[min(passed, 2)]

    def said(self, version: str) -> str:
        """What a plugin's author reads."""
        stage = self.stage(version)
        what = {Stage.ERROR: "is an error since", Stage.GONE: "was removed in"}.get(
            stage, "becomes an error in"
        )
        after = 2 if stage is Stage.GONE else 1
        return f"{self.name} {what} eperf {self._later(after)}; write {self.instead}"

    def _later(self, minors: int) -> str:
        major, minor = Version(self.since).release[:2]
        return f"{major}.{minor + minors}"


DEPRECATED: tuple[Deprecation, ...] = ()
"""What goes away at present: nothing."""


def of(name: str, table: Iterable[Deprecation] | None = None) -> Deprecation | None:
    """The row of a name, if it goes away or has gone."""
    return next((row for row in (DEPRECATED if table is None else table) if row.name == name), None)


def moved(
    module: str, name: str, version: str, now: Mapping[str, Any], table: Iterable[Deprecation] | None = None
) -> Any:
    """For a face's `__getattr__`: the thing that a name going away still means, with a warning at who asks.

    `now` holds it by its old name. Raises `AttributeError`, which an import shows, from the version of the error on.
    """
    row = of(f"{module}.{name}", table)
    if row is None:
        raise AttributeError(f"module {module!r} has no attribute {name!r}")
    if row.stage(version) in (Stage.ERROR, Stage.GONE) or name not in now:
        raise AttributeError(row.said(version))
    # Two frames up is who asked the module for the name.
    warnings.warn(row.said(version), DeprecatedFace, stacklevel=3)
    return now[name]
