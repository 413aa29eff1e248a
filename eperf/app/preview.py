"""The schema as it would be with other plugins: without some, or with a distribution that is not installed yet.

What is not installed is looked at in a process of its own, first on its path: the modules of the version that is
installed are in this process already.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from graphql import GraphQLSchema, build_schema, print_schema

from eperf.app.graphql.trusted import registered
from eperf.app.impact import Impact, impact
from eperf.domain.errors import BadInput
from eperf.plugins.discovery import CORE, Candidate
from eperf.plugins.registry import Registry, installed
from eperf.schema.compose import Composed
from eperf.schema.gate import composed
from eperf.settings import Settings
from eperf.testing.laws.found import candidates_in
from eperf.testing.laws.found import found as found_in

_SECONDS = 120


@dataclass(frozen=True)
class Seen:
    """A schema, the plugins that run in it, and those that are left out with their causes."""

    graph: GraphQLSchema
    names: frozenset[str]
    refused: dict[str, str]


def of_removal(settings: Settings, names: Iterable[str]) -> Impact:
    """What it does to registered operations when these plugins are taken away; see `Impact.require_none`.

    Raises `BadInput` when one of them does not run. Nothing is changed.
    """
    before, gone = _seen(*composed(without=settings.plugins_without)), set(names)
    for name in sorted(gone - before.names):
        raise BadInput("plugin", name, "no plugin of this name runs")
    return _compared(settings, before, _seen(*composed(without=[*settings.plugins_without, *gone])))


def of_addition(settings: Settings, distribution: str) -> Impact:
    """The same for a distribution that comes, or that comes instead of its installed version.

    `distribution`: a wheel, the folder of a distribution, or the name of a plugin that `EPERF_PLUGINS_WITHOUT` leaves
    out. Raises `BadInput` when it is none of them.
    """
    before, out = _seen(*composed(without=settings.plugins_without)), settings.plugins_without
    if distribution in out and not Path(distribution).exists():
        return _compared(settings, before, _seen(*composed(without=set(out) - {distribution})))
    return _compared(settings, before, _elsewhere(Path(distribution), out))


def uncomposed(target: str) -> list[str]:
    """Why the plugins of a folder, or the installed one of that name, cannot be put together with eperf itself.

    What does not fit at all is told by the laws, and not here.
    """
    found = [one.candidate for one in found_in(target) if one.report.cause is None]
    registry, _ = composed(candidates=[installed()[0], *found])
    return [f"{one.name} breaks composes: {one.cause}" for one in registry.report() if one.cause]


def _compared(settings: Settings, before: Seen, after: Seen) -> Impact:
    left_out = {name: why for name, why in after.refused.items() if name not in before.refused}
    return impact(before.graph, after.graph, registered(settings.trusted_documents), left_out)


def _seen(registry: Registry, schema: Composed) -> Seen:
    report = [one for one in registry.report() if one.name != CORE]
    return Seen(
        schema._schema,
        frozenset(one.name for one in report if one.cause is None),
        {one.name: one.cause for one in report if one.cause is not None},
    )


def _elsewhere(path: Path, out: Iterable[str]) -> Seen:
    if path.suffix != ".whl" and not (path / "pyproject.toml").is_file():
        raise BadInput("with", str(path), "neither a wheel nor a folder with a pyproject.toml")
    if not path.exists():
        raise BadInput("with", str(path), "is not there")
    whole = path.resolve()
    first = [str(whole)] if path.suffix == ".whl" else [str(whole / "src"), str(whole)]
    done = subprocess.run(  # noqa: S603 - this interpreter, and a line of our own
        [sys.executable, "-c", f"from {__name__} import answer; answer()", str(whole), *out],
        capture_output=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([*first, *sys.path])},
        timeout=_SECONDS,
        check=False,
        text=True,
    )
    if done.returncode != 0:
        said = done.stderr.strip().splitlines() or ["no word"]
        raise BadInput("with", str(path), f"cannot be looked at: {said[-1]}")
    told = json.loads(done.stdout.splitlines()[-1])
    return Seen(build_schema(told["sdl"]), frozenset(told["names"]), told["refused"])


def answer() -> None:
    """What the other process does: prints its schema and its report as JSON, in the last line."""
    path, out = Path(sys.argv[1]), sys.argv[2:]
    more = candidates_in(path) if path.is_dir() else []
    seen = _seen(*composed(candidates=_instead(more), without=out))
    told = {"sdl": print_schema(seen.graph), "names": sorted(seen.names), "refused": seen.refused}
    sys.stdout.write(f"\n{json.dumps(told)}\n")


def _instead(more: list[Candidate]) -> list[Candidate]:
    """The plan with these instead of the installed ones of their names."""
    names = {one.name for one in more}
    core, *rest = installed()
    return [core, *sorted([*(one for one in rest if one.name not in names), *more], key=lambda one: one.name)]
