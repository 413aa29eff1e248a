"""The plugin on trial: installed, by its name, or in a folder that nobody installed."""

from __future__ import annotations

import importlib.metadata
import sys
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.metadata import EntryPoint
from pathlib import Path
from types import ModuleType
from typing import Any

from eperf.domain.errors import BadInput
from eperf.plugins import hookspecs, samples
from eperf.plugins.discovery import Candidate, discover, range_of
from eperf.plugins.registry import Registry, load
from eperf.plugins.report import PluginReport


@dataclass(frozen=True)
class Found:
    """A plugin that was loaded alone: its parts, its samples, and the folder of its code."""

    candidate: Candidate
    name: str
    report: PluginReport
    parts: Registry
    samples: tuple[Any, ...]
    origin: str
    folder: Path


def found(target: str) -> list[Found]:
    """The plugins of a folder, or the one of that name; `BadInput` when there is none."""
    path = Path(target)
    if (path / "pyproject.toml").is_file():
        return _in_folder(path.resolve())
    for one in discover():
        if one.name == target:
            [point] = importlib.metadata.entry_points(group=hookspecs.GROUP, name=target)
            return [_found(one, point, importlib.metadata.entry_points(group=samples.GROUP, name=target))]
    raise BadInput("plugin", target, "neither an installed plugin nor a folder with a pyproject.toml")


def candidates_in(path: Path) -> list[Candidate]:
    """The plugins of a folder that nobody installed, by name; `BadInput` when there are none."""
    project = _project(path)
    return [_candidate(project, _point(name, value)) for name, value in _points(path, project)]


def _in_folder(path: Path) -> list[Found]:
    project = _project(path)
    points = _points(path, project)
    _importable(path)
    return [_of_folder(project, name, value) for name, value in points]


def _points(path: Path, project: dict[str, Any]) -> list[tuple[str, str]]:
    points = project.get("entry-points", {}).get(hookspecs.GROUP, {})
    if not points:
        raise BadInput(
            "plugin", str(path), f"its pyproject.toml names no entry point in the group {hookspecs.GROUP}"
        )
    return [(name, str(value)) for name, value in sorted(points.items())]


def _of_folder(project: dict[str, Any], name: str, value: str) -> Found:
    point = _point(name, value)
    given = project.get("entry-points", {}).get(samples.GROUP, {}).get(name)
    more = [EntryPoint(name, str(given), samples.GROUP)] if given else []
    return _found(_candidate(project, point), point, more)


def _point(name: str, value: str) -> EntryPoint:
    return EntryPoint(name, value, hookspecs.GROUP)


def _candidate(project: dict[str, Any], point: EntryPoint) -> Candidate:
    title, version = str(project.get("name", point.name)), str(project.get("version", "0"))
    return Candidate(point.name, title, version, range_of(project.get("dependencies", [])), point.load)


def _project(path: Path) -> dict[str, Any]:
    try:
        read = tomllib.loads((path / "pyproject.toml").read_text("utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as unread:
        raise BadInput("plugin", str(path), f"its pyproject.toml cannot be read: {unread}") from unread
    project = read.get("project", {})
    return project if isinstance(project, dict) else {}


def _importable(path: Path) -> None:
    for one in (str(path / "src"), str(path)):
        if one not in sys.path and Path(one).is_dir():
            sys.path.insert(0, one)


def _found(one: Candidate, point: EntryPoint, given: Iterable[EntryPoint]) -> Found:
    parts = load(candidates=[one])
    [report] = parts.report()
    wanted = () if report.state != "ok" else tuple(sample for each in given for sample in each.load())
    return Found(one, one.name, report, parts, wanted, point.value, _folder(point))


def _folder(point: EntryPoint) -> Path:
    module = sys.modules.get(point.module.partition(".")[0])
    path = module.__file__ if isinstance(module, ModuleType) else None
    return Path(path).resolve().parent if path else Path.cwd()
