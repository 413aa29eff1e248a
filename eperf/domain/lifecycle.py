"""What happened to plugins: which came, changed and went, who stopped one, and where a part no longer serves.

A change of the whole installation is told once for each top unit, so that whoever may hear of a unit hears of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from eperf.domain.events import Event


@dataclass(frozen=True, kw_only=True)
class PartUnbound(Event):
    """A part no longer fills a slot of a unit from a day on; what is bound above serves again."""

    kind = "plugins.part-unbound"
    subject_type = "Unit"
    slot: str
    part: str
    valid_from: date


@dataclass(frozen=True, kw_only=True)
class PluginStopped(Event):
    """Somebody stopped a plugin: its parts are not offered, and who is bound to them is provisional."""

    kind = "plugins.stopped"
    subject_type = "Unit"
    plugin: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class PluginResumed(Event):
    """Somebody let a stopped plugin run again."""

    kind = "plugins.resumed"
    subject_type = "Unit"
    plugin: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class PluginInstalled(Event):
    """A plugin runs here for the first time, or again after it was away."""

    kind = "plugins.installed"
    subject_type = "Unit"
    plugin: str
    plugin_version: str


@dataclass(frozen=True, kw_only=True)
class PluginUpgraded(Event):
    """A plugin runs in another version than before."""

    kind = "plugins.upgraded"
    subject_type = "Unit"
    plugin: str
    plugin_version: str
    previous_version: str


@dataclass(frozen=True, kw_only=True)
class PluginGone(Event):
    """A plugin that ran here is installed no longer."""

    kind = "plugins.gone"
    subject_type = "Unit"
    plugin: str
    previous_version: str


@dataclass(frozen=True, kw_only=True)
class PluginUninstalled(Event):
    """What a plugin had here was exported and removed: so many bindings ended, so many rows in its tables dropped."""

    kind = "plugins.uninstalled"
    subject_type = "Unit"
    plugin: str
    reason: str
    bindings: int
    rows: int


@dataclass(frozen=True, kw_only=True)
class PluginRestored(Event):
    """What an export held of a plugin was put back: so many bindings and rows of its tables."""

    kind = "plugins.restored"
    subject_type = "Unit"
    plugin: str
    bindings: int
    rows: int


KINDS: tuple[type[Event], ...] = (
    PartUnbound, PluginStopped, PluginResumed, PluginInstalled, PluginUpgraded, PluginGone, PluginUninstalled,
    PluginRestored,
)  # fmt: skip
"""The kinds of this file."""
