"""The form of a table of leave and pay: what share of the allowance is paid while somebody is on leave.

Regulations say it in three ways: a share for the first, second, third month of the leave; a share by the whole length
of an illness; a cut per day. "Reduced by 30 per cent" is a cut and "paid 30 per cent" a share: a row says which it is,
and both questions can be asked of any row. Where a length is printed in months a month is 30 days.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from eperf.domain.attendance.ladder import FULL_PCT, Base, Mark
from eperf.domain.errors import BadInput, RateUnknown

MONTH_DAYS = 30
"""A month of leave in days, where a regulation bounds a length in months."""

_ZERO = Decimal(0)
_MOST_DAYS = 3_660

Span = tuple[int, int | None]
"""First and last, both inclusive; None = no end."""


class LeaveCase(StrEnum):
    """The cases that the tables tell apart."""

    ANNUAL = "annual"
    BIG = "big"
    MATERNITY_1_2 = "maternity_1_2"
    """The first and the second child."""
    MATERNITY_3 = "maternity_3"
    """The third child, and later ones where the table names them."""
    IMPORTANT_REASON = "important_reason"
    CLOSE_RELATIVE_DEATH = "close_relative_death"
    SICK = "sick"
    SICK_WAIVED = "sick_waived"
    """An illness for which the rule waives the cut, its length within the waiver."""
    DUTY_ACCIDENT = "duty_accident"
    IN_PATIENT = "in_patient"
    SPECIAL_CONDITION = "special_condition"
    MISCARRIAGE = "miscarriage"
    """Miscarriage, and bed rest where the table names it."""

    @classmethod
    def parse(cls, text: str, field: str = "kind") -> LeaveCase:
        """Reads the word; refuses every other by the name of the field."""
        try:
            return cls(text)
        except ValueError as error:
            raise BadInput(field, text, "one of " + ", ".join(cls)) from error


@dataclass(frozen=True, slots=True)
class PaidShare:
    """A fixed share is paid: in these months of the leave, or when the whole leave has this length in days."""

    case: LeaveCase
    paid_pct: Decimal
    months: Span | None = None
    days: Span | None = None
    base: Base = Base.WHOLE


@dataclass(frozen=True, slots=True)
class DailyCut:
    """A cut for every day after the first `free_days`; none after day `cut_to_day`.

    `per_year`: the days are counted over the calendar year, not over one leave.
    """

    case: LeaveCase
    cut_pct: Decimal
    free_days: int = 0
    cut_to_day: int | None = None
    days: Span = (0, None)
    base: Base = Base.WHOLE
    per_year: bool = False

    def counted(self, days: int, before: int = 0) -> int:
        """How many of `days`, coming after `before` earlier ones, are cut."""
        end = before + days if self.cut_to_day is None else min(before + days, self.cut_to_day)
        return max(0, end - max(before, self.free_days))


@dataclass(frozen=True, slots=True)
class LeavePay:
    """A regulation's table, with its validity; `valid_from` as in `Ladder`."""

    profile: str
    legal_basis: str
    valid_from: date
    valid_to: date | None
    mark: Mark
    source: str
    shares: tuple[PaidShare, ...] = ()
    cuts: tuple[DailyCut, ...] = ()
    replaces_total: bool = False
    """Whether a share below 100 replaces the whole result, attendance cuts included (Kemnaker)."""
    conditions: tuple[str, ...] = ()
    """What the regulation asks for besides, which is not computed here."""
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LeaveCut:
    """What a leave costs, in per cent of `base`, and the rule that says so."""

    cut_pct: Decimal
    base: Base
    legal_basis: str

    @property
    def paid_pct(self) -> Decimal:
        """What is left to be paid."""
        return FULL_PCT - self.cut_pct


def leave_cut(
    table: LeavePay,
    case: LeaveCase,
    month_index: int | None = None,
    days: int | None = None,
    days_before: int = 0,
) -> LeaveCut:
    """What a leave costs in a month of it (`month_index`, from 1), or by its whole length (`days`).

    `days_before`: days of the same case earlier in the year, for rules that count over the year. No day of leave costs
    nothing. Raises `RateUnknown` for a case that the table does not list, and `BadInput` when the month or the length
    is needed and missing or lies beyond the table.
    """
    _between("month_index", month_index, 1)
    _between("days", days, 0)
    _between("days_before", days_before, 0)
    cut = next(iter(_daily(table, case, days)), None)
    if cut is not None and days is not None:
        total = min(FULL_PCT, cut.cut_pct * cut.counted(days, days_before if cut.per_year else 0))
        return LeaveCut(total, cut.base, table.legal_basis)
    shares = [share for share in table.shares if share.case is case]
    if not shares and not any(row.case is case for row in table.cuts):
        raise RateUnknown("kind", case.value, table.legal_basis)
    if days == 0:
        return LeaveCut(_ZERO, Base.WHOLE, table.legal_basis)
    share = _share(shares, month_index, days)
    if share is None:
        raise _beyond(shares, month_index, days)
    return LeaveCut(FULL_PCT - share.paid_pct, share.base, table.legal_basis)


def leave_cut_in_month(
    table: LeavePay,
    case: LeaveCase,
    *,
    month_index: int,
    length: int,
    days: int,
    before: int,
    year_before: int,
) -> LeaveCut:
    """What one month of a leave costs, where a leave may reach over several months.

    `length`: the whole leave in calendar days, by which a table chooses its row. `days`: those in the month; `before`:
    earlier ones of this leave; `year_before`: earlier ones of its case in the calendar year, for rules that count over
    the year. Days that are free, or beyond the last that is cut, are counted once and not in each month again. Raises
    as `leave_cut`.
    """
    cut = next(iter(_daily(table, case, length)), None)
    if cut is None:
        return leave_cut(table, case, month_index, length)
    counted = cut.counted(days, year_before if cut.per_year else before)
    return LeaveCut(min(FULL_PCT, cut.cut_pct * counted), cut.base, table.legal_basis)


def _daily(table: LeavePay, case: LeaveCase, days: int | None) -> Iterator[DailyCut]:
    return (row for row in table.cuts if row.case is case and _within(row.days, days))


def _share(shares: list[PaidShare], month_index: int | None, days: int | None) -> PaidShare | None:
    """The row for the length, else for the month.

    Where one share holds whatever the month, it needs neither; a leave of no more than a month is in its first.
    """
    by_days = next((row for row in shares if row.days is not None and _within(row.days, days)), None)
    if by_days is not None:
        return by_days
    by_month = [row for row in shares if row.months is not None]
    if month_index is None and len(by_month) == 1:
        return by_month[0]
    if month_index is None and days is not None and days <= MONTH_DAYS:
        month_index = 1
    return next((row for row in by_month if row.months and _within(row.months, month_index)), None)


def _beyond(shares: list[PaidShare], month_index: int | None, days: int | None) -> BadInput:
    by_month = any(row.months is not None for row in shares)
    if by_month:
        why = (
            "the month of the leave is needed" if month_index is None else "the table ends before this month"
        )
        return BadInput("month_index", month_index, why)
    why = "the length of the leave is needed" if days is None else "the table has no row for this length"
    return BadInput("days", days, why)


def _within(span: Span, value: int | None) -> bool:
    return value is not None and span[0] <= value and (span[1] is None or value <= span[1])


def _between(name: str, value: int | None, least: int) -> None:
    if value is not None and not least <= value <= _MOST_DAYS:
        raise BadInput(name, value, f"between {least} and {_MOST_DAYS}")
