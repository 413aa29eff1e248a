"""In which order plugins are taken, and what decided it: the same on every machine with the same distributions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from eperf.plugins.discovery import CORE
from eperf.plugins.report import PluginReport

RULES = (
    "What comes with eperf is taken first, then every plugin by its name; the order of installation does not count.",
    "Two distributions with one plugin name are both refused.",
    "A plugin's hooks are called in the order of eperf/plugins/hookspecs.py, each once; what one gives goes by name.",
    "Whoever is taken first holds a device path, a table label or an event kind; who claims it later is refused.",
)
"""How the order is decided, for people."""


@dataclass(frozen=True)
class Step:
    """One plugin in the plan: its place, why it has that place, and all that it hands over, hook by hook."""

    place: int
    because: str
    report: PluginReport


def plan(reports: Sequence[PluginReport]) -> list[Step]:
    """The plan of a start, from its report."""
    steps = []
    for place, report in enumerate(reports, 1):
        before = reports[place - 2].name if place > 1 else None
        because = "comes with eperf" if report.distribution == CORE else "by name"
        if before is not None and report.distribution != CORE:
            because += f", after {before}"
        steps.append(Step(place, because, report))
    return steps


def as_json(steps: Sequence[Step]) -> dict[str, Any]:
    """The plan as JSON values: the rules, and the steps in order."""
    return {
        "rules": list(RULES),
        "plugins": [{"place": step.place, "because": step.because, **asdict(step.report)} for step in steps],
    }


def lines(steps: Sequence[Step]) -> list[str]:
    """The plan as a text, a line for each plugin and for each hook with what it gave."""
    text = []
    for step in steps:
        one = step.report
        fits = f" for eperf {one.requires}" if one.requires else ""
        text.append(
            f"{step.place}. {one.name} ({one.distribution} {one.version}{fits}): {one.state}, {step.because}"
        )
        if one.cause:
            text.append(f"     {one.cause}")
        for hook, names in one.hands_over.items():
            text += [f"     {hook}", *(f"       {name}" for name in names)]
        text += [f"     warning: {warning}" for warning in one.warnings]
    return [*text, "", *RULES]
