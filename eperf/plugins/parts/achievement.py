"""Targets of an agreed plan: what was reached of each, by a table of factors if the rule has one, and their mean."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Generic, TypeVar

import polars as pl

from eperf.domain.scoring import (
    Frame,
    PartOutput,
    amount_text_expr,
    half_up,
    half_up_expr,
    hundredths,
    leaves,
)
from eperf.domain.scoring.deciding import Deciding
from eperf.domain.scoring.weights import check_weights

S = TypeVar("S")
_ALL = ""
_WIDE = pl.Int128


@dataclass(frozen=True)
class Factor:
    """From so many per cent reached on (inclusive), a target counts so many per cent."""

    from_pct: Decimal
    counts_pct: Decimal

    def __post_init__(self) -> None:
        for name in ("from_pct", "counts_pct"):
            value = getattr(self, name)
            if not (value.is_finite() and 0 <= value <= 10_000 and value == round(value, 2)):
                raise ValueError(f"{name} is not between 0 and 10,000 with at most two decimals")


def check_factors(name: str, factors: tuple[Factor, ...]) -> None:
    """Raises `ValueError` unless the table begins at 0 per cent and rises."""
    starts = [factor.from_pct for factor in factors]
    if not starts or starts[0] != 0 or starts != sorted(set(starts)):
        raise ValueError(f"{name} must begin at 0 per cent and rise")


@dataclass(frozen=True, eq=False)
class Achievement(Generic[S]):
    """The mean of what was reached of the main targets of the deciding period, half-up to hundredths once.

    Reached is realisation / target x 100, unbounded. `weights`: per cent by aspect (they sum to 100); each aspect is
    the mean of its targets. Without it all targets are one mean. Inside a mean targets count by their own weights, or
    equally where the plan gives none. `factors`: by aspect, the table that a ratio goes through first; without it the
    ratio counts as it is. A target that is better when lower is no exception: a table says what its ratio is worth.

    Provisional is who has no plan of that period, or none with an aspect that counts (`targets-missing:PERIOD`), whose
    realisation was not accepted (`realisation-missing:PERIOD`), or of whose targets only some are weighted
    (`weights-incomplete`). The mean is taken with exact fractions, target by target in Python.
    """

    rule_id: str
    legal_basis: str
    deciding: Callable[[S], Deciding]
    weights: Callable[[S], Mapping[str, int]] | None = None
    factors: Callable[[S], Mapping[str, tuple[Factor, ...]]] | None = None

    def run(self, frame: Frame, settings: S) -> PartOutput:
        """One leaf per target, and one that makes the mean of them."""
        period = self.deciding(settings).period(frame.period)
        weights = {_ALL: 100} if self.weights is None else dict(self.weights(settings))
        check_weights(weights.values())
        weights = {aspect: weight for aspect, weight in weights.items() if weight}
        rows = frame.targets.filter((pl.col("period") == period) & (pl.col("kind") == "main"))
        if self.weights is not None:
            rows = rows.filter(pl.col("aspect").is_in(list(weights)))
        missing = _missing(frame, rows, {} if self.weights is None else weights, period)
        known = rows.join(missing, on="employee_id", how="anti", maintain_order="left")
        counted = _counted(known, None if self.factors is None else self.factors(settings))
        return PartOutput(
            leaves=[_each(counted), _means(frame, counted, weights)], missing=missing, looped=counted.height
        )


def _counted(rows: pl.DataFrame, factors: Mapping[str, tuple[Factor, ...]] | None) -> pl.DataFrame:
    """The rows with what each counts: `over` / `under` in hundredths of a per cent."""
    ratio = pl.col("realised_h").cast(_WIDE) * 10_000
    if factors is None:
        return rows.with_columns(over=ratio, under=pl.col("target_h"))
    value = pl.lit(None, dtype=pl.Int64)
    for aspect, table in factors.items():
        for factor in table:
            reached = ratio >= pl.col("target_h").cast(_WIDE) * hundredths(factor.from_pct)
            counts = pl.lit(hundredths(factor.counts_pct), dtype=pl.Int64)
            value = pl.when((pl.col("aspect") == aspect) & reached).then(counts).otherwise(value)
    return rows.with_columns(over=value.cast(_WIDE), under=pl.lit(1, dtype=pl.Int64))


def _each(rows: pl.DataFrame) -> pl.DataFrame:
    return leaves(
        rows,
        amount=half_up_expr(pl.col("over"), pl.col("under")),
        label_id=pl.col("title"),
        label_en=pl.col("title"),
        evidence=("target", pl.col("target_id")),
        facts={
            "aspect": pl.col("aspect"),
            "target": amount_text_expr(pl.col("target_h")),
            "realised": amount_text_expr(pl.col("realised_h")),
            "unit": pl.col("unit"),
            "period": pl.col("period"),
        },
    )


def _means(frame: Frame, rows: pl.DataFrame, weights: Mapping[str, int]) -> pl.DataFrame:
    figures = _figures(rows, weights)
    given = rows.with_columns(each=half_up_expr(pl.col("over"), pl.col("under")))
    sums = given.group_by("employee_id").agg(given=pl.col("each").sum(), targets=pl.len())
    found = pl.DataFrame(figures, schema={"employee_id": pl.Int64, "figure": pl.Int64}, orient="row")
    apart = sums.join(found, on="employee_id").filter(pl.col("figure") != pl.col("given"))
    return leaves(
        apart,
        amount=pl.col("figure") - pl.col("given"),
        label_id="Rata-rata sasaran",
        label_en="Mean of the targets",
        evidence=frame.period,
        facts={
            "sum": amount_text_expr(pl.col("given")),
            "mean": amount_text_expr(pl.col("figure")),
            "targets": pl.col("targets"),
            "rounding": "half_up",
        },
    )


def _figures(rows: pl.DataFrame, weights: Mapping[str, int]) -> list[tuple[int, int]]:
    """Everybody's weighted mean, exact until one rounding."""
    aspect = pl.lit(_ALL) if set(weights) == {_ALL} else pl.col("aspect")
    chosen = rows.select("employee_id", aspect, "over", "under", pl.col("weight_h").fill_null(1))
    of: dict[int, dict[str, list[tuple[Fraction, int]]]] = defaultdict(lambda: defaultdict(list))
    for employee_id, name, over, under, weight in chosen.iter_rows():
        of[employee_id][name].append((Fraction(over, under), weight))
    return [
        (
            one,
            half_up(sum((weights[name] * _mean(values) for name, values in mine.items()), Fraction(0)) / 100),
        )
        for one, mine in of.items()
    ]


def _mean(values: Iterable[tuple[Fraction, int]]) -> Fraction:
    pairs = list(values)
    whole = sum(weight for _, weight in pairs)
    return sum((value * weight for value, weight in pairs), Fraction(0)) / whole


def _missing(frame: Frame, rows: pl.DataFrame, weights: Mapping[str, int], period: str) -> pl.DataFrame:
    name, weighed = pl.col("aspect") if weights else pl.lit(_ALL), pl.col("weight_h")
    aspects = rows.group_by("employee_id", aspect=name).agg(
        unknown=pl.col("realised_h").is_null().any(),
        given=weighed.is_not_null().sum(),
        rows=pl.len(),
        weightless=weighed.sum() == 0,
    )
    given = pl.col("given").sum()
    found = aspects.group_by("employee_id").agg(
        pl.len().alias("aspects"),
        unknown=pl.col("unknown").any(),
        partly=(given > 0) & ((given < pl.col("rows").sum()) | pl.col("weightless").any()),
    )
    both = frame.employees.select("employee_id").join(
        found, on="employee_id", how="left", maintain_order="left"
    )
    cause = (
        pl.when(pl.col("aspects").is_null() | (pl.col("aspects") < max(1, len(weights))))
        .then(pl.lit(f"targets-missing:{period}"))
        .when(pl.col("unknown"))
        .then(pl.lit(f"realisation-missing:{period}"))
        .when(pl.col("partly"))
        .then(pl.lit("weights-incomplete"))
    )
    return both.select("employee_id", cause=cause).filter(pl.col("cause").is_not_null())
