"""Norm minutes: the verified norm time of a month as a share of the effective time that the month asks for.

Each catalogue item has a norm in minutes; what counts is the norm, not the time a person says it took. The
standard is working days x 300 minutes, the effective time of workload analysis (75,000 minutes a year), or
a fixed number of minutes a month where a region prints one (6,000 in Jawa Barat, 6,600 in SIKERJA, 6,750
for extension workers).
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

import polars as pl

from eperf.domain.scoring import Frame, PartOutput, Scheme, StagePart, hundredths, part
from eperf.plugins.parts import Bound, Minutes

_BASIS = "Waktu kerja efektif 75.000 menit setahun, 300 menit sehari (PermenPANRB 1/2020)"
_LONGEST_MONTH = 31 * 24 * 60


@dataclass(frozen=True)
class NormMinutes:
    """What the month asks for.

    `minutes_per_day`: effective minutes of a working day; `minutes_per_month`: a fixed standard instead, if
    any; `cap_percent`: the highest score, two decimals at most.
    """

    minutes_per_day: int = 300
    minutes_per_month: int | None = None
    cap_percent: Decimal = Decimal(100)

    def __post_init__(self) -> None:
        if not 1 <= self.minutes_per_day <= 24 * 60:
            raise ValueError("minutes_per_day is not between 1 and 1440")
        if self.minutes_per_month is not None and not 1 <= self.minutes_per_month <= _LONGEST_MONTH:
            raise ValueError(f"minutes_per_month is not between 1 and {_LONGEST_MONTH}")
        cap = self.cap_percent
        if not (cap.is_finite() and 0 < cap <= 1000 and cap == round(cap, 2)):
            raise ValueError("cap_percent is not above 0, at most 1000, with at most two decimals")


@part("norm-minutes.capacity", _BASIS)
def capacity(frame: Frame, settings: NormMinutes) -> PartOutput:
    """Publishes `capacity_min`. A month without working days and without a fixed standard has no score."""
    minutes = settings.minutes_per_month or settings.minutes_per_day * frame.working_days
    everyone = frame.employees.select("employee_id", capacity_min=pl.lit(minutes, dtype=pl.Int64))
    if minutes == 0:
        unknown = everyone.select("employee_id", cause=pl.lit("no-working-days"))
        return PartOutput(values=everyone.clear(), missing=unknown)
    return PartOutput(values=everyone)


def _cap(settings: NormMinutes) -> int:
    return hundredths(settings.cap_percent)


SCHEME = Scheme(
    name="norm-minutes",
    version="2",
    title_id="Menit kerja efektif",
    title_en="Norm minutes",
    legal_basis=_BASIS,
    settings=NormMinutes,
    parts=(
        StagePart("capacity", capacity),
        StagePart("work", Minutes("norm-minutes.work", _BASIS)),
        StagePart("work", Bound("norm-minutes.cap", _BASIS, "work", high_h=_cap)),
    ),
)
