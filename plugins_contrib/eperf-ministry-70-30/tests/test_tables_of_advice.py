"""What the pay policy does where a table has no row, and that its table of leave is the rule's."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from eperf.plugins import BadInput, YearMonth
from eperf.plugins.pay import (
    Counted,
    LeaveCase,
    LeaveTaken,
    PayFacts,
    PayLine,
    PunishmentRule,
    Standing,
    leave_cut_in_month,
    leave_pay_named,
)
from eperf_ministry_70_30.advice import AdviceSettings, ClassOf, MinistryPay
from eperf_ministry_70_30.leave import Leave, LeaveKind, leave_paid_pct

ON = date(2026, 3, 1)
ADVICE = AdviceSettings(class_of=ClassOf.LAST_DAY, punishments=PunishmentRule.PP94)
FACTS = PayFacts(
    period=YearMonth(2026, 3), first_class=10, last_class=10, score_h=1, scheme="ministry-70-30/pay"
)
SICK = LeaveTaken(
    "sick", LeaveCase.SICK, date(2026, 2, 1), date(2026, 4, 1), Counted(31, 28, 28), Counted(0, 0, 0)
)
BIG = LeaveTaken(
    "big", LeaveCase.BIG, date(2025, 12, 1), date(2026, 3, 31), Counted(31, 90, 59), Counted(0, 0, 0)
)


def advised(**changes: Any) -> PayLine:
    return MinistryPay().advise(replace(FACTS, **changes), ADVICE)


def test_a_leave_that_the_table_does_not_know_is_a_cause_and_no_amount() -> None:
    found = advised(leaves=(BIG,))
    assert (found.amount_rp, found.cause) == (None, "leave-rate-unknown:big")
    assert [step.step for step in found.steps] == ["class_allowance"]


def test_leave_is_paid_by_the_row_of_the_month_of_the_advice(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def no_row(profile: str, on: date | None = None) -> Any:
        asked.append((profile, on))
        raise BadInput("profile", profile, "no row then")

    monkeypatch.setattr("eperf.domain.pay.leave.leave_pay_named", no_row)
    found = advised(leaves=(SICK,))
    assert (found.amount_rp, found.cause) == (None, "leave-rate-unknown:sick")
    assert asked == [("kemnaker-2024", date(2026, 3, 1))]


@pytest.mark.parametrize(
    ("month", "cause"),
    [
        (YearMonth(2023, 12), "rates-not-in-force"),
        (YearMonth(2024, 12), "class-allowance-unknown"),
    ],
)
def test_a_month_before_the_tables_is_a_cause_and_no_failure(month: YearMonth, cause: str) -> None:
    found = advised(period=month)
    assert (found.amount_rp, found.cause) == (None, cause)
    unpaid = advised(period=YearMonth(2023, 12), standings=frozenset({Standing.UNPAID_LEAVE}))
    assert unpaid.amount_rp is None


@pytest.mark.parametrize(
    ("leave", "case", "length"),
    [
        (Leave(LeaveKind.ANNUAL), LeaveCase.ANNUAL, 12),
        (Leave(LeaveKind.IMPORTANT_REASON), LeaveCase.IMPORTANT_REASON, 20),
        (Leave(LeaveKind.MATERNITY_1_3), LeaveCase.MATERNITY_1_2, 91),
        (Leave(LeaveKind.MATERNITY_1_3), LeaveCase.MATERNITY_3, 91),
        (Leave(LeaveKind.BIG_UNDER_1_MONTH), LeaveCase.BIG, 29),
        *((Leave(LeaveKind.BIG, month_index=index), LeaveCase.BIG, 91) for index in (1, 2, 3)),
        *((Leave(LeaveKind.SICK, month_index=index), LeaveCase.SICK, 150) for index in (1, 2, 3, 4, 5)),
        *(
            (Leave(LeaveKind.MISCARRIAGE, days=days), LeaveCase.MISCARRIAGE, days)
            for days in (1, 30, 31, 45, 60)
        ),
    ],
)
def test_the_function_and_the_table_of_pay_agree_on_every_leave(
    leave: Leave, case: LeaveCase, length: int
) -> None:
    row, month = leave_pay_named("kemnaker-2024", ON), leave.month_index or 1
    paid = leave_cut_in_month(
        row, case, month_index=month, length=length, days=length, before=0, year_before=0
    )
    assert leave_paid_pct(leave, ON) == paid.paid_pct
