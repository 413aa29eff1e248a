from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eperf.domain.errors import BadInput, NotInForce
from eperf.domain.staffing.grade import GRADE_TABLES, REGULATION, grade_table
from eperf.domain.staffing.need import (
    NeedRounding,
    Task,
    need_by_ability,
    need_by_equipment,
    need_by_tasks,
    workload,
)
from eperf.domain.staffing.time import (
    EFFECTIVE_TIMES,
    PER_YEAR,
    STANDARD,
    YEAR_MINUTES,
    derived_time,
    effective_time,
)

volumes = st.decimals(0, 10_000, places=2)
tasks = st.builds(Task, volumes, st.sampled_from(sorted(PER_YEAR)), volumes)
loads = st.integers(0, 10_000_000)


@given(st.lists(tasks, max_size=8), st.lists(tasks, max_size=8))
def test_a_workload_is_the_sum_of_its_tasks_in_any_order(one: list[Task], other: list[Task]) -> None:
    assert workload(one + other) == workload(other) + workload(one)


@given(tasks, st.integers(1, 50))
def test_more_of_a_task_is_as_many_times_the_workload(task: Task, times: int) -> None:
    assert workload([task] * times) == times * workload([task])


@given(loads, loads, st.integers(1, 200_000))
def test_more_work_never_needs_fewer_people(one: int, other: int, year_min: int) -> None:
    less, more = need_by_tasks(min(one, other), year_min), need_by_tasks(max(one, other), year_min)
    for rounding in NeedRounding:
        assert less.people(rounding) <= more.people(rounding)


@given(loads, st.integers(1, 200_000), st.integers(1, 1000))
def test_a_need_does_not_depend_on_the_unit_of_time(load: int, year_min: int, scale: int) -> None:
    assert need_by_tasks(load, year_min) == need_by_tasks(load * scale, year_min * scale)


@given(loads)
def test_the_roundings_lie_around_the_exact_need(load: int) -> None:
    need = need_by_tasks(load, 75_000)
    ceiling, half_up = (Fraction(need.people(way)) for way in (NeedRounding.CEILING, NeedRounding.HALF_UP))
    assert 0 <= ceiling - need.exact < 1
    assert Fraction(-1, 2) < half_up - need.exact <= Fraction(1, 2)
    assert abs(Fraction(need.shown) - need.exact) <= Fraction(1, 20_000)


def test_rounding_starts_from_the_exact_need_not_from_the_four_decimals() -> None:
    need = need_by_tasks(Decimal("112499.9"), 75_000)
    assert need.shown == Decimal("1.5000")
    assert need.people() == 1


def test_the_full_sets_of_effective_time_close() -> None:
    for row in EFFECTIVE_TIMES:
        assert row.factor("day") * row.day_min == row.factor("month") * row.month_min == row.year_min
        assert row.factor("week") * row.week_min == row.year_min
    assert {row.name: row.year_min for row in EFFECTIVE_TIMES}.items() <= YEAR_MINUTES.items()


@given(st.integers(0, 366), st.decimals(0, 24, places=1), st.decimals(0, 100, places=0))
def test_derived_time_is_days_times_hours_times_sixty(off: int, formal: Decimal, allowance: Decimal) -> None:
    time = derived_time(366, off, formal, allowance)
    assert time.minutes_per_year == time.hours_per_year * 60 == time.days * time.hours_per_day * 60
    assert time.hours_per_day <= formal


def test_equipment_multiplies_and_nothing_stands_still() -> None:
    assert need_by_equipment(2, {"operator": 3}, 2) == {"operator": 12}
    assert need_by_equipment(0, {"operator": 3}) == {"operator": 0}


@pytest.mark.parametrize(
    ("ratio", "grade"),
    [
        ("0", "E"), ("0.494", "E"), ("0.495", "D"), ("0.694", "D"), ("0.695", "C"), ("0.894", "C"),
        ("0.895", "B"), ("1", "B"), ("1.004", "B"), ("1.005", "A"), ("7", "A"),
    ],
)  # fmt: skip
def test_effectiveness_is_rounded_before_it_is_graded(ratio: str, grade: str) -> None:
    assert REGULATION.grade(Fraction(ratio)) == grade


@given(st.fractions(0, 3), st.fractions(0, 3))
def test_more_effectiveness_never_has_a_worse_grade(one: Fraction, other: Fraction) -> None:
    for table in GRADE_TABLES:
        assert table.grade(max(one, other)) <= table.grade(min(one, other))


def test_other_bounds_are_chosen_by_name() -> None:
    assert grade_table(date(2026, 1, 1), "found-91").grade(Fraction(91, 100)) == "A"
    assert grade_table(date(2026, 1, 1), "found-125").grade(Fraction(3, 4)) == "C"


@pytest.mark.parametrize(
    ("call", "field"),
    [
        (lambda: workload([Task(1, "decade", 1)]), "tasks.0.per"),
        (lambda: workload([Task(1, "day", 1), Task(-1, "day", 1)]), "tasks.1.volume"),
        (lambda: workload([Task(1, "day", Decimal("NaN"))]), "tasks.0.minutes_each"),
        (lambda: need_by_tasks(1, 0), "wke_min_per_year"),
        (lambda: need_by_tasks(-1, 1), "workload_min"),
        (lambda: need_by_ability(1, 0), "ability_per_person"),
        (lambda: need_by_equipment(1, {"operator": -1}), "staff_per_machine.operator"),
        (lambda: derived_time(365, 366, Decimal(7)), "non_working_days"),
        (lambda: derived_time(365, 100, Decimal(25)), "formal_hours"),
        (lambda: derived_time(365, 100, Decimal(7), Decimal(101)), "allowance_pct"),
        (lambda: effective_time(date(2026, 1, 1), "own"), "effective_time"),
        (lambda: grade_table(date(2026, 1, 1), "own"), "grade_table"),
        (lambda: REGULATION.grade(Fraction(-1)), "ej"),
    ],
)
def test_impossible_figures_are_refused_by_name(call: object, field: str) -> None:
    with pytest.raises(BadInput) as refusal:
        call()  # type: ignore[operator]
    assert refusal.value.field == field


def test_the_constant_depends_on_the_day() -> None:
    assert effective_time(date(2026, 1, 1)) is STANDARD
    with pytest.raises(NotInForce):
        effective_time(date(2019, 12, 31))
