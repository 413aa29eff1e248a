"""Basic salary by the table in force, and what it becomes by a promotion.

A cell that the decree does not have is refused and never 0. At a golongan crossing some years of service time in
grade (MKG) are taken off; inside a golongan they stay.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from eperf.domain.attendance.day import Step
from eperf.domain.errors import BadInput, NoSalaryCell
from eperf.domain.promotion.in_force import in_force
from eperf.domain.promotion.salary_table import salary_table
from eperf.domain.promotion.steps import step
from eperf.domain.rank import Rank

_MOST_YEARS = 100


@dataclass(frozen=True, slots=True)
class CrossingRule:
    """Years of MKG taken off at the crossing into a golongan, by its number."""

    valid_from: date
    valid_to: date | None
    legal_basis: str
    years_off: tuple[tuple[int, int], ...]
    """(golongan entered, years)."""
    confirmed: bool
    """Whether the years were read in the regulation itself."""

    def off(self, before: Rank, after: Rank) -> int:
        """Years taken off on the way from one rank to a higher one."""
        return sum(years for into, years in self.years_off if before.golongan < into <= after.golongan)


CROSSINGS: tuple[CrossingRule, ...] = (
    CrossingRule(date(2000, 11, 17), None, "PP 99/2000 jo PP 12/2002", ((2, 6), (3, 5)), confirmed=False),
)
"""Nothing is taken off on the way into golongan IV."""


@dataclass(frozen=True, slots=True)
class SalaryChange:
    """Salary before and after a promotion, in whole rupiah a month."""

    old_rp: int
    new_rp: int
    new_mkg_years: int
    steps: tuple[Step, ...]


def basic_salary(rank: Rank, mkg_years: int, on: date, field: str = "mkg_years") -> int:
    """The cell of the largest table year that is not above the full MKG years; whole rupiah a month.

    Beyond the last row the last cell stays. Raises `NoSalaryCell` below the first cell of the grade.
    """
    if isinstance(mkg_years, bool) or not isinstance(mkg_years, int) or not 0 <= mkg_years <= _MOST_YEARS:
        raise BadInput(field, mkg_years, f"not whole years between 0 and {_MOST_YEARS}")
    column = salary_table(on).columns[rank]
    years = [year for year in column if year <= mkg_years]
    if not years:
        raise NoSalaryCell(field, mkg_years, rank=rank.code, first=min(column))
    return column[max(years)]


def salary_after_promotion(before: Rank, after: Rank, mkg_years: int, on: date) -> SalaryChange:
    """What a promotion on a day makes of rank and MKG; refuses a rank that is not higher."""
    if after <= before:
        raise BadInput("to_golongan", after.code, f"not above {before.code}")
    table, crossing = salary_table(on), in_force(CROSSINGS, on, "on")
    old = basic_salary(before, mkg_years, on)
    off = crossing.off(before, after)
    new_years = max(0, mkg_years - off)
    new = basic_salary(after, new_years, on, "new_mkg_years")
    steps = (
        step(
            "service_time", crossing.legal_basis, years=str(mkg_years), off=str(off), new_years=str(new_years)
        ),
        step(
            "salary",
            table.legal_basis,
            before=before.code,
            old_rp=str(old),
            after=after.code,
            new_rp=str(new),
        ),
    )
    return SalaryChange(old, new, new_years, steps)
