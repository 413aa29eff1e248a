"""The allowance of each job class, in whole rupiah a month, by agency and day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from eperf.domain.errors import BadInput
from eperf.domain.number import in_range
from eperf.domain.regulation import Regulated, in_force

CLASSES = 17
"""Job classes are numbered from 1 to 17."""


@dataclass(frozen=True, kw_only=True)
class ClassAllowances(Regulated):
    """The amounts of an agency, class 1 first."""

    unit: str
    amounts_rp: tuple[int, ...]

    def __post_init__(self) -> None:
        if len(self.amounts_rp) != CLASSES:
            raise ValueError(f"{self.unit} has {len(self.amounts_rp)} amounts, not {CLASSES}")


CLASS_ALLOWANCES: tuple[ClassAllowances, ...] = (
    ClassAllowances(
        unit="kemnaker",
        valid_from=date(2025, 1, 1),
        legal_basis="Tunjangan kinerja Kemnaker 2025, implementasi publik",
        mark="impl",
        amounts_rp=(
            2_531_250,
            2_708_250,
            2_898_000,
            2_985_000,
            3_134_250,
            3_510_400,
            3_915_950,
            4_595_150,
            5_079_200,
            5_979_200,
            8_757_600,
            9_896_000,
            10_936_000,
            17_064_000,
            19_280_000,
            27_577_500,
            33_240_000,
        ),
    ),
    ClassAllowances(
        unit="ristekdikti",
        valid_from=date(2016, 1, 1),
        legal_basis="Permenristekdikti 31/2016",
        mark="press",
        amounts_rp=(
            1_766_000,
            1_867_000,
            1_972_000,
            2_082_000,
            2_199_000,
            2_399_000,
            2_616_000,
            2_927_000,
            3_348_000,
            3_952_000,
            4_519_000,
            6_045_000,
            7_293_000,
            9_600_000,
            12_518_000,
            17_413_000,
            22_842_000,
        ),
    ),
)
"""The tables that are known."""


def class_allowance_rp(unit: str, job_class: int, on: date) -> int:
    """What a class is paid in full in an agency on the day."""
    return class_allowance_named(unit, job_class, on)[0]


def class_allowance_named(unit: str, job_class: int, on: date) -> tuple[int, str]:
    """The same with its legal basis."""
    rows = [row for row in CLASS_ALLOWANCES if row.unit == unit]
    if not rows:
        raise BadInput("unit", unit, "not one of " + ", ".join(row.unit for row in CLASS_ALLOWANCES))
    row = in_force(rows, on)
    return class_allowance_of(row.amounts_rp, job_class), row.legal_basis


def class_allowance_of(amounts_rp: Sequence[int], job_class: int) -> int:
    """The amount of a class in a table whose first is class 1; refuses a class that there is not."""
    in_range("job_class", job_class, 1, CLASSES)
    return amounts_rp[job_class - 1]
