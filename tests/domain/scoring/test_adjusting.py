"""Which facts of a closed month are other than before, and what that comes to."""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eperf.domain.scoring import UnitPeriod
from eperf.domain.scoring.adjusting import MOST_CAUSES, Cause, balance, causes, difference
from eperf.testing import activity, day, employee, unit_period
from eperf.testing.unit_period import MARCH
from tests.domain.scoring.months import months, without
from tests.support.examples import examples

SECOND = MARCH.first + timedelta(days=1)


def month(**changes: Any) -> UnitPeriod:
    known: dict[str, Any] = {
        "employees": [employee(1), employee(2)],
        "activities": [activity(1), activity(9, employee_id=2)],
        "days": [day(MARCH.first), day(SECOND, employee_id=2)],
    }  # fmt: skip
    return unit_period(**{**known, **changes})


@pytest.mark.parametrize(
    ("after", "found"),
    [
        (month(), []),
        (month(activities=[activity(9, employee_id=2)]), [Cause("activity", "1", "removed")]),
        (
            month(activities=[activity(1, quantity=2), activity(9, employee_id=2)]),
            [Cause("activity", "1", "changed")],
        ),
        (
            month(days=[day(MARCH.first, late_min=9), day(SECOND)]),
            [Cause("day", "2026-03-01", "changed"), Cause("day", "2026-03-02", "added")],
        ),
        (month(employees=[employee(1, job_class=7), employee(2)]), [Cause("employee", "1", "changed")]),
        (month(working_days=19), [Cause("unit", "U-1", "changed")]),
        # What is other than before of somebody else is not his.
        (month(activities=[activity(1), activity(9, employee_id=2, quantity=4)]), []),
    ],
)
def test_a_cause_is_a_fact_of_ones_own_that_is_other_than_before(
    after: UnitPeriod, found: list[Cause]
) -> None:
    assert causes(month(), after, 1) == found


def test_of_somebody_who_was_not_there_everything_was_added() -> None:
    everything = [Cause("activity", "1", "added"), Cause("day", "2026-03-01", "added")]
    assert causes(None, month(), 1) == everything
    other = unit_period([employee(2)])
    assert causes(other, month(), 1) == everything


def test_an_entry_names_no_more_than_fifty_facts() -> None:
    many = month(activities=[activity(number) for number in range(1, 200)])
    assert len(causes(month(activities=[]), many, 1)) == MOST_CAUSES


@given(facts=months(), data=st.data())
@examples(14)
def test_a_withdrawn_activity_is_the_only_cause(facts: UnitPeriod, data: st.DataObject) -> None:
    if facts.activities.is_empty():
        return
    row = data.draw(st.sampled_from(facts.activities.to_dicts()))
    after = without(facts, row["activity_id"])
    for one in facts.employees["employee_id"]:
        expected = (
            [Cause("activity", str(row["activity_id"]), "removed")] if one == row["employee_id"] else []
        )
        assert causes(facts, after, one) == expected
        assert [
            dataclasses.replace(cause, change="removed") for cause in causes(after, facts, one)
        ] == expected


@given(
    stored=st.none() | st.integers(-(10**6), 10**6),
    figures=st.lists(st.integers(-(10**6), 10**6), max_size=9),
)
def test_the_balance_is_the_last_figure(stored: int | None, figures: list[int]) -> None:
    before: int | None = stored
    differences = []
    for after in figures:
        differences.append(difference(before, after))
        before = after
    assert balance(stored, differences) == (figures[-1] if figures else (stored or 0))
