"""Leave in a month (pasal 14): paid in full it replaces nothing, paid in part it replaces the total.

A leave that pays less than 100 % pays that share of the class allowance, and the cuts of the month are not
added. Whether absence also counts in such a month is not settled by the rule; a single day of such a leave
sets the whole month, since no daily share is known. `leave_warnings` names both to whoever pays.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType

from eperf.plugins import BadInput
from eperf.plugins.rules import Predikat, Regulated, in_force, in_range
from eperf_ministry_70_30.pay import Violations, cut_pct, paid_pct
from eperf_ministry_70_30.rates import rates_on

FULL = Decimal(100)
WHOLE_MONTH = "leave_sets_the_whole_month"
CUTS_NOT_ADDED = "cuts_not_added_to_leave"


class LeaveKind(StrEnum):
    """The kinds that the article tells apart."""

    NONE = "none"
    ANNUAL = "annual"
    MATERNITY_1_3 = "maternity_1_3"
    """A first, second or third child."""
    IMPORTANT_REASON = "important_reason"
    BIG_UNDER_1_MONTH = "big_under_1_month"
    BIG = "big"
    SICK = "sick"
    MISCARRIAGE = "miscarriage"
    UNPAID = "unpaid"

    @classmethod
    def parse(cls, text: str, field: str = "leave_kind") -> LeaveKind:
        """The kind of that name; others are refused by the name of the field."""
        if text not in frozenset(cls):
            raise BadInput(field, text, "not one of " + ", ".join(cls))
        return cls(text)


@dataclass(frozen=True, kw_only=True)
class LeaveRates(Regulated):
    """Per cent paid by kind: of every month, or of its first, second, third month.

    `after_last_pct`: what a leave by months pays after the last one listed; a kind that is not there ends.
    Miscarriage: `daily_pct` is cut for each day after `free_days`, up to day `last_cut_day`.
    """

    every_month_pct: Mapping[LeaveKind, Decimal]
    by_month_pct: Mapping[LeaveKind, tuple[Decimal, ...]]
    after_last_pct: Mapping[LeaveKind, Decimal]
    free_days: int
    last_cut_day: int
    daily_pct: Decimal


LEAVE_RATES: tuple[LeaveRates, ...] = (
    LeaveRates(
        valid_from=date(2024, 1, 1),
        legal_basis="Permenaker 15/2024 pasal 4 dan 14",
        mark="impl",
        every_month_pct=MappingProxyType(
            {
                LeaveKind.NONE: FULL,
                LeaveKind.ANNUAL: FULL,
                LeaveKind.MATERNITY_1_3: FULL,
                LeaveKind.IMPORTANT_REASON: FULL,
                LeaveKind.BIG_UNDER_1_MONTH: FULL,
                LeaveKind.UNPAID: Decimal(0),
            }
        ),
        by_month_pct=MappingProxyType(
            {
                LeaveKind.BIG: (Decimal(50), Decimal(25), Decimal(10)),
                LeaveKind.SICK: (FULL, Decimal(50), Decimal(25)),
            }
        ),
        after_last_pct=MappingProxyType({LeaveKind.SICK: Decimal(0)}),
        free_days=30,
        last_cut_day=45,
        daily_pct=Decimal(1),
    ),
)


@dataclass(frozen=True)
class Leave:
    """A leave in the month: `month_index` (from 1) for big and sick, `days` so far for miscarriage."""

    kind: LeaveKind = LeaveKind.NONE
    month_index: int | None = None
    days: int | None = None


def leave_paid_pct(leave: Leave, on: date) -> Decimal:
    """The share of the class allowance that the leave leaves."""
    rates = in_force(LEAVE_RATES, on)
    if leave.kind in rates.every_month_pct:
        return rates.every_month_pct[leave.kind]
    if leave.kind is LeaveKind.MISCARRIAGE:
        days = _given("leave_days", leave.days)
        over = min(days, rates.last_cut_day) - rates.free_days
        return FULL - max(0, over) * rates.daily_pct
    index, months = _given("leave_month_index", leave.month_index), rates.by_month_pct[leave.kind]
    if index <= len(months):
        return months[index - 1]
    if leave.kind not in rates.after_last_pct:
        raise BadInput("leave_month_index", index, f"{leave.kind} leave lasts {len(months)} months at most")
    return rates.after_last_pct[leave.kind]


def leave_month_pct(
    leave: Leave,
    predikat: Predikat | None,
    violations: Violations,
    on: date,
    *,
    study_assignment: bool = False,
) -> Decimal:
    """What the month pays in per cent of the class allowance, exact.

    A missing predikat is refused where it counts; a leave that replaces the total does not ask for it.
    """
    rates = rates_on(on)
    share = leave_paid_pct(leave, on)
    if share == FULL:
        if predikat is None:
            raise BadInput("predikat", None, "missing; it is never guessed")
        share = paid_pct(predikat, violations, rates)
    return share * rates.study_pct / 100 if study_assignment else share


def leave_warnings(leave: Leave, violations: Violations, on: date) -> tuple[str, ...]:
    """What the rule does not settle about this month; to be shown before it is paid."""
    if leave_paid_pct(leave, on) == FULL:
        return ()
    return (WHOLE_MONTH, CUTS_NOT_ADDED) if cut_pct(violations, rates_on(on)) else (WHOLE_MONTH,)


def _given(field: str, value: int | None) -> int:
    if value is None:
        raise BadInput(field, value, "needed for this kind of leave")
    in_range(field, value, 1)
    return value
