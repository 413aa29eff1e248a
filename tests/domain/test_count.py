"""Counts that are none are refused by every rule that computes with them, and none becomes a figure."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from eperf.domain.count import whole_count
from eperf.domain.errors import BadInput
from eperf.domain.integrity import approvals, device, entries, place, presence, texts
from eperf.domain.integrity.geo import Point, check_fence
from eperf.domain.staffing.month import month_load
from eperf.domain.staffing.moves import PostInUnit, redistribute
from eperf.domain.staffing.need import need_by_equipment, need_by_tasks
from eperf.domain.staffing.plan import five_year_plan
from eperf.domain.staffing.post import PostLoad, post_report
from eperf.domain.staffing.time import derived_time
from eperf.domain.transparency.cells import counts_hidden, rate_published, total_published
from eperf.domain.transparency.table import protect

NAN = float("nan")
NO_COUNTS: list[Any] = [True, 1.5, 2.0, NAN, "3", Decimal(3), -1, 10**30, None]
NO_NUMBERS: list[Any] = [True, NAN, "3", Decimal("NaN"), Decimal("Infinity"), Decimal("1e999"), 10**30]
ZERO = Point(0, 0)

COUNTERS: dict[str, Callable[[Any], object]] = {
    "staff": lambda odd: five_year_plan(4, odd),
    "retiring": lambda odd: five_year_plan(4, 9, retirements_by_year=[odd, 0, 0, 0, 0]),
    "approved": lambda odd: five_year_plan(4, 9, approved_unfilled=odd),
    "machines": lambda odd: need_by_equipment(odd, {"operator": 1}),
    "at a machine": lambda odd: need_by_equipment(1, {"operator": odd}),
    "existing": lambda odd: redistribute([PostInUnit("A", "clerk", 1, odd)]),
    "heads": lambda odd: month_load(odd, 20, 100),
    "days": lambda odd: month_load(1, odd, 100),
    "days of a year": lambda odd: derived_time(odd, 0, Decimal(7)),
    "days off": lambda odd: derived_time(365, odd, Decimal(7)),
    "own repeats": texts.own_repeats,
    "accounts": device.entry_helper,
    "approvals": lambda odd: approvals.approval_burst(odd, 30),
    "items": lambda odd: approvals.rubber_stamp(0, odd),
    "rejections": lambda odd: approvals.rubber_stamp(odd, 200),
    "top grades": lambda odd: approvals.no_variance(odd, 10),
    "outs": lambda odd: presence.missing_outs(20, odd),
    "last days": lambda odd: entries.last_minute(20, odd),
    "durations": lambda odd: entries.round_minutes([60, odd]),
    "check-ins": lambda odd: place.no_jitter([(ZERO, odd)]),
    "seconds": lambda odd: place.impossible_travel(ZERO, ZERO, odd),
    "base": lambda odd: rate_published(0, odd, 6),
    "numerator": lambda odd: rate_published(odd, 8, 6),
    "least": lambda odd: rate_published(1, 8, odd),
    "cell": lambda odd: protect([[odd, 9], [9, 9]], 6),
}
NUMBERS: dict[str, Callable[[Any], object]] = {
    "workload": lambda odd: need_by_tasks(odd, 75_000),
    "year": lambda odd: need_by_tasks(100, odd),
    "post": lambda odd: post_report(PostLoad("clerk", odd, 1), 75_000),
    "growth": lambda odd: five_year_plan(4, 4, growth_pct=odd),
    "hours": lambda odd: derived_time(365, 100, odd),
    "review": lambda odd: approvals.approval_burst(1, 30, odd),
    "lag": lambda odd: entries.back_dated(1, 1, odd),
    "own minutes": lambda odd: entries.padded(odd, Decimal(2)),
    "median": lambda odd: entries.padded(Decimal(2), odd),
    "own share": lambda odd: device.not_by_finger(odd, Decimal(5)),
    "unit's share": lambda odd: device.not_by_finger(Decimal(60), odd),
    "accuracies": lambda odd: place.mock_place([odd]),
    "degrees": lambda odd: Point.of(odd, Decimal(0)),
    "radius": lambda odd: check_fence(ZERO, ZERO, odd, Decimal(5)),
    "accuracy": lambda odd: check_fence(ZERO, ZERO, Decimal(5), odd),
    "contributions": lambda odd: total_published([odd, Decimal(1)]),
}


@pytest.mark.parametrize("odd", NO_COUNTS, ids=repr)
@pytest.mark.parametrize("name", COUNTERS)
def test_a_rule_refuses_what_is_no_count(name: str, odd: Any) -> None:
    with pytest.raises(BadInput):
        COUNTERS[name](odd)


@pytest.mark.parametrize("odd", NO_NUMBERS, ids=repr)
@pytest.mark.parametrize("name", NUMBERS)
def test_a_rule_refuses_what_is_no_number_of_its_size(name: str, odd: Any) -> None:
    with pytest.raises(BadInput):
        NUMBERS[name](odd)


def test_a_count_reaches_its_bound_and_not_one_more() -> None:
    assert (whole_count("days", 0, 31), whole_count("days", 31, 31)) == (0, 31)
    with pytest.raises(BadInput) as refusal:
        whole_count("days", 32, 31)
    assert refusal.value.field == "days"


def test_an_unknown_count_is_hidden_and_none_that_is_odd_is() -> None:
    assert counts_hidden([None, 6], 6) == [True, False]
    with pytest.raises(BadInput):
        counts_hidden([NAN], 6)  # type: ignore[list-item]


@pytest.mark.parametrize("nobody", ["", "  ", None])
def test_nobody_approves_or_owns_work(nobody: Any) -> None:
    for actor, owner in ((nobody, "P1"), ("P1", nobody)):
        with pytest.raises(BadInput):
            approvals.attempt("approve", actor, owner, "submitted")


def test_a_coordinate_far_beyond_the_earth_is_refused_as_one() -> None:
    with pytest.raises(BadInput):
        Point(10**400, 0)
