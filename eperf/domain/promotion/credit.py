"""Credit points as a ledger: what each period earned, exact, and what the sum of them opens.

Rows are never rounded: four quarters of Baik are a year of Baik, while four printed quarters are two hundredths
more. Only `printed` rounds, once, at the end. A row keeps the percent and the coefficient it was entered with
(AK-8), so a later table does not change it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from eperf.domain.errors import BadInput
from eperf.domain.number import decimal_of, in_range
from eperf.domain.promotion.appraisal import Predikat
from eperf.domain.promotion.credit_tables import credit_table
from eperf.domain.promotion.service_time import YEAR
from eperf.domain.scoring.rounding import ceiling, half_up

_HUNDRED = 100
_MOST_MONTHS = 100 * YEAR
_MOST_CREDIT = 10**6

SurplusPolicy = Literal["running_sum", "carry_rest"]
"""AK-9: what remains after a rank step. One running sum against thresholds that add up (the default), or the
threshold is taken away and the rest carried; they differ only where the level begins anew at 0."""


@dataclass(frozen=True, slots=True)
class CreditRow:
    """A line of the ledger: so many months at a level under a predikat."""

    jenjang: str
    predikat: Predikat
    months: int
    percent: int
    coefficient: Decimal
    legal_basis: str

    @property
    def credit(self) -> Fraction:
        """months / 12 x percent x coefficient, exact."""
        return Fraction(self.months, YEAR) * Fraction(self.percent, _HUNDRED) * Fraction(self.coefficient)


@dataclass(frozen=True, slots=True)
class Ledger:
    """All credit points of a person in one level (AK-1: a new level begins a new ledger at 0)."""

    rows: tuple[CreditRow, ...] = ()
    opening: Decimal = Decimal(0)
    """Carried in: the base of the rank, or what an integration left (AK-2)."""
    bonus: Decimal = Decimal(0)
    """Of diplomas (AK-3)."""

    @property
    def total(self) -> Fraction:
        """The exact sum; the order of rows means nothing."""
        return sum((row.credit for row in self.rows), Fraction(self.opening) + Fraction(self.bonus))

    def reaches(self, threshold: Decimal) -> bool:
        """Whether the exact sum opens a step."""
        return self.total >= Fraction(threshold)


def credit_row(jenjang: str, predikat: Predikat, months: int, on: date) -> CreditRow:
    """A line by the table in force on a day; refuses an unknown level and months that are none."""
    table = credit_table(on)
    level = table.level(jenjang)
    return CreditRow(
        jenjang,
        predikat,
        _months(months),
        table.percent[predikat],
        level.coefficient,
        table.legal_basis,
    )


def printed(credit: Fraction) -> Decimal:
    """Half-up to two decimals: for print only, never to be added."""
    return Decimal(half_up(credit * _HUNDRED)) / _HUNDRED


def months_to_step(jenjang: str, predikat: Predikat, on: date) -> int:
    """Whole months of one predikat that earn a step in rank."""
    level = credit_table(on).level(jenjang)
    return ceiling(Fraction(level.rank_step) / credit_row(jenjang, predikat, 1, on).credit)


def diploma_bonus(
    jenjang: str, on: date, *, predikat: Predikat = Predikat.BAIK, already_given: bool = False
) -> Decimal:
    """AK-3: for a higher diploma, once for each, with a predikat of at least Baik; otherwise 0. Exact."""
    table = credit_table(on)
    step = table.level(jenjang).rank_step
    if already_given or predikat < table.diploma_needs:
        return Decimal(0)
    return step * table.diploma_bonus_pct / _HUNDRED


def transfer(jenjang: str, predikat: Predikat, months_in_rank: int, on: date) -> Fraction:
    """AK-4: what the time in rank is worth on the way into a functional post; the base is shown apart."""
    return credit_row(jenjang, predikat, months_in_rank, on).credit


def integration(conventional: Decimal, base: Decimal) -> Decimal:
    """AK-2: what is left of conventional credit points after the base of the rank."""
    if conventional < base:
        raise BadInput("conventional", str(conventional), f"less than the base of the rank, {base}")
    return conventional - base


def after_step(ledger: Ledger, step: Decimal, policy: SurplusPolicy) -> tuple[Fraction, Fraction]:
    """After a step in rank: what counts from now on, and the sum that opens the next step of the same level."""
    if not ledger.reaches(step):
        raise BadInput("step", str(step), "the credit points do not reach it")
    if policy == "carry_rest":
        return ledger.total - Fraction(step), Fraction(step)
    return ledger.total, 2 * Fraction(step)


def credit_points(text: str, field: str) -> Decimal:
    """Reads an amount of credit points; refuses what is no number and what is below 0. Never rounds."""
    value = decimal_of(field, text)
    in_range(field, value, 0, _MOST_CREDIT)
    return value


def _months(months: int) -> int:
    if isinstance(months, bool) or not isinstance(months, int) or not 0 <= months <= _MOST_MONTHS:
        raise BadInput("months", months, f"not a whole number between 0 and {_MOST_MONTHS}")
    return months
