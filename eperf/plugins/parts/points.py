"""Work by catalogue points: the month's verified points as a share of a target, one leaf per activity."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

import polars as pl

from eperf.domain.scoring import Frame, PartOutput, amount_text_expr
from eperf.domain.scoring.points import points_expr
from eperf.domain.scoring.share import shares

S = TypeVar("S")


@dataclass(frozen=True, eq=False)
class Points(Generic[S]):
    """Verified points / target x 100, half-up to hundredths, not bounded (put a `Bound` behind it).

    `target_h`: the month's target in hundredths of a point, above zero. `publishes`: the name under which
    later parts find everybody's points of the month in hundredths, exact, if any.
    """

    rule_id: str
    legal_basis: str
    target_h: Callable[[S], int]
    publishes: str | None = None

    def run(self, frame: Frame, settings: S) -> PartOutput:
        """One leaf per verified activity, and one for rounding."""
        target = pl.lit(self.target_h(settings), dtype=pl.Int64)
        rows = frame.verified.with_columns(part=points_expr(), whole=target)
        return PartOutput(
            leaves=shares(
                rows,
                frame.period,
                label_id=pl.col("item_name"),
                label_en=pl.col("item_name"),
                evidence=("activity", pl.col("activity_id")),
                facts={
                    "code": pl.col("item_code"),
                    "quantity": amount_text_expr(pl.col("quantity_h")),
                    "points_per_unit": amount_text_expr(pl.col("points_per_unit_h")),
                    "unit_size": amount_text_expr(pl.col("unit_size_h")),
                    "fraction_policy": pl.col("fraction_policy"),
                    "points": amount_text_expr(pl.col("part")),
                    "target": amount_text_expr(pl.col("whole")),
                },
            ),
            values=None if self.publishes is None else _sums(frame, rows, self.publishes),
        )


def _sums(frame: Frame, rows: pl.DataFrame, name: str) -> pl.DataFrame:
    sums = rows.group_by("employee_id").agg(pl.col("part").sum().alias(name))
    everyone = frame.employees.select("employee_id").join(sums, on="employee_id", how="left")
    return everyone.with_columns(pl.col(name).fill_null(0))
