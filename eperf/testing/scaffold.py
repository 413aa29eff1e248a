"""`eperf plugins new`: a distribution that passes its own tests and the laws at once, to be changed from there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import StrEnum
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from string import Template

from eperf import __version__
from eperf.domain.errors import BadInput

_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*\Z")
_MOST = 40
_TEMPLATES = "templates"
_ENDING = ".tmpl"


class Kind(StrEnum):
    """What the new plugin offers."""

    SCHEME = "scheme"
    SOURCE = "source"
    POLICY = "policy"
    API = "api"


def write(name: str, kind: Kind, where: Path) -> Path:
    """Writes the distribution `eperf-NAME` into a folder of that name; gives the folder.

    Refuses by `BadInput` a name that is not lower case letters, digits and single hyphens, one that
    begins with eperf, and a folder that exists.
    """
    _check(name)
    folder = where / f"eperf-{name}"
    if folder.exists():
        raise BadInput("folder", str(folder), "exists already")
    for path, text in _texts(name, kind):
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, "utf-8")
    return folder


def _check(name: str) -> None:
    if not (_NAME.match(name) and len(name) <= _MOST):
        raise BadInput("name", name, f"not at most {_MOST} lower case letters, digits and single hyphens")
    if name.split("-")[0] == "eperf":
        raise BadInput("name", name, "eperf stands before it already; say what it is about")


def _texts(name: str, kind: Kind) -> Iterator[tuple[str, str]]:
    words = _words(name)
    root = files("eperf.testing") / _TEMPLATES
    for path, template in [*_placed(root, "", kind), *_placed(root / kind.value, words["package"], kind)]:
        yield path, Template(template.read_text("utf-8")).substitute(words)


def _placed(folder: Traversable, package: str, kind: Kind) -> Iterator[tuple[str, Traversable]]:
    """Where each template goes; a plugin for the API has no part that laws are about."""
    for one in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if not one.name.endswith(_ENDING) or (one.name.startswith("test_laws") and kind is Kind.API):
            continue
        name = one.name.removesuffix(_ENDING)
        inside = "" if name == "README.md" else package
        place = "tests" if name.startswith("test_") else inside
        yield (f"{place}/{name}" if place else name), one


def _words(name: str) -> dict[str, str]:
    major, minor = (int(number) for number in __version__.split(".")[:2])
    return {
        "name": name,
        "attribute": name.replace("-", "_"),
        "package": f"eperf_{name.replace('-', '_')}",
        "distribution": f"eperf-{name}",
        "range": f">={major}.{minor},<{major}.{minor + 1}",
        "title": name.replace("-", " ").capitalize(),
    }
