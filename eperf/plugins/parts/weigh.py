"""Stages with weights, such as 80 % work and 20 % behaviour.

The weight is a leaf of its own: the leaves of the stage keep the amounts that their evidence earned, and
one line says what the weight takes away. `docs/decisions/0004-leaves-are-the-computation.md`
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

import polars as pl

from eperf.domain.period import YearMonth
from eperf.domain.scoring import Frame, PartOutput, amount_text_expr, half_up_expr, leaves
from eperf.domain.scoring.weights import check_weights

S = TypeVar("S")


@dataclass(frozen=True, eq=False)
class Weigh(Generic[S]):
    """Weighs the totals of stages, rounded half-up once, at the end.

    `weights`: per cent by stage as a function of the settings; they sum to 100 (else `WeightsNot100`).
    Belongs in the stage `combine`.
    """

    rule_id: str
    legal_basis: str
    weights: Callable[[S], Mapping[str, int]]

    def run(self, frame: Frame, settings: S) -> PartOutput:
        """One leaf per employee and stage, and one for rounding."""
        return _weighed(frame, self.weights(settings))


@dataclass(frozen=True, eq=False)
class WeighOf(Generic[S]):
    """Like `Weigh`, with weights that a regulation sets by day: a function of the settings and of the month."""

    rule_id: str
    legal_basis: str
    weights: Callable[[S, YearMonth], Mapping[str, int]]

    def run(self, frame: Frame, settings: S) -> PartOutput:
        """One leaf per employee and stage, and one for rounding."""
        return _weighed(frame, self.weights(settings, frame.period))


def _weighed(frame: Frame, given: Mapping[str, int]) -> PartOutput:
    weights = dict(given)
    check_weights(weights.values())
    weighed = {stage: half_up_expr(pl.col(stage) * weight, 100) for stage, weight in weights.items()}
    totals = frame.totals.with_columns([value.alias(f"{stage}:weighed") for stage, value in weighed.items()])
    found = [_leaf(frame, totals, stage, weight) for stage, weight in weights.items()]
    return PartOutput(leaves=[*found, _rounding(frame, totals, weights)])


def _leaf(frame: Frame, totals: pl.DataFrame, stage: str, weight: int) -> pl.DataFrame:
    return leaves(
        totals.filter(pl.col(stage) != 0),
        amount=pl.col(f"{stage}:weighed") - pl.col(stage),
        label_id=f"Bobot {weight} persen",
        label_en=f"Weight of {weight} per cent",
        evidence=frame.period,
        facts={"stage": stage, "before": amount_text_expr(pl.col(stage)), "weight_pct": str(weight)},
    )


def _rounding(frame: Frame, totals: pl.DataFrame, weights: Mapping[str, int]) -> pl.DataFrame:
    products = [pl.col(stage) * weight for stage, weight in weights.items()]
    exact = half_up_expr(pl.sum_horizontal(products), 100)
    given = pl.sum_horizontal([pl.col(f"{stage}:weighed") for stage in weights])
    return leaves(
        totals.with_columns(apart=exact - given).filter(pl.col("apart") != 0),
        amount=pl.col("apart"),
        label_id="Pembulatan jumlah berbobot",
        label_en="Rounding of the weighted sum",
        evidence=frame.period,
        facts={"rounding": "half_up"},
    )
