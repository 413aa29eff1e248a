"""What an agency says when it binds pay by class allowance; each names a row of law or is a figure with its basis."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import TypeVar

from eperf.domain.attendance.ladder import Base
from eperf.domain.attendance.leave_pay import LeavePay
from eperf.domain.attendance.leave_pays import leave_pay_named
from eperf.domain.errors import Refused
from eperf.domain.pay.leave import FROM_LEAVE
from eperf.domain.pay.punishment import PunishmentRule
from eperf.domain.period import YearMonth
from eperf.domain.scoring.class_allowances import CLASSES, class_allowance_named, class_allowance_of
from eperf.domain.scoring.eligibility import eligibility_on

T = TypeVar("T")
_LATEST = date(9999, 1, 1)


class ClassOf(StrEnum):
    """Which day's post decides the class, in a month in which it changed."""

    FIRST_DAY = "first_day"
    LAST_DAY = "last_day"


class LeaveDays(StrEnum):
    """Which days of a leave a cut per day counts."""

    CALENDAR = "calendar"
    WORKING = "working"


class Rounding(StrEnum):
    """To whole rupiah, once, at the end."""

    HALF_UP = "half_up"
    FLOOR = "floor"
    CEILING = "ceiling"


@dataclass(frozen=True)
class ClassPaySettings:
    """How an agency pays by class.

    `basis`: the regulation by which the score pays. `class_of`: whose class counts in a month with two. Of the
    allowances either `agency` names a table that eperf holds (`kemnaker`, `ristekdikti`), or `amounts_rp` are the 17
    amounts, class 1 first, with `amounts_basis`. `leave`: the leave table (`ma-2020`, `kemnaker-2024`, …), null where
    leave changes nothing; `leave_days`: which of its days count, needed with it; `attendance_share_pct`: the share of
    the allowance that hangs on attendance, needed where the table cuts that. `eligibility`: whose rule of standings
    (`kemensos`, `dki`, …), null where none is lowered. `punishments`: by which table punishments cut, null where they
    do not; then a punishment that is told leaves the amount open. `rounding`: to whole rupiah.
    """

    basis: str
    class_of: ClassOf
    leave: str | None
    eligibility: str | None
    punishments: PunishmentRule | None
    agency: str | None = None
    amounts_rp: tuple[int, ...] | None = None
    amounts_basis: str = ""
    leave_days: LeaveDays | None = None
    attendance_share_pct: Decimal | None = None
    rounding: Rounding = Rounding.HALF_UP

    def __post_init__(self) -> None:
        if not 1 <= len(self.basis.strip()) <= 300:
            raise ValueError("basis must say in 1 to 300 characters by which rule the score pays")
        self._check_amounts()
        self._check_leave()
        self._check_eligibility()

    def allowance_of(self, job_class: int, month: YearMonth) -> tuple[int, str]:
        """The allowance of a class in a month, and where it stands; refuses a class or a day without one."""
        if self.amounts_rp is not None:
            return class_allowance_of(self.amounts_rp, job_class), self.amounts_basis
        return class_allowance_named(self.agency or "", job_class, month.first)

    def _check_amounts(self) -> None:
        if (self.agency is None) == (self.amounts_rp is None):
            raise ValueError("agency or amounts_rp must be given, and not both")
        if self.agency is not None:
            _known("agency", lambda: class_allowance_named(str(self.agency), 1, _LATEST))
            return
        amounts = self.amounts_rp or ()
        if len(amounts) != CLASSES or min(amounts) < 0 or max(amounts) > 10**12:
            raise ValueError(f"amounts_rp must be {CLASSES} amounts, class 1 first")
        if not 1 <= len(self.amounts_basis.strip()) <= 300:
            raise ValueError("amounts_basis must say in 1 to 300 characters where the amounts stand")

    def _check_eligibility(self) -> None:
        if self.eligibility is None:
            return
        rule = _known("eligibility", lambda: eligibility_on(str(self.eligibility), _LATEST))
        if self.leave is not None and FROM_LEAVE & set(rule.paid_pct):
            raise ValueError(
                f"leave must be null: the eligibility rule {self.eligibility} says what leave pays"
            )

    def _check_leave(self) -> None:
        share = self.attendance_share_pct
        if share is not None and not (share.is_finite() and 0 <= share <= 100):
            raise ValueError("attendance_share_pct is not between 0 and 100")
        if self.leave is None:
            return
        table = _known("leave", lambda: leave_pay_named(str(self.leave)))
        if self.leave_days is None:
            raise ValueError("leave_days must say which days of a leave are counted")
        if share is None and _cuts_attendance(table):
            raise ValueError("attendance_share_pct must be given: the leave table cuts the attendance part")


def _known(name: str, look: Callable[[], T]) -> T:
    """What a name stands for; a name that stands for nothing is refused as a setting."""
    try:
        return look()
    except Refused as refusal:
        raise ValueError(f"{name}: {refusal.message('en')}") from refusal


def _cuts_attendance(table: LeavePay) -> bool:
    bases = {share.base for share in table.shares} | {cut.base for cut in table.cuts}
    return bool(bases - {Base.WHOLE})
