"""The start: find the plugins, check them, call each hook once, freeze what they answer.

The only file that meets pluggy's PluginManager. Nothing that a plugin does here stops eperf: one that does
not fit, does not import or does not answer as agreed is left out with its cause, and the rest runs. Strict
mode, the choice for CI, makes the first such cause fatal with all causes named. Order is by name, the
built-in plugin first, and does not depend on the order of installation.
"""

from __future__ import annotations

import os
import traceback
import warnings
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields, replace
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import pluggy

from eperf import __version__
from eperf.domain.access import Operation
from eperf.domain.errors import BadInput, PluginsRefused
from eperf.plugins import answers, builtin, hookspecs
from eperf.plugins.clash import Claim, Claims, Clash, Owner
from eperf.plugins.deprecation import DeprecatedFace
from eperf.plugins.discovery import CORE, Candidate, built_in, discover, misfit
from eperf.plugins.inspection import faults, hook_names, warned
from eperf.plugins.offer import NAMED, Misnamed, Offer
from eperf.plugins.report import PluginReport, Registered, refused
from eperf.plugins.signatures import where

if TYPE_CHECKING:
    from eperf.domain.attendance.policy import WorkTimePolicy
    from eperf.domain.attendance.source import AttendanceSource
    from eperf.domain.events import Event
    from eperf.domain.integrity.detector import Detector
    from eperf.domain.pay.policy import PayPolicy
    from eperf.domain.scoring import Scheme
    from eperf.plugins.api import Contribution
    from eperf.plugins.chores import Command, EventSink, Job, Lifespan
    from eperf.plugins.http import HttpRoute
    from eperf.plugins.values import Models

T = TypeVar("T")


@dataclass(frozen=True)
class Registry:
    """All parts that eperf knows, frozen. Keys are `plugin/part` (event kinds: the kind)."""

    schemes: Mapping[str, Registered[Scheme[Any]]]
    policies: Mapping[str, Registered[WorkTimePolicy]]
    sources: Mapping[str, Registered[AttendanceSource]]
    detectors: Mapping[str, Registered[Detector]]
    pay_policies: Mapping[str, Registered[PayPolicy]]
    event_kinds: Mapping[str, Registered[type[Event]]]
    settings: Mapping[str, Any]
    models: tuple[Registered[Models], ...]
    sinks: Mapping[str, Registered[EventSink]]
    jobs: Mapping[str, Registered[Job]]
    commands: Mapping[str, Registered[Command]]
    lifespans: Mapping[str, Registered[Lifespan]]
    routes: Mapping[str, Registered[HttpRoute]]
    contributions: tuple[Contribution, ...]
    plugins: tuple[PluginReport, ...]

    def report(self) -> list[PluginReport]:
        """Every plugin that was found, in plan order, with what became of it."""
        return list(self.plugins)

    def left_out(self, refused: Mapping[str, str]) -> Registry:
        """The same with nothing of these plugins (name: cause), which are reported as refused."""
        names = [one.name for one in fields(self) if one.name not in _PLAIN]
        kept: dict[str, Any] = {
            name: MappingProxyType({k: v for k, v in getattr(self, name).items() if v.plugin not in refused})
            for name in names
        }
        return replace(
            self,
            **kept,
            settings=MappingProxyType({k: v for k, v in self.settings.items() if k not in refused}),
            models=tuple(one for one in self.models if one.plugin not in refused),
            contributions=tuple(one for one in self.contributions if one.owner not in refused),
            plugins=tuple(
                replace(one, hooks=(), parts=(), hands_over={}, state="refused", cause=refused[one.name])
                if one.name in refused
                else one
                for one in self.plugins
            ),
        )

    def without(self, stopped: Mapping[str, str]) -> Registry:
        """The same without what plugins that somebody stopped wire into the service; `stopped`: their causes, by name.

        Rules that units are bound to stay, because they are held back at each use, so that a plugin that runs again
        needs no new start; tables stay too.
        """

        def left(shelf: Mapping[str, Registered[T]]) -> Mapping[str, Registered[T]]:
            return MappingProxyType({key: part for key, part in shelf.items() if part.plugin not in stopped})

        return replace(
            self,
            sources=left(self.sources),
            detectors=left(self.detectors),
            event_kinds=left(self.event_kinds),
            sinks=left(self.sinks),
            jobs=left(self.jobs),
            commands=left(self.commands),
            lifespans=left(self.lifespans),
            routes=left(self.routes),
            contributions=tuple(part for part in self.contributions if part.owner not in stopped),
            plugins=tuple(
                replace(one, state="disabled", cause=stopped[one.name])
                if one.name in stopped and one.state == "ok"
                else one
                for one in self.plugins
            ),
        )


_PLAIN = ("settings", "models", "contributions", "plugins")


class Gate(Protocol):
    """Where GraphQL contributions are composed: a floor above this one knows how."""

    def take(self, contributions: tuple[Contribution, ...]) -> None:
        """Takes the contributions of one plugin, or raises `Clash` and takes none."""


def installed() -> list[Candidate]:
    """The plan of this machine: the built-in plugin, then the installed ones by name."""
    return [built_in(CORE, __version__, builtin), *discover()]


def load(
    *,
    strict: bool = False,
    candidates: Iterable[Candidate] | None = None,
    without: Iterable[str] = (),
    gate: Gate | None = None,
) -> Registry:
    """Loads the candidates (default: `installed()`) but those named in `without`, each hook called once.

    `strict`: raises `PluginsRefused`, naming every refused plugin with its cause. `gate` takes the GraphQL
    contributions of one plugin after the other, in the order of the plan; what it refuses is left out whole.
    """
    out = frozenset(without)
    found = installed() if candidates is None else list(candidates)
    registry = _Loader(gate).run([one for one in found if one.name not in out or one.distribution == CORE])
    return require_all(registry) if strict else registry


def require_all(registry: Registry) -> Registry:
    """The registry; raises `PluginsRefused` when a plugin was left out."""
    causes = {one.name: one.said() for one in registry.plugins if one.state == "refused"}
    if causes:
        raise PluginsRefused(causes)
    return registry


class _Refusal(Exception):
    """Why a plugin is left out."""


class _Loader:
    """One start: what was claimed by whom, and what was offered so far."""

    def __init__(self, gate: Gate | None) -> None:
        self.manager = pluggy.PluginManager(hookspecs.GROUP)
        self.manager.add_hookspecs(hookspecs)
        self.gate = gate
        self.claimed = Claims().with_(_of_the_core())
        self.settings: dict[str, Any] = {}
        self.offers: list[Offer] = []
        self.warnings: list[str] = []

    def run(self, plan: list[Candidate]) -> Registry:
        owners: dict[str, list[str]] = {}
        for one in plan:
            owners.setdefault(one.name, []).append(one.distribution)
        return self._freeze(tuple(self._take(one, owners[one.name]) for one in plan))

    def _take(self, candidate: Candidate, owners: list[str]) -> PluginReport:
        self.warnings = []
        try:
            self._fits(candidate, owners)
            offer = self._answers(candidate)
            claimed = self.claimed.with_(offer.claims())
            settings = offer.settings(os.environ)
            if self.gate is not None:
                self.gate.take(offer.contributions())
            report = _guarded("cannot be read", offer.report)
        except (_Refusal, BadInput, Clash, Misnamed) as refusal:
            return refused(candidate, str(refusal))
        self.claimed = claimed
        self.settings |= settings
        self.offers.append(offer)
        return replace(report, warnings=tuple(dict.fromkeys(self.warnings)))

    def _fits(self, candidate: Candidate, owners: list[str]) -> None:
        cause = misfit(candidate, __version__)
        if cause is not None:
            raise _Refusal(cause)
        if len(owners) > 1 and candidate.distribution != CORE:
            raise _Refusal(f"the name {candidate.name} is claimed by {' and '.join(owners)}")

    def _answers(self, candidate: Candidate) -> Offer:
        plugin = _guarded("cannot be imported", lambda: self._heard(candidate.load))
        wrong = _guarded("cannot be read", lambda: faults(plugin))
        if wrong:
            raise _Refusal("; ".join(wrong))
        self.warnings += _guarded("cannot be read", lambda: warned(plugin))
        _guarded("does not fit", lambda: self.manager.register(plugin, candidate.name))
        given, places = {}, {}
        for hook in hook_names():
            for implementation in getattr(self.manager.hook, hook).get_hookimpls():
                if implementation.plugin is plugin:
                    given[hook] = self._heard(partial(_ask, hook, implementation.function))
                    places[hook] = where(implementation.function)
        return Offer(candidate, given, places)

    def _heard(self, action: Callable[[], T]) -> T:
        """Runs a guest's code and keeps its warnings about names that go away; other warnings take their usual way."""
        with warnings.catch_warnings(record=True) as heard:
            warnings.simplefilter("always", DeprecatedFace)
            done = action()
        for one in heard:
            if issubclass(one.category, DeprecatedFace):
                self.warnings.append(f"{one.message} ({one.filename}:{one.lineno})")
            else:
                warnings.warn_explicit(one.message, one.category, one.filename, one.lineno)
        return done

    def _freeze(self, reports: tuple[PluginReport, ...]) -> Registry:
        named = {hook: _merged(offer.named(hook) for offer in self.offers) for hook in NAMED}
        return Registry(
            schemes=named["eperf_scoring_schemes"],
            policies=named["eperf_work_time_policies"],
            sources=named["eperf_attendance_sources"],
            detectors=named["eperf_integrity_detectors"],
            pay_policies=named["eperf_pay_policies"],
            event_kinds=_merged(offer.event_kinds() for offer in self.offers),
            settings=MappingProxyType(self.settings),
            sinks=named["eperf_event_sinks"],
            jobs=named["eperf_jobs"],
            commands=named["eperf_commands"],
            lifespans=named["eperf_lifespan"],
            routes=_merged(offer.routes() for offer in self.offers),
            models=tuple(group for offer in self.offers for group in offer.tables()),
            contributions=tuple(part for offer in self.offers for part in offer.contributions()),
            plugins=reports,
        )


def _of_the_core() -> list[Claim]:
    """Names that the core has without offering a part of that name."""
    return [Claim("permission", one.value, Owner(CORE, __version__, Operation)) for one in Operation]


def _merged(parts: Iterable[dict[str, Registered[Any]]]) -> Mapping[str, Registered[Any]]:
    return MappingProxyType({key: part for several in parts for key, part in several.items()})


def _ask(hook: str, function: Callable[[], object]) -> tuple[Any, ...]:
    place = where(function)
    answer = _guarded(f"{hook} failed", function)
    try:
        return tuple(_guarded(f"{hook} returned what cannot be read", lambda: answers.checked(hook, answer)))
    except answers.WrongAnswer as wrong:
        raise _Refusal(f"{wrong} ({place})") from wrong


def _guarded(what: str, action: Callable[[], T]) -> T:
    """Runs a guest's code; whatever it raises, SystemExit included, becomes the cause of its refusal."""
    try:
        return action()
    except (KeyboardInterrupt, GeneratorExit, answers.WrongAnswer, Misnamed):
        raise
    except BaseException as error:
        frames = traceback.extract_tb(error.__traceback__)
        place = f"{frames[-1].filename}:{frames[-1].lineno}"
        raise _Refusal(f"{what}: {type(error).__name__}: {_said(error)} ({place})") from error


def _said(error: BaseException) -> str:
    try:
        text = str(error)
    except Exception:
        return "its message cannot be read"
    return "".join(letter if letter.isprintable() else " " for letter in text[:300])
