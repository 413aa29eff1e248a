"""What a hook may answer. Checked once, at start, so that no rule of a guest fails later for its shape."""

from __future__ import annotations

import dataclasses
import inspect
import re
from collections.abc import Callable, Mapping
from typing import Any

from eperf.domain.attendance.source import Route
from eperf.domain.events import Event
from eperf.domain.integrity.finding import Indicator
from eperf.domain.scoring.stage import NAME, Scheme
from eperf.plugins import secrets
from eperf.plugins.chores import Command, Job, Lifespan
from eperf.plugins.contracts import CONTRACTS
from eperf.plugins.http import HttpRoute
from eperf.plugins.signatures import method_fault, nearest, where
from eperf.plugins.values import Models

_KIND = re.compile(r"[a-z][a-z0-9-]*(\.[a-z][a-z0-9-]*)+\Z")
_KIND_LETTERS = 64


class WrongAnswer(Exception):
    """A hook returned something it must not."""


def checked(hook: str, answer: object) -> list[Any]:
    """The members of a hook's answer, each of the agreed type; raises `WrongAnswer`."""
    if not isinstance(answer, (list, tuple)):
        kind = CONTRACTS[hook].kind
        raise WrongAnswer(f"{hook} returned {type(answer).__name__}, not a list; write: return [{kind}(…)]")
    for number, member in enumerate(answer):
        fault = _CHECKS[hook](member) or CONTRACTS[hook].fault(member)
        if fault:
            raise WrongAnswer(f"{hook} returned, as number {number + 1}: {fault}")
    return list(answer)


def _scheme(member: object) -> str | None:
    if not isinstance(member, Scheme):
        return f"{type(member).__name__}, not Scheme"
    if secrets.secret_names(member.settings):
        return f"scheme {member.name} with a Secret among its settings, which stand on every receipt"
    for filled in member.parts:
        rule = getattr(filled.part, "rule_id", None)
        if not (isinstance(rule, str) and rule):
            return f"scheme {member.name} with a part without rule_id in stage {filled.stage}"
        if not getattr(filled.part, "legal_basis", None):
            return f"scheme {member.name} with part {rule} without legal_basis"
        for method in CONTRACTS["eperf_scoring_schemes"].part:
            fault = method_fault(filled.part, method.__name__, method)
            if fault:
                return f"scheme {member.name} with part {rule}: {fault}"
    return None


def _settled(member: object) -> str | None:
    settings = getattr(member, "settings", None)
    if not (isinstance(settings, type) and dataclasses.is_dataclass(settings)):
        return f"{_without(member, 'settings')} (a frozen dataclass)"
    return _named(member) or secrets.fault(settings)


def _source(member: object) -> str | None:
    routes = getattr(member, "routes", None)
    if not (isinstance(routes, tuple) and all(isinstance(route, Route) for route in routes)):
        return f"{_without(member, 'routes')} (a tuple of Route)"
    return _named(member)


def _detector(member: object) -> str | None:
    told = getattr(member, "indicator", None)
    if not isinstance(told, Indicator):
        return f"{_without(member, 'indicator')} (an Indicator)"
    if not (told.innocent_id.strip() and told.innocent_en.strip()):
        return f"indicator {told.code} without an innocent cause in both languages"
    return _settled(member)


def _named(member: object) -> str | None:
    name, version = getattr(member, "name", None), getattr(member, "version", None)
    if not (isinstance(name, str) and NAME.match(name)):
        return f"{type(member).__name__} with name {name!r}: not lower case letters, digits and hyphens"
    if not (isinstance(version, str) and version):
        return f"{name}: {_without(member, 'version')} (a text)"
    return None


def _without(member: object, name: str) -> str:
    known = [word for word in dir(member) if not word.startswith("_") and word != name]
    return f"{type(member).__name__} without {name}{nearest(name, known)}"


def _contribution(member: object) -> str | None:
    from eperf.plugins.api import Contribution

    return None if isinstance(member, Contribution) else f"{type(member).__name__}, not Contribution"


def _event_kind(member: object) -> str | None:
    if not (isinstance(member, type) and issubclass(member, Event) and dataclasses.is_dataclass(member)):
        return f"{member!r}, not a dataclass that is an Event"
    kind = getattr(member, "kind", None)
    if not (isinstance(kind, str) and _KIND.match(kind)):
        return f"{member.__name__} with kind {kind!r}: not words joined by dots"
    if len(kind) > _KIND_LETTERS:
        return f"{member.__name__} with kind {kind!r}: more than {_KIND_LETTERS} letters"
    if not isinstance(getattr(member, "subject_type", None), str):
        return f"{member.__name__} without subject_type"
    return None if member.__doc__ else f"{member.__name__} without a docstring, which is its documentation"


def _models(member: object) -> str | None:
    return None if isinstance(member, Models) else f"{type(member).__name__}, not Models"


def _settings(member: object) -> str | None:
    frozen = isinstance(member, type) and getattr(member, "__dataclass_params__", None)
    return None if frozen and frozen.frozen else f"{member!r}, not a frozen dataclass"


def _sink(member: object) -> str | None:
    kinds, seconds = getattr(member, "kinds", None), getattr(member, "seconds", None)
    if not (isinstance(kinds, tuple) and all(isinstance(kind, str) for kind in kinds)):
        return f"{type(member).__name__} without kinds (a tuple of texts)"
    if not (isinstance(seconds, (int, float)) and 0 < seconds <= 60):
        return f"{type(member).__name__} with seconds {seconds!r}: not within 0 to 60"
    if not inspect.iscoroutinefunction(getattr(member, "send", None)):
        return f"{type(member).__name__} without send, a coroutine function"
    return _named(member)


def _job(member: object) -> str | None:
    return _chore(member, Job, "run")


def _command(member: object) -> str | None:
    fault = _chore(member, Command, "run")
    if fault or not isinstance(member, Command):
        return fault
    if not member.run.__doc__:
        return f"command {member.name} without a docstring, which is its help ({where(member.run)})"
    return None


def _chore(member: object, kind: type, method: str) -> str | None:
    if not isinstance(member, kind):
        return f"{type(member).__name__}, not {kind.__name__}"
    function = getattr(member, method)
    if not inspect.iscoroutinefunction(function):
        return f"{kind.__name__} with {method} that is no coroutine function ({where(function)})"
    return _named(member)


def _lifespan(member: object) -> str | None:
    if not isinstance(member, Lifespan):
        return f"{type(member).__name__}, not Lifespan"
    return None if callable(member.opened) else f"{member.name} with opened that cannot be called"


def _route(member: object) -> str | None:
    if not isinstance(member, HttpRoute):
        return f"{type(member).__name__}, not HttpRoute"
    if not inspect.iscoroutinefunction(member.handle):
        return f"{member.path} with handle that is no coroutine function ({where(member.handle)})"
    return None


_CHECKS: Mapping[str, Callable[[object], str | None]] = {
    "eperf_scoring_schemes": _scheme,
    "eperf_work_time_policies": _settled,
    "eperf_attendance_sources": _source,
    "eperf_integrity_detectors": _detector,
    "eperf_pay_policies": _settled,
    "eperf_api": _contribution,
    "eperf_models": _models,
    "eperf_event_kinds": _event_kind,
    "eperf_settings": _settings,
    "eperf_event_sinks": _sink,
    "eperf_jobs": _job,
    "eperf_commands": _command,
    "eperf_lifespan": _lifespan,
    "eperf_routes": _route,
}
