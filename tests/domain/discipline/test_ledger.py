"""The ledger of a year."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from eperf.domain.attendance.calendar import WorkCalendar
from eperf.domain.discipline.absence import Absence, count_absence
from eperf.domain.discipline.ledger import year_ledger

TODAY = date(2026, 11, 24)
NONE = Absence({}, ())


def test_days_alone_make_the_proposal_and_minutes_stand_beside_it() -> None:
    march = [date(2026, 3, day) for day in (2, 4, 6)]
    ledger = year_ledger(2026, TODAY, count_absence(march, WorkCalendar().is_working_day), 400, 500)
    assert (ledger.absent_days, ledger.longest_run, ledger.days_from_minutes) == (3, 1, 2)
    assert ledger.proposal is not None
    assert ledger.with_minutes is not None
    assert (ledger.proposal.tier.id, ledger.with_minutes.tier.id) == ("oral_warning", "written_warning")
    assert ledger.minutes_rule is not None
    assert ledger.minutes_rule.mark == "recalled"


def test_minutes_never_make_a_run() -> None:
    ledger = year_ledger(2026, TODAY, NONE, 4_500, 0)
    assert ledger.with_minutes is not None
    assert (ledger.with_minutes.tier.id, ledger.with_minutes.because) == ("written_statement", "days")
    assert not ledger.with_minutes.salary_stops_next_month


def test_a_run_across_new_year_is_shown_in_both_years() -> None:
    span = [date(2025, 12, 22), *(date(2025, 12, day) for day in (23, 24, 29, 30, 31)),
            *(date(2026, 1, day) for day in (2, 5, 6, 7))]  # fmt: skip
    holidays = dict.fromkeys([date(2025, 12, 25), date(2025, 12, 26), date(2026, 1, 1)], "Libur")
    absence = count_absence(span, WorkCalendar(holidays=holidays).is_working_day)
    for year, days in ((2025, 6), (2026, 4)):
        ledger = year_ledger(year, TODAY, absence, 0, 0)
        assert (ledger.absent_days, ledger.longest_run) == (days, 10)
        assert ledger.proposal is not None
        assert (ledger.proposal.tier.id, ledger.proposal.because) == ("dismissal", "run")


def test_a_year_without_a_law_proposes_nothing() -> None:
    ledger = year_ledger(2020, TODAY, NONE, 450, 0)
    assert (ledger.proposal, ledger.with_minutes, ledger.minutes_rule) == (None, None, None)
    assert year_ledger(2021, TODAY, NONE, 0, 0).proposal is not None
    assert year_ledger(2021, date(2021, 8, 30), NONE, 0, 0).proposal is None


@given(st.integers(0, 100_000), st.integers(0, 100_000))
def test_minutes_never_propose_less_than_days_alone(late: int, early: int) -> None:
    ledger = year_ledger(2026, TODAY, NONE, late, early)
    assert ledger.days_from_minutes == (late + early) // 450
    assert ledger.with_minutes is not None
    assert ledger.with_minutes.days == ledger.days_from_minutes
