"""The start: find the plugins, check them, call each hook once, freeze what they answer.

The only file that meets pluggy's PluginManager. Nothing that a plugin does here stops eperf: one that does
not fit, does not import or does not answer as agreed is left out with its cause, and the rest runs. Strict
mode, the choice for CI, makes the first such cause fatal with all causes named. Order is by name, the
built-in plugin first, and does not depend on the order of installation.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeVar

import pluggy

from eperf import __version__
from eperf.domain.errors import PluginsRefused
from eperf.plugins import answers, builtin, hookspecs
from eperf.plugins.discovery import CORE, Candidate, built_in, discover, misfit
from eperf.plugins.inspection import faults, hook_names, where
from eperf.plugins.offer import NAMED, Clash, Offer
from eperf.plugins.report import PluginReport, Registered, refused

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


def installed() -> list[Candidate]:
    """The plan of this machine: the built-in plugin, then the installed ones by name."""
    return [built_in(CORE, __version__, builtin), *discover()]


def load(*, strict: bool = False, candidates: Iterable[Candidate] | None = None) -> Registry:
    """Loads the candidates (default: `installed()`), each hook called once.

    `strict`: raises `PluginsRefused`, naming every refused plugin with its cause.
    """
    registry = _Loader().run(installed() if candidates is None else list(candidates))
    causes = {one.name: one.cause for one in registry.plugins if one.cause is not None}
    if strict and causes:
        raise PluginsRefused(causes)
    return registry


class _Refusal(Exception):
    """Why a plugin is left out."""


class _Loader:
    """One start: what was claimed by whom, and what was offered so far."""

    def __init__(self) -> None:
        self.manager = pluggy.PluginManager(hookspecs.GROUP)
        self.manager.add_hookspecs(hookspecs)
        self.claimed: dict[str, str] = {}
        self.offers: list[Offer] = []

    def run(self, plan: list[Candidate]) -> Registry:
        owners: dict[str, list[str]] = {}
        for one in plan:
            owners.setdefault(one.name, []).append(one.distribution)
        return self._freeze(tuple(self._take(one, owners[one.name]) for one in plan))

    def _take(self, candidate: Candidate, owners: list[str]) -> PluginReport:
        try:
            self._fits(candidate, owners)
            offer = Offer(candidate, self._answers(candidate))
            report = offer.report()
            self._claim(candidate.name, offer.claims())
        except (_Refusal, Clash) as refusal:
            return refused(candidate, str(refusal))
        self.offers.append(offer)
        return report

    def _fits(self, candidate: Candidate, owners: list[str]) -> None:
        cause = misfit(candidate, __version__)
        if cause is not None:
            raise _Refusal(cause)
        if len(owners) > 1 and candidate.distribution != CORE:
            raise _Refusal(f"the name {candidate.name} is claimed by {' and '.join(owners)}")

    def _answers(self, candidate: Candidate) -> dict[str, tuple[Any, ...]]:
        plugin = _guarded("cannot be imported", candidate.load)
        wrong = _guarded("cannot be read", lambda: faults(plugin))
        if wrong:
            raise _Refusal("; ".join(wrong))
        _guarded("does not fit", lambda: self.manager.register(plugin, candidate.name))
        given = {}
        for hook in hook_names():
            for implementation in getattr(self.manager.hook, hook).get_hookimpls():
                if implementation.plugin is plugin:
                    given[hook] = _ask(hook, implementation.function)
        return given

    def _claim(self, plugin: str, claims: list[str]) -> None:
        for claim in claims:
            if claim in self.claimed:
                raise _Refusal(f"{claim} is claimed by {self.claimed[claim]} and by {plugin}")
        self.claimed |= dict.fromkeys(claims, plugin)

    def _freeze(self, reports: tuple[PluginReport, ...]) -> Registry:
        named = {hook: _merged(offer.named(hook) for offer in self.offers) for hook in NAMED}
        return Registry(
            schemes=named["eperf_scoring_schemes"],
            policies=named["eperf_work_time_policies"],
            sources=named["eperf_attendance_sources"],
            detectors=named["eperf_integrity_detectors"],
            pay_policies=named["eperf_pay_policies"],
            event_kinds=_merged(offer.event_kinds() for offer in self.offers),
            sinks=named["eperf_event_sinks"],
            jobs=named["eperf_jobs"],
            commands=named["eperf_commands"],
            lifespans=named["eperf_lifespan"],
            routes=_merged(offer.routes() for offer in self.offers),
            models=tuple(group for offer in self.offers for group in offer.tables()),
            contributions=tuple(part for offer in self.offers for part in offer.contributions()),
            plugins=reports,
        )


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
    except (KeyboardInterrupt, GeneratorExit, answers.WrongAnswer):
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
