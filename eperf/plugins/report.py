"""What became of each plugin at start: one report for the CLI, the log, the API and the readiness page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
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
    """One plugin: where it comes from, what it implements and offers, whether it runs, and if not, why.

    `hands_over`: what each of its hooks gave, by name, hooks and names in the order in which they are taken.
    `requires`: the versions of eperf that it fits. `warnings`: what it uses that goes away in a later version, with
    file and line.
    """

    name: str
    distribution: str
    version: str
    hooks: tuple[str, ...]
    parts: tuple[str, ...]
    state: Literal["ok", "refused", "disabled"]
    cause: str | None
    requires: str | None = None
    hands_over: Mapping[str, tuple[str, ...]] = field(default_factory=dict, hash=False)
    warnings: tuple[str, ...] = ()

    def said(self) -> str:
        """The cause with where the plugin comes from, for who starts the server."""
        return f"{self.cause} [{self.distribution} {self.version}]"


def refused(candidate: Candidate, cause: str) -> PluginReport:
    """The report of a plugin that was left out."""
    one = candidate
    return PluginReport(one.name, one.distribution, one.version, (), (), "refused", cause, one.requires)
