"""Sample plugins, and what becomes of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import ModuleType
from typing import Any

from eperf.domain.events import Event
from eperf.plugins import Models, Route, Scheme, StagePart, hookimpl, part
from eperf.plugins.builtin import norm_minutes
from eperf.plugins.registry import load
from eperf.testing import candidate


def module(**members: object) -> ModuleType:
    """A plugin module with these hooks; plain functions are marked as `@hookimpl` would."""
    made = ModuleType("sample_plugin")
    for name, member in members.items():
        setattr(made, name, hookimpl(member) if callable(member) else member)
    return made


def cause_of(plugin: object, name: str = "sample", **changes: Any) -> str:
    registry = load(candidates=[replace(candidate(name, plugin), **changes)])
    [report] = registry.report()
    assert report.state == "refused"
    named = (registry.schemes, registry.policies, registry.sources, registry.event_kinds)
    assert not any((*named, registry.models, registry.contributions, report.parts))
    assert report.cause
    return report.cause


@part("sample.nothing", "Perwal 1/2026")
def nothing(frame: object, settings: object) -> list[object]:
    return []


def scheme(name: str = "points", **changes: object) -> Scheme[Any]:
    good = Scheme(
        name, "1", "Uji", "Test", "Perwal 1/2026", norm_minutes.NormMinutes, (StagePart("work", nothing),)
    )
    return replace(good, **changes)


@dataclass
class Policy:
    name: object = "shift"
    version: object = "1"
    settings: object = norm_minutes.NormMinutes

    def classify(self, day: object, settings: object) -> Any: ...


@dataclass
class Pay:
    name: object = "per-point"
    version: object = "1"
    settings: object = norm_minutes.NormMinutes

    def advise(self, facts: object, settings: object) -> Any: ...


@dataclass
class Source:
    name: str = "gate"
    routes: object = (Route("POST", "/gate/push", "push"),)
    version: str = "1"

    def serial_of(self, request: object) -> str:
        return ""

    def handle(self, request: object, device: object, now: object) -> Any: ...


@dataclass(frozen=True, kw_only=True)
class Trained(Event):
    """An employee completed a training."""

    kind = "sample.trained"
    subject_type = "Employee"


def no_parts() -> list[object]:
    return []


def full(name: str = "sample") -> ModuleType:
    from eperf.plugins.api import Contribution

    return module(
        eperf_scoring_schemes=lambda: [scheme(), scheme("tiers")],
        eperf_work_time_policies=lambda: (Policy(),),
        eperf_attendance_sources=lambda: [Source()],
        eperf_pay_policies=lambda: [Pay()],
        eperf_api=lambda: [Contribution(owner="somebody else")],
        eperf_models=lambda: [Models(name, "sample.models", "sample.migrations")],
        eperf_event_kinds=lambda: [Trained] if name == "sample" else [],
    )
