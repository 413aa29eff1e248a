"""The result of a run: one row per employee, and the leaves whose sum each row is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import polars as pl

from eperf.domain.scoring import stored, trail
from eperf.domain.scoring.digest import settings_digest
from eperf.domain.scoring.explanation import Explanation
from eperf.domain.scoring.frame import UnitPeriod
from eperf.domain.scoring.leaf import LEAVES
from eperf.domain.scoring.output import MISSING
from eperf.domain.scoring.phrases import Phrases
from eperf.domain.scoring.stage import Scheme

FINAL, PROVISIONAL = "final", "provisional"


@dataclass(frozen=True)
class PartFailure:
    """Which part failed, the code that the scores carry as cause, and the error for the log."""

    stage: str
    rule_id: str
    cause: str
    error: BaseException


@dataclass(frozen=True)
class PartCost:
    """What a part cost: wall time, leaves it gave, rows it visited in Python (0 for columnar parts)."""

    stage: str
    rule_id: str
    nanoseconds: int
    rows: int
    looped: int


@dataclass(frozen=True)
class Told:
    """What each part said, those of provisional employees among it, and the phrases that it is said in."""

    parts: Sequence[pl.DataFrame]
    phrases: Phrases


@dataclass(frozen=True, eq=False)
class Scored:
    """Scores of one unit in one month.

    `scores`: `employee_id`, `score_h` (hundredths, null when provisional), `state` (`final` or
    `provisional`), `cause` (null when final); one row per employee, by id.
    """

    scheme: str
    version: str
    settings_digest: str
    unit_period: UnitPeriod
    scores: pl.DataFrame
    failures: tuple[PartFailure, ...]
    costs: tuple[PartCost, ...]
    told: Callable[[Explanation], Told] = field(repr=False)
    """What the parts said, in the way that is asked for."""

    @cached_property
    def leaves(self) -> pl.DataFrame:
        """`employee_id`, `seq` (0, 1, … within the employee), `stage` and the columns of `LEAVES`.

        The amounts of an employee sum to `score_h` exactly; a provisional employee has none.
        """
        return _ordered(self._final(self.told(Explanation.WHOLE)))

    @property
    def input_digest(self) -> str:
        """The digest of the facts that were scored."""
        return self.unit_period.input_digest

    @property
    def input_digests(self) -> dict[int, str]:
        """By `employee_id`, the digest of the employee's own facts, whoever else was scored beside."""
        return self.unit_period.input_digests

    def trail(self, employee_id: int) -> list[dict[str, Any]]:
        """One employee's explanation as JSON values."""
        return trail.trail(self.leaves.filter(pl.col("employee_id") == employee_id))

    def breakdowns(self) -> pl.DataFrame:
        """`employee_id` and `breakdown`: everyone's explanation as it is stored (`stored.py`), by id; else `[]`."""
        told = self.told(Explanation.STORED)
        texts = stored.texts(self._final(told), told.phrases)
        everyone = self.scores.select("employee_id")
        joined = everyone.join(texts, on="employee_id", how="left", maintain_order="left")
        return joined.with_columns(pl.col("breakdown").fill_null("[]"))

    def _final(self, told: Told) -> list[pl.DataFrame]:
        """The leaves of each part, without those of provisional employees."""
        provisional = self.scores.filter(pl.col("state") != FINAL).select("employee_id")
        if provisional.is_empty():
            return list(told.parts)
        return [
            rows.join(provisional, on="employee_id", how="anti", maintain_order="left") for rows in told.parts
        ]


def settle(
    scheme: Scheme[Any],
    settings: object,
    unit_period: UnitPeriod,
    totals: pl.DataFrame,
    missing: Sequence[pl.DataFrame],
    failures: Sequence[PartFailure],
    costs: Sequence[PartCost],
    told: Callable[[Explanation], Told],
) -> Scored:
    """The score is the sum of the leaves, as the run has added them up; whoever misses a figure gets none."""
    employees = unit_period.employees.select("employee_id")
    return Scored(
        scheme=scheme.name,
        version=scheme.version,
        settings_digest=settings_digest(settings),
        unit_period=unit_period,
        scores=_scores(totals, _causes(employees, missing, failures)),
        failures=tuple(failures),
        costs=tuple(costs),
        told=told,
    )


def _causes(
    employees: pl.DataFrame, missing: Sequence[pl.DataFrame], failures: Sequence[PartFailure]
) -> pl.DataFrame:
    if failures:
        return employees.with_columns(cause=pl.lit(failures[0].cause))
    named = pl.concat([pl.DataFrame(schema=MISSING), *missing])
    return named.group_by("employee_id").agg(pl.col("cause").min())


def _ordered(leaves: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """By employee, part, evidence in natural order; the remaining columns only decide between twins."""
    empty = pl.DataFrame(schema={**LEAVES, "stage": pl.String(), "part": pl.Int32()})
    rows = pl.concat([empty, *leaves])
    rest = ["rule_id", "label_id", "label_en", "amount_h", "facts", "legal_basis"]
    natural = pl.col("evidence_id").str.len_bytes()
    rows = rows.sort("employee_id", "part", "evidence_kind", natural, "evidence_id", *rest)
    first = pl.int_range(pl.len(), dtype=pl.Int32)
    numbered = rows.with_columns(seq=first).with_columns(
        seq=pl.col("seq") - pl.col("seq").first().over("employee_id")
    )
    return numbered.select("employee_id", "seq", "stage", *[name for name in LEAVES if name != "employee_id"])


def _scores(totals: pl.DataFrame, causes: pl.DataFrame) -> pl.DataFrame:
    rows = totals.join(causes, on="employee_id", how="left", maintain_order="left")
    final = pl.col("cause").is_null()
    return rows.select(
        "employee_id",
        score_h=pl.when(final).then(pl.col("total")),
        state=pl.when(final).then(pl.lit(FINAL)).otherwise(pl.lit(PROVISIONAL)),
        cause="cause",
    )
