"""What may be closed, and the months of longer periods."""

from __future__ import annotations

from datetime import date

import pytest

from eperf.domain.appraisal.predikat_pay import Lag
from eperf.domain.closing import months_for_pay, require_over, require_settled
from eperf.domain.errors import BadInput, PeriodNotReady, RateUnknown
from eperf.domain.period import YearMonth, months_of
from eperf.domain.scoring.windows import attendance_window

NOVEMBER = YearMonth(2026, 11)


@pytest.mark.parametrize(
    ("text", "first", "last", "count"),
    [
        ("2026-11", "2026-11", "2026-11", 1),
        ("2026Q4", "2026-10", "2026-12", 3),
        ("2026", "2026-01", "2026-12", 12),
    ],
)
def test_a_period_is_its_months(text: str, first: str, last: str, count: int) -> None:
    months = months_of(text)
    assert (str(months[0]), str(months[-1]), len(months)) == (first, last, count)


@pytest.mark.parametrize("text", ["", "2026Q5", "26", "2026-13", "2026-1", "1899", "2026 ", "２０２６"])
def test_what_is_no_period_is_refused_by_name(text: str) -> None:
    with pytest.raises(BadInput) as refused:
        months_of(text, "bulan")
    assert refused.value.field == "bulan"


@pytest.mark.parametrize(
    ("unit", "lag", "pay", "months"),
    [
        (None, Lag.SAME_MONTH, "2026-11", ["2026-11"]),
        (None, Lag.NEXT_QUARTER, "2026-01", ["2025-10", "2025-11", "2025-12"]),
        (None, Lag.NEXT_YEAR, "2026-11", [f"2025-{number:02d}" for number in range(1, 13)]),
        # The 16th of the month before to the 15th; the 11th of the month before the last to the 10th of the last.
        ("kemendes", Lag.NEXT_QUARTER, "2026-04", ["2026-01", "2026-02", "2026-03", "2026-04"]),
        ("pkp", Lag.SAME_MONTH, "2026-11", ["2026-09", "2026-10", "2026-11"]),
    ],
)
def test_what_is_paid_waits_for_the_months_that_decide_it(
    unit: str | None, lag: Lag, pay: str, months: list[str]
) -> None:
    month = YearMonth.parse(pay)
    window = None if unit is None else attendance_window(unit, month)
    assert [str(one) for one in months_for_pay(month, lag, window)] == months


def test_a_lag_that_no_source_explains_is_refused() -> None:
    with pytest.raises(RateUnknown):
        months_for_pay(NOVEMBER, Lag.PERIODIC)


def test_a_month_closes_on_the_day_after_its_last() -> None:
    with pytest.raises(PeriodNotReady, match="2026-11-30"):
        require_over(NOVEMBER, date(2026, 11, 30))
    require_over(NOVEMBER, date(2026, 12, 1))


def test_what_waits_is_never_closed_and_what_is_provisional_only_with_a_reason() -> None:
    with pytest.raises(PeriodNotReady, match="3 scores wait"):
        require_settled(NOVEMBER, 3, 0, "Mendesak")
    with pytest.raises(PeriodNotReady, match="2 scores are provisional"):
        require_settled(NOVEMBER, 0, 2, None)
    require_settled(NOVEMBER, 0, 2, "Mesin rusak")
    require_settled(NOVEMBER, 0, 0, None)
