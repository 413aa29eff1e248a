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
        """The parts of a hook by key `plugin/part`, in order; raises `Clash` when two bear one name.

        In the order of names: a hook that walks through a set gives another order in every process.
        """
        parts: dict[str, Registered[Any]] = {}
        for part in sorted(self.answers.get(hook, ()), key=lambda one: str(one.name)):
            key = f"{self.candidate.name}/{part.name}"
            if len(key) > MOST_KEY:
                raise Clash(f"{key} is longer than {MOST_KEY} characters; write a shorter name")
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
        return kinds if self.candidate.name == CORE else dict(sorted(kinds.items()))

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
        one, given = self.candidate, self.hands_over()
        keys = [name for hook, names in given.items() if hook != "eperf_api" for name in names]
        hooks = tuple(self.answers)
        return PluginReport(
            one.name, one.distribution, one.version, hooks, tuple(keys), "ok", None, one.requires, given
        )

    def hands_over(self) -> dict[str, tuple[str, ...]]:
        """What each hook gave, by name: parts, kinds of event, groups of tables, and the names of GraphQL."""
        given = {hook: tuple(self.named(hook)) for hook in NAMED if hook in self.answers}
        if "eperf_event_kinds" in self.answers:
            given["eperf_event_kinds"] = tuple(self.event_kinds())
        if "eperf_models" in self.answers:
            given["eperf_models"] = tuple(group.key for group in self.tables())
        if "eperf_api" in self.answers:
            from eperf.plugins.fields import names_of

            given["eperf_api"] = tuple(name for part in self.contributions() for name in names_of(part))
        return given

    def _registered(self, key: str, part: Any) -> Registered[Any]:
        return Registered(key, self.candidate.name, self.candidate.distribution, self.candidate.version, part)


MOST_KEY = 100
"""So many characters of a part's full name are kept by what refers to it."""

NAMED = (
    "eperf_scoring_schemes",
    "eperf_work_time_policies",
    "eperf_attendance_sources",
    "eperf_integrity_detectors",
    "eperf_pay_policies",
)
"""The hooks whose parts are found by name."""
