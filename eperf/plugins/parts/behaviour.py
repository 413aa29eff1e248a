"""Behaviour of a closed round as a per cent: the weighted mean of its dimensions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

import polars as pl

from eperf.domain.scoring import Frame, PartOutput, amount_text_expr
from eperf.domain.scoring.deciding import Deciding
from eperf.domain.scoring.share import shares

S = TypeVar("S")


class Scale(StrEnum):
    """How a rating becomes a per cent."""

    OF_HIGHEST = "of_highest"
    """4 of 5 is 80 %."""
    ABOVE_LOWEST = "above_lowest"
    """4 on a scale of 1 to 5 is 75 %."""


@dataclass(frozen=True)
class Dimension:
    """A dimension of behaviour, as the rounds call it, and its weight among the others (they need not sum to 100)."""

    name: str
    weight: int = 1

    def __post_init__(self) -> None:
        if not self.name.strip():
            raise ValueError("name is empty")
        if not 1 <= self.weight <= 1_000:
            raise ValueError("weight is not between 1 and 1,000")


def check_dimensions(name: str, dimensions: tuple[Dimension, ...]) -> None:
    """Raises `ValueError` unless there is at least one, and each once."""
    names = [one.name for one in dimensions]
    if not names or len(set(names)) != len(names):
        raise ValueError(f"{name} must be at least one, each once")


@dataclass(frozen=True, eq=False)
class Behaviour(Generic[S]):
    """The mean of the dimensions in per cent, rounded half-up to hundredths once.

    `dimensions`: those that count, with their weights. `scale`: how a rating becomes a per cent. `deciding`: whose
    round counts. Who lacks one of the dimensions, or had too few raters in one, is provisional with
    `behaviour-missing:PERIOD`; so is a round whose dimensions have different scales, with `behaviour-scales-differ`.
    `publishes`: the name under which later parts find the exact sum; its whole is under the name with `_whole` behind
    it.
    """

    rule_id: str
    legal_basis: str
    dimensions: Callable[[S], tuple[Dimension, ...]]
    scale: Callable[[S], Scale]
    deciding: Callable[[S], Deciding]
    publishes: str | None = None

    def run(self, frame: Frame, settings: S) -> PartOutput:
        """One leaf per employee and dimension, and one for rounding."""
        weights = {one.name: one.weight for one in self.dimensions(settings)}
        period = self.deciding(settings).period(frame.period)
        rows = _rated(frame, weights, period, self.scale(settings))
        complete = rows.group_by("employee_id").agg(
            pl.len(), scales=pl.struct("lowest_h", "highest_h").n_unique()
        )
        rated = complete.filter(pl.col("len") == len(weights))
        alike = rated.filter(pl.col("scales") == 1).select("employee_id")
        counted = rows.join(alike, on="employee_id", how="semi")
        return PartOutput(
            leaves=shares(
                counted,
                frame.period,
                label_id=pl.lit("Perilaku: ") + pl.col("dimension"),
                label_en=pl.lit("Behaviour: ") + pl.col("dimension"),
                evidence=("behaviour", pl.lit(f"{period}/") + pl.col("dimension")),
                facts={
                    "rating": amount_text_expr(pl.col("score_h")),
                    "highest": amount_text_expr(pl.col("highest_h")),
                    "weight": pl.col("weight"),
                },
                show=lambda exact: exact.cast(pl.String),
            ),
            values=None if self.publishes is None else _sums(counted, self.publishes),
            missing=_missing(frame, rated, alike, period),
        )


def _rated(frame: Frame, weights: Mapping[str, int], period: str, scale: Scale) -> pl.DataFrame:
    """Ratings of the round with `part` and `whole`, so that the mean is the sum of the parts over the whole."""
    weight = pl.col("dimension").replace_strict(weights, return_dtype=pl.Int64)
    lowest = pl.col("lowest_h") if scale is Scale.ABOVE_LOWEST else pl.lit(0, dtype=pl.Int64)
    mine = pl.col("dimension").is_in(list(weights)) & (pl.col("period") == period)
    rows = frame.behaviour.filter(mine & pl.col("score_h").is_not_null()).with_columns(weight=weight)
    return rows.with_columns(
        part=(pl.col("score_h") - lowest) * pl.col("weight"),
        whole=(pl.col("highest_h") - lowest) * sum(weights.values()),
    )


def _missing(frame: Frame, rated: pl.DataFrame, alike: pl.DataFrame, period: str) -> pl.DataFrame:
    everyone = frame.employees.select("employee_id")
    without = everyone.join(rated, on="employee_id", how="anti")
    mixed = rated.select("employee_id").join(alike, on="employee_id", how="anti")
    return pl.concat(
        [
            without.with_columns(cause=pl.lit(f"behaviour-missing:{period}")),
            mixed.with_columns(cause=pl.lit("behaviour-scales-differ")),
        ]
    )


def _sums(rows: pl.DataFrame, name: str) -> pl.DataFrame:
    sums = rows.group_by("employee_id").agg(
        pl.col("part").sum().alias(name), pl.col("whole").first().alias(f"{name}_whole")
    )
    return sums.sort("employee_id")
