"""What one plugin offers, all of it or nothing: half a plugin would be worse than none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from eperf.domain.access import Permission
from eperf.plugins.clash import Claim, Owner
from eperf.plugins.discovery import CORE, Candidate
from eperf.plugins.environment import installation, variables
from eperf.plugins.report import PluginReport, Registered
from eperf.plugins.values import VERB


class Misnamed(Exception):
    """A plugin gives one name twice, or one that is not its own to give."""


@dataclass(frozen=True)
class Offer:
    """A plugin that was loaded, the checked answers of its hooks, and `file:line` of each hook."""

    candidate: Candidate
    answers: Mapping[str, tuple[Any, ...]]
    places: Mapping[str, str] = field(default_factory=dict)

    def named(self, hook: str) -> dict[str, Registered[Any]]:
        """The parts of a hook by key `plugin/part`, in order; raises `Misnamed` when two bear one name.

        In the order of names: a hook that walks through a set gives another order in every process.
        """
        parts: dict[str, Registered[Any]] = {}
        for part in sorted(self.answers.get(hook, ()), key=lambda one: str(one.name)):
            key = f"{self.candidate.name}/{part.name}"
            if len(key) > MOST_KEY:
                raise Misnamed(f"{key} is longer than {MOST_KEY} characters; write a shorter name")
            if key in parts:
                raise Misnamed(f"{hook} returned two parts called {key}")
            parts[key] = self._registered(key, part)
        return parts

    def event_kinds(self) -> dict[str, Registered[Any]]:
        """The plugin's kinds of event, by kind; outside the core a kind begins with its plugin's name."""
        kinds = {}
        for part in self.answers.get("eperf_event_kinds", ()):
            self._own("event kind", part.kind)
            kinds[part.kind] = self._registered(part.kind, part)
        return kinds if self.candidate.name == CORE else dict(sorted(kinds.items()))

    def tables(self) -> tuple[Registered[Any], ...]:
        """The plugin's groups of tables, keyed by `plugin/label`."""
        groups = self.answers.get("eperf_models", ())
        return tuple(self._registered(f"{self.candidate.name}/{group.label}", group) for group in groups)

    def contributions(self) -> tuple[Any, ...]:
        """The plugin's GraphQL contributions; their owner is the plugin, whatever they say."""
        mine = {"owner": self.candidate.name, "version": self.candidate.version}
        given = self.answers.get("eperf_api", ())
        return tuple(replace(part, **mine, place=self.places.get("eperf_api", "")) for part in given)

    def claims(self) -> list[Claim]:
        """What no two may share, each with where it stands."""
        given = [
            ("device path", f"{route.method} {route.path}", source, "eperf_attendance_sources")
            for source in self.answers.get("eperf_attendance_sources", ())
            for route in source.routes
        ]
        tables, kinds = self.answers.get("eperf_models", ()), self.answers.get("eperf_event_kinds", ())
        given += [("table label", group.label, None, "eperf_models") for group in tables]
        given += [("event kind", part.kind, part, "eperf_event_kinds") for part in kinds]
        for model in self.answers.get("eperf_settings", ()):
            names = variables(self.candidate.name, model).values()
            given += [("setting", name, model, "eperf_settings") for name in names]
        for route in self.answers.get("eperf_routes", ()):
            given.append(("route", self._path(route), route, "eperf_routes"))
        given += [("permission", name, None, "eperf_api") for name in self.permissions()]
        return [self._claim(*one) for one in given]

    def permissions(self) -> dict[str, Permission]:
        """What the plugin's verbs and routes take, by name; raises `Misnamed` when one name is said otherwise twice."""
        given = [each for one in self.answers.get("eperf_api", ()) for each in one.permissions]
        fields = (field for one in self.contributions() for field in one.mutation.values())
        verbs = (getattr(field, "metadata", {}).get(VERB) for field in fields)
        given += [verb.permission for verb in verbs if verb is not None]
        given += [route.permission for route in self.answers.get("eperf_routes", ()) if route.permission]
        found: dict[str, Permission] = {}
        for one in given:
            if found.setdefault(one.value, one) != one:
                raise Misnamed(f"permission {one.value} is described twice, each time otherwise")
        return found

    def routes(self) -> dict[str, Registered[Any]]:
        """The plugin's HTTP routes, by method and whole path."""
        given = {self._path(route): route for route in self.answers.get("eperf_routes", ())}
        return {path: self._registered(path, route) for path, route in given.items()}

    def settings(self, environment: Mapping[str, str]) -> dict[str, Any]:
        """The plugin's settings by its name; raises `BadInput` with the variable that is wrong."""
        given = self.answers.get("eperf_settings", ())
        if len(given) > 1:
            raise Misnamed("eperf_settings returned several dataclasses; a plugin has one")
        name = self.candidate.name
        return {name: installation(name, given[0], environment)} if given else {}

    def report(self) -> PluginReport:
        """The line of the start-up report; raises `Misnamed`."""
        for name in self.permissions():
            self._own("permission", name)
        one, given = self.candidate, self.hands_over()
        keys = [name for hook, names in given.items() if hook != "eperf_api" for name in names]
        keys += self.permissions()
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
        if "eperf_routes" in self.answers:
            given["eperf_routes"] = tuple(self.routes())
        if "eperf_api" in self.answers:
            from eperf.plugins.fields import names_of

            given["eperf_api"] = tuple(name for part in self.contributions() for name in names_of(part))
        return given

    def _path(self, route: Any) -> str:
        return f"{route.method} /plugins/{self.candidate.name}{route.path}"

    def _claim(self, kind: str, name: str, thing: object, hook: str) -> Claim:
        owner = Owner(self.candidate.name, self.candidate.version, thing, self.places.get(hook, ""))
        return Claim(kind, name, owner)

    def _own(self, kind: str, name: str) -> None:
        """Outside the core such a name begins with its plugin's."""
        if self.candidate.name != CORE and not name.startswith(f"{self.candidate.name}."):
            raise Misnamed(f"{kind} {name} does not begin with {self.candidate.name}.")

    def _registered(self, key: str, part: Any) -> Registered[Any]:
        one = self.candidate
        return Registered(
            key, one.name, one.distribution, one.version, part, where=one.where, requires=one.requires
        )


MOST_KEY = 100
"""So many characters of a part's full name are kept by what refers to it."""

NAMED = (
    "eperf_scoring_schemes",
    "eperf_work_time_policies",
    "eperf_attendance_sources",
    "eperf_integrity_detectors",
    "eperf_pay_policies",
    "eperf_event_sinks",
    "eperf_jobs",
    "eperf_commands",
    "eperf_lifespan",
)
"""The hooks whose parts are found by name."""
