"""What a unit decides when it binds the scheme; the defaults are the figures in use in Surakarta."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from eperf.plugins.parts import AttendanceDeduction

BASIS = "Keputusan Wali Kota Surakarta 786/154/2020"
SURAKARTA_TARGET = Decimal(8400)
SURAKARTA_BASIS = f"{BASIS}: 140 jam efektif sebulan, satu poin satu menit"


@dataclass(frozen=True)
class PointsSettings:
    """The target and how it bounds the score.

    `monthly_target`: points that earn 100.00. `target_basis`: where that figure stands; another target
    needs its own. `cap_percent`: the highest share of the target that counts. `attendance`: cuts by
    attendance, none unless given.
    """

    monthly_target: Decimal = SURAKARTA_TARGET
    target_basis: str = SURAKARTA_BASIS
    cap_percent: Decimal = Decimal(100)
    attendance: AttendanceDeduction | None = None

    def __post_init__(self) -> None:
        _two_decimals("monthly_target", self.monthly_target, 1, 1_000_000)
        _two_decimals("cap_percent", self.cap_percent, 1, 1_000)
        if not 1 <= len(self.target_basis.strip()) <= 300:
            raise ValueError("target_basis must say in 1 to 300 characters where the target stands")
        if self.monthly_target != SURAKARTA_TARGET and self.target_basis == SURAKARTA_BASIS:
            raise ValueError("target_basis must name the rule of your own target; the default is Surakarta's")


def _two_decimals(name: str, value: Decimal, least: int, most: int) -> None:
    if not (value.is_finite() and least <= value <= most and value == round(value, 2)):
        raise ValueError(f"{name} is not between {least} and {most} with at most two decimals")
