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

from eperf.domain.attendance import ladder as law
from eperf.domain.attendance.ladders import ladder_named
from eperf.domain.errors import BadInput, RateUnknown
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

    @classmethod
    def of(cls, ladder: law.Ladder) -> AttendanceDeduction:
        """A regulation's ladder for what a day shows: absence, lateness, leaving early, missing taps.

        Refuses a ladder that this part cannot follow: an unknown rate, a rate per minute, a cap of the day, free late
        days, different rates for the two taps. Time that was made up must not be in the days' minutes any more.
        """
        if ladder.day_cap_pct is not None or ladder.late_times_free or ladder.wipe_out:
            raise BadInput("ladder", ladder.profile, "it looks at more than one cause or day at once")
        into, out = (_flat(ladder, cause) for cause in (law.Cause.MISSING_IN, law.Cause.MISSING_OUT))
        if into != out:
            raise BadInput("ladder", ladder.profile, "its two taps cost differently")
        return cls(
            absent=_flat(ladder, law.Cause.ABSENT),
            missing_tap=into,
            late=_levels(ladder, law.Cause.LATE),
            early=_levels(ladder, law.Cause.EARLY),
            most=ladder.cap_pct,
        )


def _flat(ladder: law.Ladder, cause: law.Cause) -> Decimal:
    return next((_known(ladder, band) for band in ladder.bands_of(cause)), _ZERO)


def _levels(ladder: law.Ladder, cause: law.Cause) -> tuple[Step, ...]:
    bands = list(ladder.bands_of(cause))
    ends = [band.to_min for band in bands]
    starts = [(band.from_min or 1) - 1 for band in bands]
    if any(band.per is law.Per.MINUTE for band in bands) or (bands and ends != [*starts[1:], None]):
        raise BadInput("ladder", ladder.profile, f"{cause} does not go by steps")
    return tuple(Step(band.from_min or 1, _known(ladder, band)) for band in bands)


def _known(ladder: law.Ladder, band: law.Band) -> Decimal:
    if band.rate_pct is None:
        raise RateUnknown("ladder", band.cause.value, ladder.legal_basis)
    return band.rate_pct


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
        return PartOutput() if rates is None else PartOutput(leaves=_all_cuts(frame, rates))


@dataclass(frozen=True, eq=False)
class LadderOf(Generic[S]):
    """The ladder of a regulation: the row of its profile that is in force when the month begins.

    `profile`: its name (`ladder_named` says which there are). Every leaf cites the regulation itself. Ladders that
    `AttendanceDeduction.of` refuses fail here, so let the settings refuse them when the scheme is bound.
    """

    rule_id: str
    legal_basis: str
    profile: Callable[[S], str]

    def run(self, frame: Frame, settings: S) -> PartOutput:
        """Leaves with negative amounts, each citing its day."""
        ladder = ladder_named(self.profile(settings), frame.period.first)
        return PartOutput(leaves=_all_cuts(frame, AttendanceDeduction.of(ladder), ladder.legal_basis))


def _all_cuts(frame: Frame, rates: AttendanceDeduction, basis: str | None = None) -> list[pl.DataFrame]:
    absent = (pl.col("status") == "absent").cast(pl.Int64) * _h(rates.absent)
    taps = pl.col("missing_taps") * _h(rates.missing_tap)
    return [
        _cuts(frame, absent, "Tidak masuk tanpa keterangan", "Absent without notice", "status", basis),
        _cuts(frame, _steps("late_min", rates.late), "Terlambat", "Late", "late_min", basis),
        _cuts(frame, _steps("early_min", rates.early), "Pulang cepat", "Left early", "early_min", basis),
        _cuts(frame, taps, "Tidak melakukan presensi", "Missing tap", "missing_taps", basis),
    ]


def _cuts(
    frame: Frame, cut: pl.Expr, label_id: str, label_en: str, fact: str, basis: str | None
) -> pl.DataFrame:
    rows = frame.days.with_columns(cut=cut).filter(pl.col("cut") > 0)
    return leaves(
        rows,
        amount=0 - pl.col("cut"),
        label_id=label_id,
        label_en=label_en,
        evidence=("day", pl.col("date").dt.to_string("%Y-%m-%d")),
        facts={fact: pl.col(fact), "cut": amount_text_expr(pl.col("cut"))},
        legal_basis=basis,
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
