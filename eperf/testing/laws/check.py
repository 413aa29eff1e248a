"""`eperf plugins check`: every part of a plugin is held to every law of its kind, within a bounded time.

Months, days and uploads come from a seed, so a check says the same whenever it is asked with the same seed. What breaks
a law is made small before it is shown.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from eperf.domain.errors import BadInput
from eperf.plugins.samples import SchemeSample, SourceSample
from eperf.plugins.settings import settings_of
from eperf.testing.broken import LawBroken
from eperf.testing.laws.case import Law, SchemeCase, verdict
from eperf.testing.laws.examples import Examples, shown, shrunk
from eperf.testing.laws.found import Found, found
from eperf.testing.laws.others import DETECTOR_LAWS, POLICY_LAWS, DetectorCase, PolicyCase
from eperf.testing.laws.place import files_of, place_of_error, place_of_part, place_of_rule
from eperf.testing.laws.schemes import SCHEME_LAWS
from eperf.testing.laws.sources import SOURCE_LAWS, SourceCase


@dataclass(frozen=True)
class Bounds:
    """How hard is looked: the seed, examples for each law, seconds for one run of a part and for the whole check."""

    seed: int = 0
    examples: int = 6
    seconds: float = 5
    most_seconds: float = 300


@dataclass(frozen=True)
class Breach:
    """A broken law: whose, which, why, the smallest example that was found, and `file:line` of the part's code."""

    plugin: str
    part: str
    law: str
    why: str
    example: str
    place: str

    def __str__(self) -> str:
        example = "".join(f"\n    {line}" for line in self.example.splitlines())
        return f"{self.part} breaks {self.law}: {self.why}\n  at {self.place}{example}"


@dataclass(frozen=True)
class Judgement:
    """A part and a law that it is to be held to; a test of its own: `judgement.hold()`."""

    plugin: Found
    key: str
    law: Law[Any, Any]
    case: Any
    bounds: Bounds

    def __str__(self) -> str:
        return f"{self.key}-{self.law.name}"

    def breach(self) -> Breach | None:
        """How the law is broken, or None."""
        for example in Examples(self.bounds.seed, 1 if self.law.once else self.bounds.examples).of(self):
            broken = verdict(self.law, self.case, example)
            if broken is not None:
                return self._told(example, broken)
        return None

    def hold(self) -> None:
        """Raises `LawBroken` with the whole story when the part breaks the law."""
        breach = self.breach()
        if breach is not None:
            raise LawBroken(breach.law, str(breach))

    def _told(self, example: Any, broken: LawBroken) -> Breach:
        small = shrunk(self, example)
        last = verdict(self.law, self.case, small) or broken
        return Breach(self.plugin.name, self.key, self.law.name, last.why, shown(small), self._place(last))

    def _place(self, broken: LawBroken) -> str:
        folder = self.plugin.folder
        known = broken.place or place_of_error(broken.__cause__, folder)
        if known:
            return known
        if not isinstance(self.case, SchemeCase):
            part = (
                getattr(self.case, "source", None) or getattr(self.case, "policy", None) or self.case.detector
            )
            return place_of_part(part, folder)
        rules = [filled.part for filled in self.case.scheme.ordered()]
        guilty = [rule for rule in rules if rule.rule_id == broken.rule]
        return place_of_rule((guilty or rules)[0], folder)


def check(target: str, bounds: Bounds | None = None) -> Iterator[Judgement | Breach]:
    """All there is to judge in a plugin, by its name or its folder; a breach where nothing can be judged.

    Raises `BadInput` when there is no such plugin.
    """
    for plugin in found(target):
        yield from _judged(plugin, bounds or Bounds())


def judgements(target: str, bounds: Bounds | None = None) -> list[Judgement | Unjudged]:
    """The same for a plugin's own tests, one for each part and law: parametrize with it, and call `hold()`."""
    return [one if isinstance(one, Judgement) else Unjudged(one) for one in check(target, bounds)]


@dataclass(frozen=True)
class Unjudged:
    """What broke before a law could be asked."""

    breach: Breach

    def __str__(self) -> str:
        return f"{self.breach.part}-{self.breach.law}"

    def hold(self) -> None:
        """Raises `LawBroken`."""
        raise LawBroken(self.breach.law, str(self.breach))


def breaches(target: str, bounds: Bounds | None = None) -> Iterator[Breach]:
    """The broken laws of a plugin; after `most_seconds` the rest is told as not judged."""
    bounds = bounds or Bounds()
    until = time.monotonic() + bounds.most_seconds
    endless: set[str] = set()
    for one in check(target, bounds):
        if isinstance(one, Judgement) and one.key in endless:
            continue
        told: Breach | None = None if isinstance(one, Judgement) else one
        if isinstance(one, Judgement):
            late = Breach(
                one.plugin.name, one.key, "unjudged", f"no time was left for {one.law.name}", "", ""
            )
            told = late if time.monotonic() > until else one.breach()
        if told is not None:
            endless |= {told.part} if told.law == "slow" else set()
            yield told


def _judged(plugin: Found, bounds: Bounds) -> Iterator[Judgement | Breach]:
    if plugin.report.state != "ok":
        cause = plugin.report.cause or ""
        yield Breach(plugin.name, plugin.name, "fits", cause, "", str(plugin.folder))
        return
    for key, law, case in _trials(plugin, bounds):
        yield Judgement(plugin, key, law, case, bounds) if law else case


def _trials(plugin: Found, bounds: Bounds) -> Iterator[tuple[str, Any, Any]]:
    folder, parts = plugin.folder, plugin.parts
    for key, scheme in parts.schemes.items():
        yield from _trial(key, SCHEME_LAWS, _scheme(plugin, scheme.part, bounds))
    for key, source in parts.sources.items():
        yield from _trial(key, SOURCE_LAWS, _source(plugin, source.part))
    for key, policy in parts.policies.items():
        files = files_of([policy.part], folder)
        yield from _trial(key, POLICY_LAWS, PolicyCase(policy.part, folder, files, bounds.seconds))
    for key, detector in parts.detectors.items():
        files = files_of([detector.part], folder)
        yield from _trial(key, DETECTOR_LAWS, DetectorCase(detector.part, folder, files, bounds.seconds))


def _trial(key: str, laws: tuple[Any, ...], case: Any) -> Iterator[tuple[str, Any, Any]]:
    if isinstance(case, Breach):
        yield key, None, case
        return
    for law in laws:
        yield key, law, case


def _scheme(plugin: Found, scheme: Any, bounds: Bounds) -> SchemeCase | Breach:
    sample = _sample(plugin, SchemeSample, scheme.name) or SchemeSample(scheme.name)
    try:
        settings = settings_of(scheme, dict(sample.settings))
    except BadInput as refused:
        return _unsampled(plugin, scheme, f"its sample settings are refused: {refused}; give a SchemeSample")
    files = files_of([filled.part for filled in scheme.parts], plugin.folder)
    return SchemeCase(scheme, settings, sample, plugin.origin, plugin.folder, files, bounds.seconds)


def _source(plugin: Found, source: Any) -> SourceCase | Breach:
    sample = _sample(plugin, SourceSample, source.name)
    if sample is None or not list((case := SourceCase(source, sample)).doors()):
        return _unsampled(plugin, source, "nobody says how its devices write; give a SourceSample")
    return case


def _sample(plugin: Found, kind: type[Any], name: str) -> Any:
    return next((one for one in plugin.samples if isinstance(one, kind) and one.part == name), None)


def _unsampled(plugin: Found, part: Any, why: str) -> Breach:
    return Breach(
        plugin.name, f"{plugin.name}/{part.name}", "sample", why, "", place_of_part(part, plugin.folder)
    )
