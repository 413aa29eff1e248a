"""The earliest effective date of a functional official's next step in rank (KP-JF).

Credit points complete at the end of a month, so they count from the first of the next. The step then waits for
two years in rank and for a period.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from eperf.domain.attendance.day import Step
from eperf.domain.errors import BadInput
from eperf.domain.promotion.appraisal import Predikat
from eperf.domain.promotion.credit import credit_row, printed
from eperf.domain.promotion.credit_tables import credit_table
from eperf.domain.promotion.kinds import kind_rule
from eperf.domain.promotion.periods import first_period, regime
from eperf.domain.promotion.service_time import YEAR, add_months, first_of_month
from eperf.domain.promotion.steps import step


@dataclass(frozen=True, slots=True)
class Earliest:
    """The first period, the two dates that decide it, and the steps that led to them."""

    tmt: date
    credit_complete: date
    """From when the credit points count."""
    floor: date
    """When the years in rank are full."""
    months: int
    """Months in rank until the credit points are complete."""
    steps: tuple[Step, ...]


def earliest_tmt(
    jenjang: str,
    rank_tmt: date,
    opening: Decimal,
    predikat_by_year: Sequence[Predikat],
    *,
    part_year_allowed: bool = True,
    on: date,
) -> Earliest:
    """When the next rank can take effect if the years in rank go on like this; the last predikat repeats.

    With `part_year_allowed` (AK-7) a year may count in part when it completes the need, else only full years do.
    """
    table = credit_table(on)
    needed = Fraction(table.level(jenjang).rank_step)
    months = _months_needed(jenjang, needed - Fraction(opening), predikat_by_year, part_year_allowed, on)
    complete = first_of_month(add_months(rank_tmt, months)) if months else rank_tmt
    rule = kind_rule("KP-JF", on)
    floor = add_months(rank_tmt, rule.months_in_rank)
    tmt = first_period(max(complete, floor))
    steps = (
        step(
            "credit_complete",
            table.legal_basis,
            needed=str(printed(needed)),
            opening=str(opening),
            months=str(months),
            complete=complete.isoformat(),
        ),
        step("rank_floor", rule.legal_basis, needed=str(rule.months_in_rank), floor=floor.isoformat()),
        step(
            "first_period",
            regime(tmt).legal_basis,
            ready=max(complete, floor).isoformat(),
            tmt=tmt.isoformat(),
        ),
    )
    return Earliest(tmt, complete, floor, months, steps)


def _months_needed(
    jenjang: str, missing: Fraction, predikat_by_year: Sequence[Predikat], part_year: bool, on: date
) -> int:
    if missing <= 0:
        return 0
    if not predikat_by_year:
        raise BadInput("predikat_by_year_in_rank", "", "credit points are missing and there is no predikat")
    months, size = 0, 1 if part_year else YEAR
    for predikat in _repeated(predikat_by_year):
        for _ in range(YEAR // size):
            missing -= credit_row(jenjang, predikat, size, on).credit
            months += size
            if missing <= 0:
                return months
    raise AssertionError("the last predikat repeats for ever")


def _repeated(predikat_by_year: Sequence[Predikat]) -> Iterator[Predikat]:
    yield from predikat_by_year
    while True:
        yield predikat_by_year[-1]
