"""What a month's pay of one person is computed from, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from eperf.domain.attendance.leave_pay import LeaveCase
from eperf.domain.pay.circumstance import Circumstance
from eperf.domain.period import YearMonth
from eperf.domain.scoring.eligibility import Standing


@dataclass(frozen=True, slots=True)
class Counted:
    """Days of a leave: in the month; and before those, earlier in this leave and of its case in the calendar year."""

    now: int
    before: int
    year_before: int


@dataclass(frozen=True, slots=True)
class LeaveTaken:
    """An approved leave with a day in the month. `calendar` counts all days, `working` those classified as leave."""

    kind: str
    case: LeaveCase | None
    """None: the tables of leave and pay have no such case (unpaid leave)."""
    first: date
    last: date
    calendar: Counted
    working: Counted

    def month_index(self, month: YearMonth) -> int:
        """Which calendar month of the leave this is, from 1."""
        return (month.year - self.first.year) * 12 + month.month - self.first.month + 1


@dataclass(frozen=True, slots=True)
class PayFacts:
    """One person and month. `None` is unknown, and never zero.

    `first_class`, `last_class`: the job class on the month's first and last day. `score_h`: hundredths of the score,
    with `score_cause` where there is none; `scheme` made it (`plugin/part`); `stages`: its leaves added up by stage,
    for rules that round elsewhere.
    `standings`: those that cover the month's last day. `punishments`: all that were told.
    """

    period: YearMonth
    first_class: int | None
    last_class: int | None
    score_h: int | None
    score_cause: str | None = None
    scheme: str | None = None
    stages: Mapping[str, int] = field(default_factory=dict)
    leaves: tuple[LeaveTaken, ...] = ()
    standings: frozenset[Standing] = frozenset()
    punishments: tuple[Circumstance, ...] = ()


@dataclass(frozen=True, slots=True)
class PayStep:
    """One rule applied: what went in, by which rule and article, and the amount after it, exact."""

    step: str
    rule_id: str
    legal_basis: str
    inputs: Mapping[str, str]
    output_rp: Decimal
    text_id: str
    text_en: str

    def as_dict(self) -> dict[str, object]:
        """As JSON values."""
        return {
            "step": self.step,
            "rule": self.rule_id,
            "legal_basis": self.legal_basis,
            "inputs": dict(self.inputs),
            "output_rp": rupiah_text(self.output_rp),
            "text": {"id": self.text_id, "en": self.text_en},
        }


@dataclass(frozen=True, slots=True)
class PayLine:
    """What is advised: whole rupiah before tax, or None with the cause. The last step's output is the amount."""

    amount_rp: int | None
    cause: str | None
    steps: tuple[PayStep, ...]

    def __post_init__(self) -> None:
        if (self.amount_rp is None) is not (self.cause is not None):
            raise ValueError("a line has an amount or a cause")


def rupiah_text(amount: Decimal) -> str:
    """An exact amount in its shortest form: 1.50 is `1.5`."""
    return format(amount.normalize(), "f") if amount else "0"


class Missing(Exception):
    """A fact that the amount needs is not known; `cause` is a short code, as scores have them."""

    def __init__(self, cause: str) -> None:
        self.cause = cause
        super().__init__(cause)
