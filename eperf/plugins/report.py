"""What became of each plugin at start: one report for the CLI, the log, the API and the readiness page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

from eperf.plugins.discovery import Candidate

T = TypeVar("T")


@dataclass(frozen=True)
class Registered(Generic[T]):
    """A part with its full name `plugin/part` and its owner; `version` is the distribution's.

    `where`: how another process imports the plugin; empty when it cannot, or is the core's.
    """

    key: str
    plugin: str
    distribution: str
    version: str
    part: T
    where: str = ""
    requires: str | None = None


@dataclass(frozen=True)
class PluginReport:
    """One plugin: where it comes from, what it implements and offers, whether it runs, and if not, why."""

    name: str
    distribution: str
    version: str
    hooks: tuple[str, ...]
    parts: tuple[str, ...]
    state: Literal["ok", "refused"]
    cause: str | None


def refused(candidate: Candidate, cause: str) -> PluginReport:
    """The report of a plugin that was left out."""
    return PluginReport(candidate.name, candidate.distribution, candidate.version, (), (), "refused", cause)
