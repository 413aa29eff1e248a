"""Attendance as a ladder of cuts: absence by the day, lateness and leaving early by steps, taps one by one.

Every rate is a setting, because every regulation has its own; a rate that is not given cuts nothing.
Minutes that cannot be known (null) cut nothing either: the missing tap that made them unknown has its own
rate.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Generic, TypeVar

import polars as pl

from eperf.domain.scoring import Frame, PartOutput, amount_text_expr, hundredths, leaves

S = TypeVar("S")
_ZERO = Decimal(0)


@dataclass(frozen=True)
class Step:
    """From so many minutes on (inclusive), this many points are cut for the day."""

    from_min: int
    cut: Decimal

    def __post_init__(self) -> None:
        if self.from_min < 1:
            raise ValueError("a step begins at one minute or later")
        _rate("cut", self.cut)


@dataclass(frozen=True)
class AttendanceDeduction:
    """Rates in points of the score (1.25 is one and a quarter of 100), two decimals at most.

    `late`, `early`: steps in rising order of minutes; the highest step reached counts. `most`: the largest
    cut of a month.
    """

    absent: Decimal = _ZERO
    missing_tap: Decimal = _ZERO
    late: tuple[Step, ...] = ()
    early: tuple[Step, ...] = ()
    most: Decimal = Decimal(100)

    def __post_init__(self) -> None:
        for name in ("absent", "missing_tap", "most"):
            _rate(name, getattr(self, name))
        for name, steps in (("late", self.late), ("early", self.early)):
            minutes = [step.from_min for step in steps]
            if minutes != sorted(set(minutes)):
                raise ValueError(f"the steps of {name} do not rise in minutes")


@dataclass(frozen=True, eq=False)
class Ladder(Generic[S]):
    """Cuts of the month, a leaf per day and cause; nothing when the settings hold no deduction.

    Put `Bound(on="attendance", low_h=…)` behind it for the largest cut of a month.
    """

    rule_id: str
    legal_basis: str
    rates: Callable[[S], AttendanceDeduction | None]

    def run(self, frame: Frame, settings: S) -> PartOutput:
        """Leaves with negative amounts, each citing its day."""
        rates = self.rates(settings)
        if rates is None:
            return PartOutput()
        absent = (pl.col("status") == "absent").cast(pl.Int64) * _h(rates.absent)
        taps = pl.col("missing_taps") * _h(rates.missing_tap)
        return PartOutput(
            leaves=[
                _cuts(frame, absent, "Tidak masuk tanpa keterangan", "Absent without notice", "status"),
                _cuts(frame, _steps("late_min", rates.late), "Terlambat", "Late", "late_min"),
                _cuts(frame, _steps("early_min", rates.early), "Pulang cepat", "Left early", "early_min"),
                _cuts(frame, taps, "Tidak melakukan presensi", "Missing tap", "missing_taps"),
            ]
        )


def _cuts(frame: Frame, cut: pl.Expr, label_id: str, label_en: str, fact: str) -> pl.DataFrame:
    rows = frame.days.with_columns(cut=cut).filter(pl.col("cut") > 0)
    return leaves(
        rows,
        amount=0 - pl.col("cut"),
        label_id=label_id,
        label_en=label_en,
        evidence=("day", pl.col("date").dt.to_string("%Y-%m-%d")),
        facts={fact: pl.col(fact), "cut": amount_text_expr(pl.col("cut"))},
    )


def _steps(minutes: str, steps: tuple[Step, ...]) -> pl.Expr:
    cut = pl.lit(0, dtype=pl.Int64)
    for step in steps:
        cut = pl.when(pl.col(minutes) >= step.from_min).then(_h(step.cut)).otherwise(cut)
    return cut


def _h(rate: Decimal) -> pl.Expr:
    return pl.lit(hundredths(rate), dtype=pl.Int64)


def _rate(name: str, rate: Decimal) -> None:
    if not (rate.is_finite() and 0 <= rate <= 100 and rate == round(rate, 2)):
        raise ValueError(f"{name} is not between 0 and 100 with at most two decimals")
