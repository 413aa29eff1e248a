"""What may be closed, and the months of longer periods."""

from __future__ import annotations

from datetime import date

import pytest

from eperf.domain.closing import require_over, require_settled
from eperf.domain.errors import BadInput, PeriodNotReady
from eperf.domain.period import YearMonth, months_of

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
