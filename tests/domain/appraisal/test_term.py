"""Months, quarters and years, and the months that are scored with what is known of them."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eperf.domain.appraisal.term import Term, felt_in, handed_from, predikat_felt_in, predikat_from
from eperf.domain.errors import BadInput
from eperf.domain.period import YearMonth

TERMS = st.integers(2000, 2199).flatmap(
    lambda year: st.sampled_from(
        [str(year), *(f"{year}Q{n}" for n in (1, 2, 3, 4)), *(f"{year}-{n:02d}" for n in range(1, 13))]
    )
)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2026", date(2026, 1, 1), date(2026, 12, 31)),
        ("2026Q1", date(2026, 1, 1), date(2026, 3, 31)),
        ("2026Q4", date(2026, 10, 1), date(2026, 12, 31)),
        ("2028-02", date(2028, 2, 1), date(2028, 2, 29)),
    ],
)
def test_a_term_knows_its_days(text: str, first: date, last: date) -> None:
    assert (Term.parse(text).first, Term.parse(text).last) == (first, last)


@pytest.mark.parametrize(
    "text", ["", "26", "2026Q5", "2026-13", "2026-Q1", "1999", "2200", "٢٠٢٦", "2026 ", "2026\n"]
)
def test_what_is_no_term_is_refused_by_the_name_of_its_field(text: str) -> None:
    with pytest.raises(BadInput) as refused:
        Term.parse(text, "filter.period")
    assert refused.value.field == "filter.period"


@given(TERMS, TERMS)
def test_a_term_lies_within_another_when_all_its_days_do(one: str, other: str) -> None:
    inner, outer = Term.parse(one), Term.parse(other)
    assert inner.within(outer) == (outer.first <= inner.first and inner.last <= outer.last)
    assert str(inner) == one


@given(TERMS, st.dates(date(1999, 1, 1), date(2210, 1, 1)))
def test_the_months_marked_are_those_that_are_handed_the_term(text: str, today: date) -> None:
    term, now = Term.parse(text), YearMonth.of(today)
    for felt, since in ((felt_in, handed_from), (predikat_felt_in, predikat_from)):
        span = felt(term, today)
        month = YearMonth.of(term.first)
        for _ in range(48):
            handed = term.first <= month.last and term.last >= since(month) and month <= now
            assert handed == (span is not None and span[0] <= month <= span[1]), (month, span)
            month = month.next()
