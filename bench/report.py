"""The tables of a run, for a person, and its figures, for a program."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from bench.goals import Judged
from bench.measure import Plan, Rounds, middle, p99, per_second, ratio

FOLDER = Path(__file__).parent / "results"
_HEAD = "| variant | requests/s | x floor | p50 ms | p99 ms | p99 x floor | app CPU ms | database CPU ms | client CPU |"
_RULE = "|---|---|---|---|---|---|---|---|---|"


@dataclass
class Report:
    """What one run has found so far."""

    kind: str
    employees: int
    plan: Plan
    machine: Mapping[str, str]
    rounds: dict[str, Rounds] = field(default_factory=dict)
    exact: dict[str, Mapping[str, bool]] = field(default_factory=dict)
    judged: list[Judged] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def markdown(self) -> str:
        """Everything as Markdown."""
        parts = [f"# {self.kind}, {self.employees:,} employees, {date.today().isoformat()}", _HOW.strip()]
        if self.rounds:
            each = f"{self.plan.rounds} rounds of {self.plan.seconds:g} s each"
            parts.append(f"{each}; every figure is the median, every ratio the median of the rounds' ratios.")
        for operation, rounds in self.rounds.items():
            same = [name for name, exact in self.exact[operation].items() if exact]
            parts += [
                f"## {operation}",
                _table(rounds),
                f"The same bytes: {', '.join(same)}; the same JSON: all.",
            ]
        if self.judged:
            parts += ["## Goals", goals_table(self.judged)]
        parts += [f"- {note}" for note in self.notes]
        parts += ["## Measured on", "\n".join(f"- {name}: {value}" for name, value in self.machine.items())]
        return "\n\n".join(parts) + "\n"

    def figures(self) -> dict[str, Any]:
        """Everything as JSON values, round by round."""
        return {
            "database": self.kind,
            "employees": self.employees,
            "plan": asdict(self.plan),
            "machine": dict(self.machine),
            "rounds": {
                operation: {name: [asdict(one) for one in found] for name, found in rounds.items()}
                for operation, rounds in self.rounds.items()
            },
            "same bytes as the floor": {name: dict(exact) for name, exact in self.exact.items()},
            "goals": [asdict(one) for one in self.judged],
            "notes": self.notes,
        }

    def keep(self, folder: Path = FOLDER) -> Path:
        """Writes both, under the day and a number that is free; gives the Markdown's path."""
        return kept(self.kind, self.markdown(), self.figures(), folder)


def kept(kind: str, markdown: str, figures: Mapping[str, Any], folder: Path = FOLDER) -> Path:
    """Writes a report and its figures under the day, what it is of and a number that is free; gives the report's path."""
    folder.mkdir(parents=True, exist_ok=True)
    stem = f"{date.today().isoformat()}-{kind}"
    number = next(n for n in range(1, 1000) if not (folder / f"{stem}-{n}.md").exists())
    (folder / f"{stem}-{number}.json").write_text(json.dumps(figures, indent=1) + "\n")
    path = folder / f"{stem}-{number}.md"
    path.write_text(markdown)
    return path


def _table(rounds: Rounds) -> str:
    floor = rounds["floor"]
    lines = [_HEAD, _RULE]
    for name, found in rounds.items():
        cells = (
            name,
            f"{middle(found, per_second):.1f}",
            f"{ratio(found, floor, per_second):.3f}",
            f"{middle(found, lambda one: one.outcome.p50_ms):.2f}",
            f"{middle(found, p99):.2f}",
            f"{ratio(found, floor, p99):.2f}",
            f"{middle(found, lambda one: one.app_ms):.3f}",
            f"{middle(found, lambda one: one.database_ms):.3f}",
            f"{middle(found, lambda one: one.outcome.client_cpu):.0%}",
        )
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def goals_table(judged: Sequence[Judged]) -> str:
    """What was to be reached, and what was."""
    lines = ["| goal | measured | |", "|---|---|---|"]
    lines += [
        f"| {one.text} | {one.measured:.3f} | {'reached' if one.reached else 'MISSED'} |" for one in judged
    ]
    return "\n".join(lines)


_HOW = """
- *floor*: bare Starlette routes with the best hand-written SQL; no GraphQL, no authorization. Its connections are given
  back as they are; *floor, stock pool* is the same over the driver's pool as it comes, which resets each session.
- *eperf*: `eperf serve` with a token whose holder leads the whole town, row scope, limits and masking on.
- *ordinary*: Strawberry, data loaders and the ORM's objects; no authorization.
- *postgraphile*: PostGraphile 5, Amber preset, in production, on the same tables; no authorization.

*page* is 50 employees with unit, score and ten activities each; *unit* the 1,000
employees of a unit with their scores, *hundred* the first 100 of them; *one* an employee with unit and score; *submit* an activity reported, with permission check,
idempotency key and event in its transaction (the peer: a plain insert). One worker each, a pool of four, fsync on.
Client, server and database share the machine: only ratios within one table mean something.
"""
