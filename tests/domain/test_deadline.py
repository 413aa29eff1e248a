"""Deadlines as instants: civil time of the unit's zone, working days, months of any length."""

from __future__ import annotations

import dataclasses
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eperf.domain.activity import ActivityState
from eperf.domain.attendance.calendar import ZONES, WorkCalendar
from eperf.domain.deadline import (
    CountedFrom,
    Deadlines,
    Silence,
    checked_deadlines,
    mend_until,
    report_until,
    submit_until,
    verify_until,
    withdraw_until,
)
from eperf.domain.errors import BadInput

WIB, WIT = ZONES["WIB"], ZONES["WIT"]
NONE = Deadlines(date(2026, 1, 1), "Pergub contoh pasal 1")
SAME_DAY = dataclasses.replace(NONE, counted_from=CountedFrom.DAY, report_time=time(16))
WORKED = date(2026, 11, 24)  # a Tuesday
WEEK = WorkCalendar(5, {date(2026, 11, 26): "Libur"}).is_working_day


@pytest.mark.parametrize(
    ("rule", "zone", "until"),
    [
        (SAME_DAY, WIB, datetime(2026, 11, 24, 9, tzinfo=UTC)),
        (SAME_DAY, WIT, datetime(2026, 11, 24, 7, tzinfo=UTC)),
        (dataclasses.replace(SAME_DAY, report_time=None), WIB, datetime(2026, 11, 24, 17, tzinfo=UTC)),
        (dataclasses.replace(SAME_DAY, report_days=3, report_time=None), WIB, datetime(2026, 11, 27, 17, tzinfo=UTC)),
        (
            dataclasses.replace(SAME_DAY, counted_from=CountedFrom.MONTH_END, report_days=5, report_time=None), WIB,
            datetime(2026, 12, 5, 17, tzinfo=UTC),
        ),
        (NONE, WIB, None),
    ],
)  # fmt: skip
def test_work_is_reported_until(rule: Deadlines, zone: object, until: datetime | None) -> None:
    assert report_until(rule, WORKED, zone) == until  # type: ignore[arg-type]


def test_a_month_ends_on_its_own_last_day() -> None:
    rule = dataclasses.replace(NONE, counted_from=CountedFrom.MONTH_END)
    assert report_until(rule, date(2028, 2, 10), WIB) == datetime(2028, 3, 1, tzinfo=WIB)
    assert withdraw_until(dataclasses.replace(NONE, withdraw_days=0), date(2028, 2, 10), WIB) == datetime(
        2028, 3, 1, tzinfo=WIB
    )
    assert withdraw_until(NONE, WORKED, WIB) is None


@pytest.mark.parametrize(
    ("days", "last"),
    [(0, 24), (1, 25), (2, 27), (3, 30)],  # the 26th is a holiday, 28 and 29 a weekend
)
def test_a_decision_takes_working_days_and_lasts_until_the_end_of_the_last(days: int, last: int) -> None:
    rule = dataclasses.replace(NONE, verify_days=days)
    sent = datetime(2026, 11, 23, 17, 30, tzinfo=UTC)  # the 24th in Surabaya
    assert verify_until(rule, sent, WIB, WEEK) == datetime(2026, 11, last, tzinfo=WIB) + timedelta(days=1)


def test_without_working_days_a_decision_takes_a_year_at_most() -> None:
    rule = dataclasses.replace(NONE, verify_days=3)
    sent = datetime(2026, 1, 1, tzinfo=WIB)
    until = verify_until(rule, sent, WIB, lambda _: False)
    assert until is not None
    assert (until - sent).days == 367
    assert verify_until(NONE, sent, WIB, WEEK) is None


@given(
    st.datetimes(datetime(2024, 1, 1), datetime(2030, 1, 1)), st.integers(0, 30), st.sets(st.dates(date(2024, 1, 1), date(2030, 3, 1)), max_size=20),
)  # fmt: skip
def test_a_decision_has_as_many_working_days_as_the_rule_says(
    sent: datetime, days: int, free: set[date]
) -> None:
    worked = WorkCalendar(5, dict.fromkeys(free, "Libur")).is_working_day
    at = sent.replace(tzinfo=UTC)
    until = verify_until(dataclasses.replace(NONE, verify_days=days), at, WIB, worked)
    assert until is not None
    first, last = at.astimezone(WIB).date(), until.astimezone(WIB).date() - timedelta(days=1)
    assert until.astimezone(WIB).time() == time()
    between = [first + timedelta(days=n) for n in range(1, (last - first).days + 1)]
    assert sum(worked(day) for day in between) == days
    assert not days or worked(last)


def test_what_may_still_be_sent_has_a_deadline_by_its_state() -> None:
    rule = dataclasses.replace(SAME_DAY, mend_days=2)
    returned = datetime(2026, 12, 1, 2, tzinfo=UTC)
    for state, until in (
        (ActivityState.DRAFT, report_until(rule, WORKED, WIB)), (ActivityState.SUBMITTED, report_until(rule, WORKED, WIB)),
        (ActivityState.RETURNED, datetime(2026, 12, 4, tzinfo=WIB)), (ActivityState.VERIFIED, None),
        (ActivityState.REJECTED, None),
    ):  # fmt: skip
        assert submit_until(rule, state, WORKED, returned, WIB) == until
    assert mend_until(SAME_DAY, returned, WIB) is None


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"legal_basis": ""}, "legalBasis"), ({"report_days": -1}, "reportDays"), ({"report_days": 1}, "countedFrom"),
        ({"report_time": time(16)}, "countedFrom"), ({"mend_days": 367}, "mendDays"), ({"verify_days": -1}, "verifyDays"),
        ({"silence": Silence.LAPSE}, "silence"), ({"withdraw_days": 367}, "withdrawDays"),
        ({"valid_from": date(1, 1, 1)}, "validFrom"),
        ({"counted_from": CountedFrom.DAY, "report_time": time(0)}, "reportTime"),
    ],
)  # fmt: skip
def test_a_rule_that_cannot_be_kept_is_refused(changes: dict[str, object], field: str) -> None:
    with pytest.raises(BadInput) as refused:
        checked_deadlines(dataclasses.replace(NONE, **changes))
    assert refused.value.field == field
