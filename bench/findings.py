"""What a run of `bench.subscriptions` has found: judged by the goals, as figures and as a report."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from statistics import median
from typing import Any

from bench.fan import Load, Turn
from bench.goals import Judged
from bench.heard import Faults
from bench.replay import PLAIN, Replay
from bench.report import goals_table
from bench.stopped import Stopped
from bench.storm import Storm

_ASKED, _FLOOD, _ORDINARY, _BEARABLE = 102.0, 220.0, 200.0, 20.0
"""Events a second: a little more than the goal, more than can be borne, and for the ordinary build the same two."""


@dataclass
class Found:
    """What one run has found."""

    options: argparse.Namespace
    machine: dict[str, str]
    turns: dict[str, list[Turn]] = field(default_factory=dict)
    storms: list[Storm] = field(default_factory=list)
    replays: list[Replay] = field(default_factory=list)
    stops: list[Stopped] = field(default_factory=list)
    errors: dict[str, int] = field(default_factory=dict)
    busy: list[float] = field(default_factory=list)

    def middle(self, load: Load, figure: Callable[[Turn], float]) -> float:
        """The median of the turns of a load."""
        return median(figure(one) for one in self.turns[load.name])

    def ratio(self, one: Load, other: Load, figure: Callable[[Turn], float]) -> float:
        """The median of the ratios of neighbouring turns."""
        both = zip(self.turns[one.name], self.turns[other.name], strict=True)
        return median(figure(mine) / figure(theirs) for mine, theirs in both)

    def figures(self) -> dict[str, Any]:
        """Everything as JSON values."""
        return {
            "options": {name: str(value) for name, value in vars(self.options).items()},
            "turns": {name: [one.figures() for one in made] for name, made in self.turns.items()},
            "storm": [one.figures() for one in self.storms],
            "replay": [one.figures() for one in self.replays],
            "stopped": [one.figures() for one in self.stops],
            "goals": [vars(one) for one in judged(self)],
            "answers without an update": self.errors,
            "load of the machine before each part": self.busy,
            "machine": self.machine,
        }


def loads(options: argparse.Namespace) -> tuple[Load, Load, Load, Load]:
    """What eperf is asked, its flood, the ordinary build's flood, and what that can bear; floods next to each other."""
    crowd, some = options.subscribers, options.others
    return (
        Load("eperf", crowd, _ASKED),
        Load("eperf", crowd, _FLOOD, flood=True),
        Load("ordinary", some, _ORDINARY, flood=True),
        Load("ordinary", some, _BEARABLE),
    )


def judged(found: Found) -> list[Judged]:
    """The goals of the parts that were measured."""
    goals: list[tuple[str, float, str, float]] = []
    asked, flood, drowned, _ = loads(found.options)
    if found.turns:
        goals += [
            (
                "deliveries/s of a worker, all of them",
                found.middle(asked, lambda t: t.delivered),
                ">=",
                25_000,
            ),
            (
                "p99 ms from before the commit to the reading",
                found.middle(asked, lambda t: t.p99_ms),
                "<=",
                40,
            ),
            ("processor us a delivery", found.middle(asked, lambda t: t.cpu_us), "<=", 20),
            ("KiB a connection", found.middle(asked, lambda t: t.kib_each), "<=", 35),
            (
                "updates missed, doubled or out of order",
                found.middle(asked, lambda t: _wrong(t.faults)),
                "<=",
                0,
            ),
            (
                "flooded: deliveries/s over ordinary",
                found.ratio(flood, drowned, lambda t: t.delivered),
                ">=",
                10,
            ),
            (
                "processor a delivery, ordinary over eperf",
                found.ratio(drowned, asked, lambda t: t.cpu_us),
                ">=",
                10,
            ),
        ]
    for one in found.storms:
        goals.append((f"seconds until {one.subscribers:,} are back and live", one.live_seconds, "<=", 10))
        goals.append(("updates missed or doubled through the restart", _wrong(one.faults), "<=", 0))
    # What a document with things in it costs is for information: it reads the things.
    for each in (one for one in found.replays if one.document == PLAIN):
        name = f"replay, {each.database}, readers: {each.readers}; events/s"
        goals.append((name, each.per_second, ">=", 50_000))
    for still in found.stops:
        goals += [
            (
                "others' p99 while one has stopped / before",
                still.while_p99_ms / still.before_p99_ms,
                "<=",
                1.2,
            ),
            ("memory that it costs, MiB", still.memory_peak_mib - still.memory_before_mib, "<=", 64),
            ("updates missed or doubled by the one", _wrong(still.faults), "<=", 0),
        ]
    return [
        Judged(f"{text} {sign} {bound:g}", value, value >= bound if sign == ">=" else value <= bound)
        for text, value, sign, bound in goals
    ]


def markdown(found: Found) -> str:
    """The report for a person."""
    parts = [f"# Subscriptions, {date.today().isoformat()}", _HOW.strip()]
    if found.turns:
        parts += ["## Fanning out", _turns_table(found)]
    if found.storms:
        parts += ["## A restart, and everybody comes back", *(_listed(one.figures()) for one in found.storms)]
    if found.replays:
        parts += ["## Replay", _replay_table(found.replays)]
    if found.stops:
        parts += ["## One stops reading", *(_listed(one.figures()) for one in found.stops)]
    parts += ["## Goals", goals_table(judged(found))]
    parts += [f"- {count} answers without an update: {text}" for text, count in found.errors.items()]
    busy = ", ".join(f"{load:.2f}" for load in found.busy)
    parts += [f"- load of the machine before each part: {busy}"]
    parts += ["## Measured on", "\n".join(f"- {name}: {value}" for name, value in found.machine.items())]
    return "\n\n".join(parts) + "\n"


def _turns_table(found: Found) -> str:
    head = (
        "| load | asked/s | delivered/s | p50 / p99 ms | p99 from commit | p50 / p99 from number | CPU us | KiB | KiB after |"
        " open s | CPU us to open | committed events/s | server, PostgreSQL, subscribers, writer; server waiting | faults |"
    )
    lines = [head, "|---" * 14 + "|"]
    for load in loads(found.options):
        for one in found.turns.get(load.name, ()):
            *shares, waiting = (f"{share:.0%}" for share in one.shares.values())
            cells = (
                load.name, f"{load.asked:,.0f}", f"{one.delivered:,.0f}", f"{one.p50_ms:.1f} / {one.p99_ms:.1f}",
                f"{one.committed_p99_ms:.1f}", f"{one.numbered_p50_ms:.1f} / {one.numbered_p99_ms:.1f}",
                f"{one.cpu_us:.1f}", f"{one.kib_each:.1f}", f"{one.kib_each_after:.1f}", f"{one.open_seconds:.1f}", f"{one.open_cpu_us:.0f}",
                f"{one.told:.0f}", f"{', '.join(shares)}; {waiting}",
                "-" if one.faults is None else str(_wrong(one.faults)),
            )  # fmt: skip
            lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def _replay_table(replays: Sequence[Replay]) -> str:
    head = (
        "| database | document | readers | events each | events/s | of the slowest | first ms | CPU us | bytes |"
        " MiB more at most | shares of a processor | wrong |"
    )
    lines = [head, "|---" * 12 + "|"]
    for one in replays:
        shares = ", ".join(f"{name} {share:.0%}" for name, share in one.shares.items())
        cells = (
            one.database, one.document, str(one.readers), f"{one.events_each:,}", f"{one.per_second:,.0f}",
            f"{one.per_second_each:,.0f}", f"{one.first_ms:.0f}", f"{one.cpu_us:.1f}", f"{one.bytes_each:.0f}",
            f"{one.peak_growth_mib:.0f}", shares, str(one.wrong),
        )  # fmt: skip
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def _listed(figures: dict[str, Any]) -> str:
    shown = {name: f"{value:.2f}" if isinstance(value, float) else value for name, value in figures.items()}
    return "\n".join(f"- {name.replace('_', ' ')}: {value}" for name, value in shown.items())


def _wrong(faults: Faults | None) -> int:
    return 0 if faults is None else faults.missing + faults.doubled + faults.strange + faults.disordered


_HOW = """
- *eperf*: `eperf serve` as it comes, one process that serves, numbers events and scores; tokens, row scope and limits on.
  A change is committed by another process of eperf, numbered by the server's sequencer, and delivered.
- *ordinary*: Strawberry's subscriptions on Starlette with a queue for each subscriber, no log and no authorization; each
  update comes to it complete by NOTIFY. It has less to do.

Every subscriber asks for one of 20 units, so an event goes to one in twenty. Latency is from the event's own time, taken
before its transaction began, to the reading, on one clock; *from commit* and *from number* by PostgreSQL's commit times.
In a flood more is asked than can be delivered: it tells the most a worker delivers, and its latencies mean nothing.
Client, server and database share the machine; who took how much of one processor is in the
table, and how long the server was ready and had none: other work on the machine shows there.
"""
