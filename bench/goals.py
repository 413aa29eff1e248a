"""What the ratios must be. Each is judged in the run that measured it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bench.measure import Round, Rounds, p99, per_second, ratio

IDLE, BATCH = "eperf, ten idle plugins", "eperf, three batch fields"


@dataclass(frozen=True)
class Goal:
    """A figure of one variant over that of another, and what it must reach."""

    operation: str
    variant: str
    other: str
    figure: Callable[[Round], float]
    least: float | None = None
    most: float | None = None

    @property
    def text(self) -> str:
        """The goal in words."""
        what = "requests a second" if self.figure is per_second else "p99"
        bound = f">= {self.least}" if self.least is not None else f"<= {self.most}"
        return f"{self.operation}: {what} of {self.variant} / {self.other} {bound}"


@dataclass(frozen=True)
class Judged:
    """A goal with what was measured."""

    text: str
    measured: float
    reached: bool


GOALS = (
    *(
        goal
        for name in ("page", "unit")
        for goal in (
            Goal(name, "eperf", "floor", per_second, least=0.95),
            Goal(name, "eperf", "floor", p99, most=1.2),
            Goal(name, "eperf", "postgraphile", per_second, least=3.3),
            Goal(name, "eperf", "postgraphile", p99, most=0.35),
            Goal(name, "eperf", "ordinary", per_second, least=30),
        )
    ),
    Goal("one", "eperf", "floor", per_second, least=0.9),
    Goal("one", "eperf", "postgraphile", per_second, least=1.6),
    Goal("submit", "eperf", "floor", per_second, least=0.75),
    Goal("submit", "eperf", "postgraphile", per_second, least=1.0),
    Goal("page", BATCH, "floor", per_second, least=0.6),
    *(Goal(name, IDLE, "eperf", per_second, least=0.97) for name in ("page", "unit", "one", "submit")),
)
UNSEEN_MS = 10.0


def judge(found: Mapping[str, Rounds]) -> list[Judged]:
    """The goals whose variants were all measured."""
    judged = []
    for goal in GOALS:
        rounds = found.get(goal.operation, {})
        if goal.variant in rounds and goal.other in rounds:
            measured = ratio(rounds[goal.variant], rounds[goal.other], goal.figure)
            reached = measured >= goal.least if goal.least is not None else measured <= (goal.most or 0)
            judged.append(Judged(goal.text, measured, reached))
    return judged
