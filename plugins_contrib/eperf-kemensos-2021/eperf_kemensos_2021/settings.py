"""Every number of the scheme: the press tells its features and none of its figures."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from eperf.plugins import Refused
from eperf.plugins.parts import AttendanceDeduction, Dimension, Scale, check_dimensions, ladder_named
from eperf.plugins.rules import Deciding


@dataclass(frozen=True)
class Weights:
    """Per cent of the score; they sum to 100."""

    work: int
    behaviour: int
    attendance: int

    def __post_init__(self) -> None:
        given = (self.work, self.behaviour, self.attendance)
        if sum(given) != 100 or min(given) < 0:
            raise ValueError("work, behaviour and attendance do not weigh 100 per cent together")


@dataclass(frozen=True)
class KemensosSettings:
    """`weights`; `monthly_target`: weighed points that earn full work; `cap_percent`: the highest share that counts.

    `dimensions`, `scale`, `deciding`: behaviour that counts, how a rating becomes a per cent, and whose round it is.
    Attendance is cut by `attendance_rates`, the ministry's own table, or by `attendance_ladder`, the name of a known
    one to fall back on (`ma-2020`); one of the two must be given. `basis`: where all of that stands.
    """

    weights: Weights
    monthly_target: Decimal
    cap_percent: Decimal
    dimensions: tuple[Dimension, ...]
    scale: Scale
    deciding: Deciding
    basis: str
    attendance_rates: AttendanceDeduction | None = None
    attendance_ladder: str | None = None

    def __post_init__(self) -> None:
        _two_decimals("monthly_target", self.monthly_target, 1_000_000)
        _two_decimals("cap_percent", self.cap_percent, 1_000)
        check_dimensions("dimensions", self.dimensions)
        if not 1 <= len(self.basis.strip()) <= 300:
            raise ValueError("basis must say in 1 to 300 characters where the figures stand")
        if (self.attendance_rates is None) == (self.attendance_ladder is None):
            raise ValueError("attendance_rates or attendance_ladder must be given, and not both")
        if self.attendance_ladder is not None:
            _followed(self.attendance_ladder)


def _two_decimals(name: str, value: Decimal, most: int) -> None:
    if not (value.is_finite() and 1 <= value <= most and value == round(value, 2)):
        raise ValueError(f"{name} is not between 1 and {most} with at most two decimals")


def _followed(profile: str) -> None:
    try:
        AttendanceDeduction.of(ladder_named(profile))
    except Refused as refusal:
        raise ValueError(f"attendance_ladder: {refusal.message('en')}") from refusal
