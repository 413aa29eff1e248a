"""Where schemes begin: everybody with the full hundred, and nobody without the facts that a figure rests on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import polars as pl

from eperf.domain.scoring import FULL, Frame, PartOutput, leaves


@dataclass(frozen=True, eq=False)
class Full:
    """Everybody starts at 100.00; parts behind it take from it. The label says of what."""

    rule_id: str
    legal_basis: str
    label_id: str = "Kehadiran penuh"
    label_en: str = "Full attendance"

    def run(self, frame: Frame, settings: object) -> PartOutput:
        """One leaf per employee, which cites the month."""
        return PartOutput(
            leaves=leaves(
                frame.employees,
                amount=pl.lit(FULL, dtype=pl.Int64),
                label_id=self.label_id,
                label_en=self.label_en,
                evidence=frame.period,
            )
        )


def of_days(frame: Frame) -> pl.DataFrame:
    """Those of whom at least one day of the month was classified; of an open day nothing can be said yet."""
    return frame.days.filter(pl.col("status") != "open")


@dataclass(frozen=True, eq=False)
class Needs:
    """Facts without which nobody has a figure: who is not in `known` is provisional with `cause`.

    `known`: a frame with an `employee_id` for each employee whose facts are there. Without classified days a month of
    full attendance would be a guess, so the default is `of_days`. Belongs in the stage `capacity`.
    """

    rule_id: str
    legal_basis: str
    cause: str = "attendance-missing"
    known: Callable[[Frame], pl.DataFrame] = of_days

    def run(self, frame: Frame, settings: object) -> PartOutput:
        """No leaves; the missing ones with their cause."""
        everyone = frame.employees.select("employee_id")
        without = everyone.join(self.known(frame), on="employee_id", how="anti")
        return PartOutput(missing=without.with_columns(cause=pl.lit(self.cause)))
