"""Months that pay less because a rated action plan was not filed in time (BSN).

The missed month itself is paid in full; the cut lies on the performance component of the months that
follow. Several misses do not add up: the source knows one rate.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from eperf.domain.period import YearMonth
from eperf.domain.regulation import Regulated, in_force


@dataclass(frozen=True, kw_only=True)
class PlanPenalty(Regulated):
    """`cut_pct` of the performance component for `months` consecutive months after the missed one."""

    cut_pct: Decimal
    months: int


BSN_PENALTIES: tuple[PlanPenalty, ...] = (
    PlanPenalty(
        valid_from=date(2026, 1, 1),
        legal_basis="Peraturan BSN 1/2026 pasal 10",
        mark="law",
        cut_pct=Decimal(25),
        months=3,
    ),
)


def performance_component_pct(missed: Iterable[YearMonth], pay_month: YearMonth, on: date) -> Decimal:
    """What is paid of the performance component in a month, after plans of other months were missed.

    `on`: the day whose rule counts, as a rule the first of the month of pay.
    """
    rule = in_force(BSN_PENALTIES, on)
    after = [_number(pay_month) - _number(month) for month in missed]
    cut = rule.cut_pct if any(1 <= months <= rule.months for months in after) else Decimal(0)
    return 100 - cut


def _number(month: YearMonth) -> int:
    return month.year * 12 + month.month
