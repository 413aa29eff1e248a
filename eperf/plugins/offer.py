"""What one plugin offers, all of it or nothing: half a plugin would be worse than none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from eperf.plugins.discovery import CORE, Candidate
from eperf.plugins.report import PluginReport, Registered


class Clash(Exception):
    """Two owners claim the same name or path."""


@dataclass(frozen=True)
class Offer:
    """A plugin that was loaded, and the checked answers of its hooks."""

    candidate: Candidate
    answers: Mapping[str, tuple[Any, ...]]

    def named(self, hook: str) -> dict[str, Registered[Any]]:
        """The parts of a hook by key `plugin/part`; raises `Clash` when two bear one name."""
        parts: dict[str, Registered[Any]] = {}
        for part in self.answers.get(hook, ()):
            key = f"{self.candidate.name}/{part.name}"
            if key in parts:
                raise Clash(f"{hook} returned two parts called {key}")
            parts[key] = self._registered(key, part)
        return parts

    def event_kinds(self) -> dict[str, Registered[Any]]:
        """The plugin's kinds of event, by kind; outside the core a kind begins with its plugin's name."""
        kinds = {}
        for part in self.answers.get("eperf_event_kinds", ()):
            if self.candidate.name != CORE and not part.kind.startswith(f"{self.candidate.name}."):
                raise Clash(f"event kind {part.kind} does not begin with {self.candidate.name}.")
            kinds[part.kind] = self._registered(part.kind, part)
        return kinds

    def tables(self) -> tuple[Registered[Any], ...]:
        """The plugin's groups of tables, keyed by `plugin/label`."""
        groups = self.answers.get("eperf_models", ())
        return tuple(self._registered(f"{self.candidate.name}/{group.label}", group) for group in groups)

    def contributions(self) -> tuple[Any, ...]:
        """The plugin's GraphQL contributions; their owner is the plugin, whatever they say."""
        return tuple(replace(part, owner=self.candidate.name) for part in self.answers.get("eperf_api", ()))

    def claims(self) -> list[str]:
        """What no two may share: device paths, table labels, event kinds. `Clash` when one is here twice."""
        sources = self.answers.get("eperf_attendance_sources", ())
        claims = [f"device path {route.method} {route.path}" for source in sources for route in source.routes]
        claims += [f"table label {group.label}" for group in self.answers.get("eperf_models", ())]
        claims += [f"event kind {part.kind}" for part in self.answers.get("eperf_event_kinds", ())]
        for claim in claims:
            if claims.count(claim) > 1:
                raise Clash(f"{claim} is claimed twice by {self.candidate.name}")
        return claims

    def report(self) -> PluginReport:
        """The line of the start-up report."""
        keys = [key for hook in NAMED for key in self.named(hook)]
        keys += [*self.event_kinds(), *(group.key for group in self.tables())]
        one, hooks = self.candidate, tuple(self.answers)
        return PluginReport(one.name, one.distribution, one.version, hooks, tuple(keys), "ok", None)

    def _registered(self, key: str, part: Any) -> Registered[Any]:
        one = self.candidate
        return Registered(
            key, one.name, one.distribution, one.version, part, where=one.where, requires=one.requires
        )


NAMED = (
    "eperf_scoring_schemes",
    "eperf_work_time_policies",
    "eperf_attendance_sources",
    "eperf_integrity_detectors",
    "eperf_pay_policies",
)
"""The hooks whose parts are found by name."""
