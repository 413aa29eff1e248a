"""A cap or a floor as data at a named stage. What it takes or gives is a leaf, so the sum explains itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

import polars as pl

from eperf.domain.scoring import Frame, PartOutput, amount_text, amount_text_expr, leaves

S = TypeVar("S")


@dataclass(frozen=True, eq=False)
class Bound(Generic[S]):
    """Keeps a total within bounds.

    `on`: a stage's name or `total`: what the parts before this one gave. `low_h`, `high_h`: bounds in
    hundredths as functions of the settings, or None for no bound on that side.
    """

    rule_id: str
    legal_basis: str
    on: str
    low_h: Callable[[S], int] | None = None
    high_h: Callable[[S], int] | None = None

    def run(self, frame: Frame, settings: S) -> PartOutput:
        """At most two leaves per employee, of which at most one is not empty."""
        found = []
        if self.high_h is not None:
            high = self.high_h(settings)
            over = pl.col(self.on) > high
            found.append(self._leaf(frame, over, high, "Dibatasi paling tinggi", "Capped at"))
        if self.low_h is not None:
            low = self.low_h(settings)
            under = pl.col(self.on) < low
            found.append(self._leaf(frame, under, low, "Dinaikkan ke batas bawah", "Raised to the floor of"))
        return PartOutput(leaves=found)

    def _leaf(self, frame: Frame, beyond: pl.Expr, bound_h: int, said_id: str, said_en: str) -> pl.DataFrame:
        text = amount_text(bound_h)
        return leaves(
            frame.totals.filter(beyond),
            amount=pl.lit(bound_h, dtype=pl.Int64) - pl.col(self.on),
            label_id=f"{said_id} {text}",
            label_en=f"{said_en} {text}",
            evidence=frame.period,
            facts={"before": amount_text_expr(pl.col(self.on)), "bound": text},
        )
