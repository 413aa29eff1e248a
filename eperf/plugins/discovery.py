"""Which plugins there are, and whether they fit this eperf, before a line of theirs has run.

The range of eperf versions a plugin supports is what its distribution says to pip: `eperf>=0.1,<0.2` in its
dependencies. pip checks that on the day of installation only; here it is checked at every start.
"""

from __future__ import annotations

import importlib.metadata
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from eperf.domain.scoring.stage import NAME
from eperf.plugins.hookspecs import GROUP

CORE = "eperf"
"""The distribution of eperf itself, and the name under which its built-in parts are registered."""

_UNKNOWN = "unknown"
_MOST_VERSION = 32


@dataclass(frozen=True)
class Candidate:
    """A plugin that was found: name, origin, the versions of eperf it fits, and how to import it.

    `requires` is a version range such as `>=0.1,<0.2`, or None when the plugin declares none. `where`: how another
    process imports it, `module` or `module:object` as an entry point says it; without it its code runs in this one.
    `fault`: why it must not be imported here, if that is known already.
    """

    name: str
    distribution: str
    version: str
    requires: str | None
    load: Callable[[], object]
    where: str = ""
    fault: str | None = None


def discover(entry_points: Iterable[importlib.metadata.EntryPoint] | None = None) -> list[Candidate]:
    """The installed plugins by name; the same list on every machine with the same distributions."""
    found = importlib.metadata.entry_points(group=GROUP) if entry_points is None else entry_points
    return sorted((_candidate(point) for point in found), key=lambda one: (one.name, one.distribution))


def built_in(name: str, version: str, plugin: object) -> Candidate:
    """A plugin that comes with eperf: it goes through the same door and fits by birth."""
    return Candidate(name, CORE, version, f"=={version}", lambda: plugin)


def misfit(candidate: Candidate, eperf_version: str) -> str | None:
    """Why the candidate cannot be loaded, or None. Imports nothing."""
    if candidate.fault is not None:
        return candidate.fault
    if not NAME.match(candidate.name):
        return "the entry point's name is not lower case letters, digits and hyphens"
    if len(candidate.version) > _MOST_VERSION:
        return f"its version is longer than {_MOST_VERSION} characters, which is what a score keeps of it"
    if not candidate.requires:
        return f"declares no range of eperf versions; add {_example(eperf_version)!r} to its dependencies"
    if not SpecifierSet(candidate.requires).contains(eperf_version, prereleases=True):
        return f"supports eperf {candidate.requires}, this is eperf {eperf_version}"
    return None


def _candidate(point: importlib.metadata.EntryPoint) -> Candidate:
    # A distribution whose metadata was damaged or half removed has no name, or cannot be read at all.
    try:
        dist = point.dist
        name, version = (dist.name, dist.version) if dist is not None else (None, None)
        wanted = range_of(dist.requires or []) if dist is not None else None
    except Exception:
        name, version, wanted = None, None, None
    return Candidate(point.name, name or _UNKNOWN, version or _UNKNOWN, wanted, point.load, point.value)


def range_of(requirements: Iterable[str]) -> str | None:
    """The range of eperf versions among the requirements of a distribution; None when there is none.

    Several requirements hold together.
    """
    found = SpecifierSet()
    for line in requirements:
        try:
            requirement = Requirement(line)
        except InvalidRequirement:
            continue
        wanted = requirement.marker is None or requirement.marker.evaluate({"extra": ""})
        if canonicalize_name(requirement.name) == CORE and wanted:
            found &= requirement.specifier
    return str(found) or None


def _example(version: str) -> str:
    major, minor = (int(number) for number in version.split(".")[:2])
    return f"{CORE}>={major}.{minor},<{major}.{minor + 1}"
