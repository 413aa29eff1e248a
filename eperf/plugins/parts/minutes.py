"""Work by norm minutes: the month's verified norm time as a share of what the month asks for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

import polars as pl

from eperf.domain.scoring import Frame, PartOutput, amount_text_expr
from eperf.domain.scoring.amounts import HUNDRED
from eperf.domain.scoring.points import units_times_expr
from eperf.domain.scoring.share import shares

S = TypeVar("S")


@dataclass(frozen=True, eq=False)
class Minutes(Generic[S]):
    """Verified norm minutes / capacity x 100, half-up to hundredths, not bounded (put a bound behind it).

    Minutes are norm x quantity / unit size, half-up to hundredths of a minute in each entry: rounded to whole minutes a
    month of many small entries would drift from the sum that the rules print.
    `capacity`: the value in minutes, above zero, that an earlier part published; who has none gets no
    leaves. An item without a norm counts no minutes.
    """

    rule_id: str
    legal_basis: str
    capacity: str = "capacity_min"

    def run(self, frame: Frame, settings: S) -> PartOutput:
        """One leaf per verified activity, and one for rounding."""
        counted = units_times_expr(pl.col("norm_min") * HUNDRED).fill_null(0)
        capable = frame.verified.join(frame.value(self.capacity), on="employee_id", how="inner")
        return PartOutput(
            leaves=shares(
                capable.with_columns(part=counted, whole=pl.col(self.capacity) * HUNDRED),
                frame.period,
                label_id=pl.col("item_name"),
                label_en=pl.col("item_name"),
                evidence=("activity", pl.col("activity_id")),
                facts={
                    "code": pl.col("item_code"),
                    "quantity": amount_text_expr(pl.col("quantity_h")),
                    "norm_min": pl.col("norm_min"),
                    "counted_min": amount_text_expr(pl.col("part")),
                    "capacity_min": pl.col(self.capacity),
                },
            )
        )
