"""The engine runs a scheme's stages over a unit's month and adds up leaves. It knows no rule.

It never raises because of a part: a part that fails or answers rubbish leaves the unit's scores
provisional, with the cause, and everything else as it was. Provisional is never zero: the figure is
missing, and says so.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import polars as pl

from eperf.domain.scoring.frame import Frame, UnitPeriod
from eperf.domain.scoring.leaf import amounts_alone
from eperf.domain.scoring.output import Found, WrongOutput, checked
from eperf.domain.scoring.scored import PartCost, PartFailure, Scored, settle
from eperf.domain.scoring.stage import STAGES, Scheme, StagePart

S = TypeVar("S")


def score(
    scheme: Scheme[S],
    settings: S,
    unit_period: UnitPeriod,
    *,
    explained: bool = True,
    ticks: Callable[[], int] = time.perf_counter_ns,
) -> Scored:
    """Scores of all employees of the unit in that month, with their explanation.

    Not `explained`: the same scores without the work that their explanation is, several times as fast; who asks for the
    leaves all the same gets them by another run. Only a text that cannot be made is not found out that way.

    Pure in all but `ticks`, which only fills `Scored.costs`. The same facts and settings give the same
    scores and leaves, whatever the order of rows, whether the unit comes in one batch or in many
    (`UnitPeriod.only`). Raises `TypeError` when `settings` is not of the scheme's type.
    """
    if not isinstance(settings, scheme.settings):
        raise TypeError(f"{scheme.name} needs {scheme.settings.__name__}, not {type(settings).__name__}")
    run = _Run(unit_period, ticks, explained)
    for number, filled in enumerate(scheme.ordered()):
        if run.failures:
            break
        run.take(number, filled, settings)
    return settle(
        scheme=scheme,
        settings=settings,
        unit_period=unit_period,
        totals=run.totals,
        missing=run.missing,
        failures=run.failures,
        costs=run.costs,
        leaves=(lambda: run.leaves) if explained else (lambda: score(scheme, settings, unit_period).pieces()),
    )


@dataclass
class _Run:
    """One run over one unit's month: leaves gathered, totals so far, values that parts published."""

    unit_period: UnitPeriod
    ticks: Callable[[], int]
    explained: bool = True
    leaves: list[pl.DataFrame] = field(default_factory=list)
    missing: list[pl.DataFrame] = field(default_factory=list)
    failures: list[PartFailure] = field(default_factory=list)
    costs: list[PartCost] = field(default_factory=list)
    values: dict[str, pl.DataFrame] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.employees = self.unit_period.employees.select("employee_id")
        zeros = [pl.lit(0, dtype=pl.Int64).alias(name) for name in (*STAGES, "total")]
        self.totals = self.employees.with_columns(zeros)

    def take(self, number: int, filled: StagePart[Any], settings: object) -> None:
        """Runs one part and keeps what it found, or why it failed."""
        began = self.ticks()
        try:
            frame = Frame(self.unit_period, self.totals, dict(self.values))
            found = self._found(filled, frame, settings)
            self._keep(number, filled.stage, found)
        except (KeyboardInterrupt, GeneratorExit):
            raise
        except BaseException as error:  # a guest may raise anything, SystemExit and polars' panics included
            self.failures.append(_failure(filled, error))
            return
        self.costs.append(_cost(filled, found, self.ticks() - began))

    def _found(self, filled: StagePart[Any], frame: Frame, settings: object) -> Found:
        if not self.explained:
            # A part that does more with its leaves than to return them may need them whole.
            with contextlib.suppress(Exception), amounts_alone():
                return checked(filled.part.run(frame, settings), filled.part, self.employees, explained=False)
        return checked(
            filled.part.run(frame, settings), filled.part, self.employees, explained=self.explained
        )

    def _keep(self, number: int, stage: str, found: Found) -> None:
        published = [name for name in found.values.columns if name != "employee_id"]
        twice = sorted(set(published) & set(self.values))
        if twice:
            raise WrongOutput("value-twice", f"values {twice} were published before")
        self.values |= {name: found.values.select("employee_id", name) for name in published}
        self.leaves.append(
            found.leaves.with_columns(stage=pl.lit(stage), part=pl.lit(number, dtype=pl.Int32))
        )
        self.missing.append(found.missing)
        if found.leaves.height:
            self._add(stage, found.leaves)

    def _add(self, stage: str, found: pl.DataFrame) -> None:
        sums = found.group_by("employee_id").agg(added=pl.col("amount_h").sum())
        joined = self.totals.join(sums, on="employee_id", how="left", maintain_order="left")
        added = pl.col("added").fill_null(0)
        self.totals = joined.with_columns(pl.col(stage) + added, pl.col("total") + added).drop("added")


def _failure(filled: StagePart[Any], error: BaseException) -> PartFailure:
    code = error.code if isinstance(error, WrongOutput) else "raised"
    return PartFailure(filled.stage, filled.part.rule_id, f"part-failed:{filled.part.rule_id}/{code}", error)


def _cost(filled: StagePart[Any], found: Found, nanoseconds: int) -> PartCost:
    return PartCost(filled.stage, filled.part.rule_id, nanoseconds, found.leaves.height, found.looped)
