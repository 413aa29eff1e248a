from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eperf.domain.errors import BadInput
from eperf.domain.scoring.norm_pay import (
    NORM_RULES,
    STATUSES,
    Entry,
    Paid,
    Shares,
    basic_amount,
    counted_minutes,
    net_amount,
    norm_is_valid,
    parts_paid,
)

ON = date(2026, 1, 1)
HALVES = Shares(Decimal("0.6"), Decimal("0.4"))
ENTRIES = st.lists(
    st.builds(
        Entry,
        norm_min=st.integers(1, 60).map(Decimal),
        status=st.sampled_from(STATUSES),
        in_working_hours=st.booleans(),
        count=st.integers(0, 100),
    ),
    max_size=8,
)


def paid(**changes: Any) -> Paid:
    given = {"total_min": 6600, "limit_min": 6600, "attendance_pct": Decimal(100)} | changes
    return parts_paid(HALVES, Decimal(5_000_000), Decimal(1), **given)


@given(entries=ENTRIES, extra=st.integers(0, 7000), limit=st.integers(1, 7000))
def test_counted_minutes_never_pass_the_limit_and_never_depend_on_the_order(
    entries: list[Entry], extra: int, limit: int
) -> None:
    counted = counted_minutes(entries, limit, extra, ON)
    assert 0 <= counted <= limit
    assert counted_minutes(entries[::-1], limit, extra, ON) == counted
    assert counted_minutes(entries, limit, extra + 1, ON) >= counted
    for number in range(len(entries)):
        assert counted_minutes(entries[:number], limit, extra, ON) <= counted


def test_only_approved_entries_inside_working_hours_count() -> None:
    for status in STATUSES:
        counted = counted_minutes([Entry(Decimal(30), status, in_working_hours=True)], 6600, 0, ON)
        assert counted == (30 if status == "approved" else 0)
    assert counted_minutes([Entry(Decimal(30), "approved", in_working_hours=False)], 6600, 0, ON) == 0


@pytest.mark.parametrize(
    ("norm", "valid"),
    [("0", False), ("0.01", True), ("60", True), ("60.01", False), ("-1", False), ("NaN", False)],
)
def test_a_norm_is_above_zero_and_at_most_an_hour(norm: str, valid: bool) -> None:
    assert norm_is_valid(Decimal(norm), ON) is valid


def test_the_printed_limit_was_of_three_months_and_is_a_setting_since() -> None:
    assert [rule.limit_min for rule in NORM_RULES if rule.covers(date(2020, 3, 31))] == [6600]
    assert [rule.limit_min for rule in NORM_RULES if rule.covers(date(2020, 4, 1))] == [None]


def test_who_has_no_performance_has_no_workload_part_and_a_punishment_takes_both() -> None:
    assert paid() == (3_000_000, 2_000_000)
    assert paid(total_min=0) == (0, 0)
    assert paid(running_punishment=True) == (0, 0)
    assert paid(attendance_pct=Decimal(0)) == (3_000_000, 0)


def test_minutes_beyond_the_limit_count_as_the_limit() -> None:
    assert paid(total_min=9000) == paid(total_min=6600)


@given(minutes=st.integers(0, 7000), more=st.integers(0, 500))
def test_more_minutes_never_pay_less(minutes: int, more: int) -> None:
    assert paid(total_min=minutes).performance_rp <= paid(total_min=minutes + more).performance_rp
    assert paid(total_min=minutes).workload_rp <= paid(total_min=minutes + more).workload_rp


def test_the_basic_amount_is_rounded_up() -> None:
    one = Decimal(1)
    assert basic_amount(one, one, one, Decimal(1000)) == 1000
    assert basic_amount(one, one, one, Decimal("1000.01")) == 1001


def test_insurance_has_a_highest_base_and_tax_goes_by_golongan() -> None:
    assert net_amount(Decimal(10_000_000), 3, ON) == 9_400_000
    assert net_amount(Decimal(10_000_000), 4, ON) == 8_400_000
    assert net_amount(Decimal(10_000_000), 2, ON) == 9_900_000
    assert net_amount(Decimal(20_000_000), 2, ON) == 19_880_000
    assert net_amount(Decimal(10_000_000), 2, ON, on_probation=True) == 7_920_000
    assert net_amount(Decimal(-5), 3, ON) == 0


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"limit_min": 0}, "limit_min"),
        ({"total_min": -1}, "total_min"),
        ({"attendance_pct": Decimal("100.01")}, "attendance_pct"),
    ],
)
def test_what_cannot_be_is_refused_by_name(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(BadInput, match=field):
        paid(**changes)


@pytest.mark.parametrize(
    ("entry", "field"),
    [
        (Entry(Decimal(61), "approved", in_working_hours=True), "norm_min"),
        (Entry(Decimal(10), "verified?", in_working_hours=True), "status"),
        (Entry(Decimal(10), "approved", in_working_hours=True, count=-1), "count"),
    ],
)
def test_an_entry_that_cannot_be_is_refused_by_name(entry: Entry, field: str) -> None:
    with pytest.raises(BadInput, match=field):
        counted_minutes([entry], 6600, 0, ON)
