"""A registry with one plugin in it, for tests that need no installation."""

from __future__ import annotations

from eperf import __version__
from eperf.plugins.discovery import Candidate
from eperf.plugins.registry import Registry, load


def candidate(name: str, plugin: object, *, requires: str | None = f"=={__version__}") -> Candidate:
    """A plugin as discovery would find it."""
    return Candidate(name, f"{name}-distribution", "1.0", requires, lambda: plugin)


def registry_of(name: str, plugin: object) -> Registry:
    """A registry with this plugin and nothing else; raises `PluginsRefused` when it does not fit."""
    return load(strict=True, candidates=[candidate(name, plugin)])
