"""The engine runs a scheme's stages over a unit's month and adds up leaves. It knows no rule.

It never raises because of a part: a part that fails or answers rubbish leaves the unit's scores
provisional, with the cause, and everything else as it was. Provisional is never zero: the figure is
missing, and says so.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import polars as pl

from eperf.domain.scoring.explanation import Explanation, found_by
from eperf.domain.scoring.frame import Frame, UnitPeriod
from eperf.domain.scoring.output import Found, WrongOutput
from eperf.domain.scoring.phrases import Phrases
from eperf.domain.scoring.scored import PartCost, PartFailure, Scored, Told, settle
from eperf.domain.scoring.stage import STAGES, Scheme, StagePart

S = TypeVar("S")


def score(
    scheme: Scheme[S],
    settings: S,
    unit_period: UnitPeriod,
    *,
    explanation: Explanation = Explanation.WHOLE,
    ticks: Callable[[], int] = time.perf_counter_ns,
) -> Scored:
    """Scores of all employees of the unit in that month, with their explanation.

    Pure in all but `ticks`, which only fills `Scored.costs`. The same facts and settings give the same
    scores and leaves, whatever the order of rows, whether the unit comes in one batch or in many
    (`UnitPeriod.only`). `explanation`: how much of it is made now; another one is made by another run when it is
    asked for. Raises `TypeError` when `settings` is not of the scheme's type.
    """
    if not isinstance(settings, scheme.settings):
        raise TypeError(f"{scheme.name} needs {scheme.settings.__name__}, not {type(settings).__name__}")
    run = _Run(unit_period, ticks, explanation)
    for number, filled in enumerate(scheme.ordered()):
        if run.failures:
            break
        run.take(number, filled, settings)

    def told(wanted: Explanation) -> Told:
        if wanted is explanation:
            return Told(run.leaves, run.phrases)
        return score(scheme, settings, unit_period, explanation=wanted, ticks=ticks).told(wanted)

    return settle(scheme, settings, unit_period, run.totals, run.missing, run.failures, run.costs, told)


@dataclass
class _Run:
    """One run over one unit's month: leaves gathered, totals so far, values that parts published."""

    unit_period: UnitPeriod
    ticks: Callable[[], int]
    explanation: Explanation
    phrases: Phrases = field(default_factory=Phrases)
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
            found = found_by(
                filled,
                lambda: filled.part.run(frame, settings),
                self.employees,
                self.explanation,
                self.phrases,
            )
            self._keep(number, filled.stage, found)
        except (KeyboardInterrupt, GeneratorExit):
            raise
        except BaseException as error:  # a guest may raise anything, SystemExit and polars' panics included
            self.failures.append(_failure(filled, error))
            return
        self.costs.append(_cost(filled, found, self.ticks() - began))

    def _keep(self, number: int, stage: str, found: Found) -> None:
        published = [name for name in found.values.columns if name != "employee_id"]
        twice = sorted(set(published) & set(self.values))
        if twice:
            raise WrongOutput("value-twice", f"values {twice} were published before")
        self.values |= {name: found.values.select("employee_id", name) for name in published}
        place = {"stage": pl.lit(stage), "part": pl.lit(number, dtype=pl.Int32)}
        whole = self.explanation is Explanation.WHOLE
        self.leaves.append(found.leaves.with_columns(**place) if whole else found.leaves)
        self.missing.append(found.missing)
        if published:
            self._everyone(found.values)
        if found.leaves.height:
            self._add(stage, found.leaves)

    def _everyone(self, values: pl.DataFrame) -> None:
        """Who has no value and no cause would fall out of what later parts join, without a word."""
        known = pl.concat([one.select("employee_id") for one in (values, *self.missing)])
        without = self.employees.join(known, on="employee_id", how="anti")
        if without.height:
            raise WrongOutput("too-few-rows", f"values lack employee {without.item(0, 'employee_id')}")

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
