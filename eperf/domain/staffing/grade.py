"""Grades of effectiveness: PEJ for posts, PEU for units.

The table has gaps between its bounds (0.89 to 0.90), so effectiveness is rounded half-up to two decimals first
and graded then. "Very good" for a post with more work than time is the regulation's word; what it means is said
beside it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from eperf.domain.errors import BadInput
from eperf.domain.in_force import in_force
from eperf.domain.staffing.figures import two_decimals


@dataclass(frozen=True, slots=True)
class Band:
    """One grade: from `least` on (`above`: only above it)."""

    grade: str
    title_id: str
    title_en: str
    least: Decimal
    above: bool = False

    def holds(self, shown: Decimal) -> bool:
        """Whether a rounded effectiveness reaches this grade."""
        return shown > self.least if self.above else shown >= self.least


@dataclass(frozen=True, slots=True)
class GradeTable:
    """Bands from the best down; the last begins at 0."""

    name: str
    valid_from: date
    valid_to: date | None
    legal_basis: str
    confirmed: bool
    """False for bounds that were met in a program and in no rule."""
    bands: tuple[Band, ...]

    def grade(self, effectiveness: Fraction) -> str:
        """The grade of an effectiveness, after rounding it to two decimals."""
        shown = two_decimals(effectiveness)
        if shown < 0:
            raise BadInput("ej", shown, "below zero")
        return next(band.grade for band in self.bands if band.holds(shown))


def _bands(a: str, b: str, c: str, d: str, *, above: bool = False) -> tuple[Band, ...]:
    return (
        Band("A", "Sangat Baik", "Very good", Decimal(a), above),
        Band("B", "Baik", "Good", Decimal(b)),
        Band("C", "Cukup", "Sufficient", Decimal(c)),
        Band("D", "Sedang", "Fair", Decimal(d)),
        Band("E", "Kurang", "Poor", Decimal(0)),
    )


_SINCE = date(2008, 1, 1)

GRADE_TABLES: tuple[GradeTable, ...] = (
    GradeTable(
        "permendagri-12-2008", _SINCE, None, "Permendagri 12/2008", True,
        _bands("1.00", "0.90", "0.70", "0.50", above=True),
    ),
    GradeTable("found-91", _SINCE, None, "no rule known", False, _bands("0.91", "0.76", "0.61", "0.51")),
    GradeTable(
        "found-125", _SINCE, None, "no rule known", False,
        (
            Band("A", "Sangat Baik", "Very good", Decimal("1.25")),
            Band("B", "Baik", "Good", Decimal("1.00")),
            Band("C", "Cukup", "Sufficient", Decimal("0.75")),
            Band("D", "Kurang", "Poor", Decimal(0)),
        ),
    ),
)  # fmt: skip
"""The bounds of the regulation, and two others that were met; a unit chooses by name."""

REGULATION = GRADE_TABLES[0]
"""What is taken when a unit has chosen none."""


def grade_table(on: date, name: str = REGULATION.name) -> GradeTable:
    """The bounds in force on a day, by their name."""
    rows = [row for row in GRADE_TABLES if row.name == name]
    if not rows:
        raise BadInput("grade_table", name, "not one of " + ", ".join(row.name for row in GRADE_TABLES))
    return in_force(rows, on, "grade_table")
