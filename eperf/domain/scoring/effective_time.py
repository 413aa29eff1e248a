"""Effective minutes that a month asks for, and minutes as a share of them.

A standard is a fixed number of minutes a month, or minutes a day times the month's working days. How many
decimals the share has is part of each program's rule.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from eperf.domain.errors import BadInput
from eperf.domain.number import in_range, positive
from eperf.domain.regulation import UNDATED, Regulated, in_force
from eperf.domain.scoring.rounding import half_up_to

_FULL = Decimal(100)


@dataclass(frozen=True, kw_only=True)
class EffectiveTime(Regulated):
    """A standard: `month_min`, or `day_min` times working days when the month is not fixed.

    `places`: decimals of a share. `least_only`: the figure is a minimum to reach, not a full month.
    """

    profile: str
    month_min: int | None
    day_min: int | None
    basis: str
    places: int = 2
    least_only: bool = False

    def __post_init__(self) -> None:
        if not (self.month_min or self.day_min):
            raise ValueError(f"{self.profile} has neither minutes a month nor minutes a day")


_SOURCE = "implementasi publik"

EFFECTIVE_TIMES: tuple[EffectiveTime, ...] = (
    EffectiveTime(
        profile="jabar",
        month_min=6_000,
        day_min=300,
        basis="minimum",
        valid_from=date(2020, 1, 1),
        legal_basis="TRK Jawa Barat 2020",
        mark="press",
        least_only=True,
    ),
    EffectiveTime(
        profile="workload-analysis",
        month_min=6_250,
        day_min=300,
        basis="1,250 h = 75,000 min a year",
        valid_from=date(2020, 1, 1),
        legal_basis="PermenPANRB 1/2020",
        mark="impl",
    ),
    EffectiveTime(
        profile="sikerja",
        month_min=6_600,
        day_min=300,
        basis="300 x 22",
        valid_from=UNDATED,
        legal_basis=f"SIKERJA Kemendagri, {_SOURCE}",
        mark="impl",
    ),
    EffectiveTime(
        profile="extension",
        month_min=6_750,
        day_min=None,
        basis="112.5 h",
        valid_from=UNDATED,
        legal_basis=f"Aplikasi penyuluh, {_SOURCE}",
        mark="impl",
        places=1,
    ),
    EffectiveTime(
        profile="surplus",
        month_min=7_260,
        day_min=330,
        basis="5.5 h x 22 days",
        valid_from=UNDATED,
        legal_basis="Skema kelebihan poin atas 7.260",
        mark="press",
    ),
    EffectiveTime(
        profile="surakarta",
        month_min=8_400,
        day_min=None,
        basis="140 h",
        valid_from=date(2020, 1, 1),
        legal_basis="Keputusan Wali Kota Surakarta 786/154/2020",
        mark="impl",
    ),
    EffectiveTime(
        profile="dki",
        month_min=None,
        day_min=300,
        basis="actual working days",
        valid_from=date(2020, 1, 1),
        legal_basis="Pergub DKI Jakarta 19/2020",
        mark="press",
    ),
    EffectiveTime(
        profile="full-duty",
        month_min=None,
        day_min=450,
        basis="7.5 h",
        valid_from=date(2023, 4, 12),
        legal_basis="Perpres 21/2023",
        mark="press",
    ),
)
"""The standards met so far. Which one a unit uses is its choice."""


def effective_time(profile: str, on: date) -> EffectiveTime:
    """The standard of that profile in force on the day."""
    rows = [row for row in EFFECTIVE_TIMES if row.profile == profile]
    if not rows:
        raise BadInput("profile", profile, "not one of " + ", ".join(row.profile for row in EFFECTIVE_TIMES))
    return in_force(rows, on)


def month_minutes(standard: EffectiveTime, working_days: int) -> int:
    """The minutes that a month of so many working days asks for."""
    in_range("working_days", working_days, most=31)
    if standard.month_min is not None:
        return standard.month_min
    return (standard.day_min or 0) * working_days


def share_pct(minutes: Decimal | int, month_min: Decimal | int, places: int) -> Decimal:
    """Minutes in per cent of a month's, half-up, at most 100."""
    in_range("minutes", minutes)
    positive("month_min", month_min)
    return min(_FULL, half_up_to(Fraction(minutes) / Fraction(month_min) * 100, places))


def profile_share_pct(profile: str, minutes: Decimal | int, working_days: int, on: date) -> Decimal:
    """Minutes as a share of a profile's month, with the decimals that its program prints."""
    standard = effective_time(profile, on)
    return share_pct(minutes, month_minutes(standard, working_days), standard.places)
