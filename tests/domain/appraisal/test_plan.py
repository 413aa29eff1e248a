"""What may stand in a plan, which target may serve which, and that no target serves itself."""

from __future__ import annotations

import dataclasses
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eperf.domain.appraisal.deadline import Deadline, Step, checked_deadline, require_in_time
from eperf.domain.appraisal.plan import (
    MOST_CASCADE,
    Aspect,
    Place,
    PlanLevel,
    Reported,
    Target,
    checked_reported,
    checked_targets,
    require_no_ring,
    require_serves,
)
from eperf.domain.appraisal.term import Term
from eperf.domain.errors import BadInput, CascadeCycle, DeadlinePassed, NotFound, Refused, TooMany
from eperf.domain.period import YearMonth

YEAR, MARCH = Term.parse("2026"), Term.parse("2026-03")
REPORT = Target("Laporan tersusun", Aspect.QUANTITY, "laporan", 1200)


def changed(**values: object) -> Target:
    return dataclasses.replace(REPORT, **values)  # type: ignore[arg-type]


def test_the_aspects_of_one_result_are_targets_of_one_title() -> None:
    found = checked_targets(
        [changed(title=" Laporan tersusun "), changed(aspect=Aspect.TIME, measure="hari")]
    )
    assert [one.title for one in found] == ["Laporan tersusun"] * 2


@pytest.mark.parametrize(
    ("targets", "field"),
    [
        ([REPORT, REPORT], "targets.1.title"),
        ([changed(target_h=0)], "targets.0.target"),
        ([changed(title=" ")], "targets.0.title"),
        ([changed(measure="")], "targets.0.measure"),
        ([changed(weight_h=0)], "targets.0.weight"),
        ([changed(weight_h=100), changed(aspect=Aspect.COST)], "targets"),
        ([changed(title=str(n)) for n in range(101)], "targets"),
    ],
)
def test_what_cannot_stand_in_one_plan_is_refused_by_its_path(targets: list[Target], field: str) -> None:
    with pytest.raises(Refused) as refused:
        checked_targets(targets)
    assert refused.value.field == field


OFFICE, AGENCY, OTHER = 1, 2, 3
ABOVE = [OFFICE, AGENCY]
MINE = Place(OFFICE, 10, PlanLevel.INDIVIDUAL, MARCH)


def person(number: int, term: Term = YEAR) -> Place:
    return Place(OFFICE, number, PlanLevel.INDIVIDUAL, term)


def unit(number: int, level: PlanLevel = PlanLevel.IKU) -> Place:
    return Place(number, None, level, YEAR)


@pytest.mark.parametrize(
    ("child", "parent", "allowed"),
    [
        (MINE, person(20), True),
        (MINE, person(30), False),
        (MINE, person(10), True),
        (MINE, person(10, MARCH), False),
        (MINE, unit(OFFICE), True),
        (MINE, unit(AGENCY, PlanLevel.IKK), True),
        (MINE, unit(OTHER), False),
        (unit(OFFICE, PlanLevel.IKK), unit(OFFICE), True),
        (unit(OFFICE, PlanLevel.IKK), unit(AGENCY, PlanLevel.IKK), True),
        (unit(OFFICE, PlanLevel.IKK), unit(OFFICE, PlanLevel.IKK), False),
        (unit(OFFICE), unit(AGENCY), True),
        (unit(OFFICE), unit(OFFICE), False),
        (unit(OFFICE), unit(OTHER), False),
        (unit(OFFICE), person(20), False),
    ],
)
def test_a_target_serves_the_superior_the_unit_or_the_longer_plan(
    child: Place, parent: Place, allowed: bool
) -> None:
    if allowed:
        require_serves("parent", 7, child, parent, 20, ABOVE)
    else:
        with pytest.raises(NotFound):
            require_serves("parent", 7, child, parent, 20, ABOVE)


def test_a_plan_of_a_longer_term_serves_none_of_a_shorter() -> None:
    with pytest.raises(BadInput, match="does not hold"):
        require_serves("parent", 7, person(10), person(20, MARCH), 20, ABOVE)


@given(st.data())
def test_whatever_is_linked_in_whatever_order_no_target_serves_itself(data: st.DataObject) -> None:
    parents: dict[int, int | None] = dict.fromkeys(range(1, 9))
    for _ in range(data.draw(st.integers(0, 25))):
        child, parent = data.draw(st.integers(1, 8)), data.draw(st.integers(1, 8))
        try:
            require_no_ring("parent", child, parent, parents.get)
        except CascadeCycle:
            continue
        parents[child] = parent
    for start in parents:
        at, seen = parents[start], set()
        while at is not None:
            assert at != start
            assert at not in seen
            seen.add(at)
            at = parents[at]


def test_a_cascade_has_an_end() -> None:
    with pytest.raises(TooMany):
        require_no_ring("parent", None, MOST_CASCADE + 1, lambda one: one - 1 if one > 1 else None)
    require_no_ring("parent", None, MOST_CASCADE, lambda one: one - 1 if one > 1 else None)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"through": YearMonth(2025, 12)}, "through"),
        ({"through": YearMonth(2026, 4)}, "through"),
        ({"realised_h": -1}, "realised"),
        ({"files": (1, 1)}, "files"),
        ({"files": tuple(range(1, 12))}, "files"),
        ({"note": "a\x00"}, "note"),
    ],
)
def test_a_report_lies_in_the_plan_and_not_ahead(changes: dict[str, object], field: str) -> None:
    given = Reported(YearMonth(2026, 3), 100, "Selesai", (1, 2))
    assert checked_reported(given, YEAR, YearMonth(2026, 3)) == given
    with pytest.raises(Refused) as refused:
        checked_reported(dataclasses.replace(given, **changes), YEAR, YearMonth(2026, 3))  # type: ignore[arg-type]
    assert refused.value.field == field


def test_a_deadline_holds_through_its_last_day() -> None:
    last = date(2026, 1, 31)
    require_in_time(Step.PLAN_SUBMIT, last, last)
    require_in_time(Step.PLAN_SUBMIT, None, date(2199, 1, 1))
    with pytest.raises(DeadlinePassed, match="2026-01-31"):
        require_in_time(Step.PLAN_SUBMIT, last, date(2026, 2, 1))


def test_a_deadline_far_from_its_period_is_a_slip() -> None:
    given = Deadline(1, Step.PLAN_SUBMIT, YEAR, date(2026, 1, 31), " SE 1/2026 ")
    assert checked_deadline(given).legal_basis == "SE 1/2026"
    for until in (date(2024, 12, 31), date(2029, 1, 1)):
        with pytest.raises(BadInput):
            checked_deadline(dataclasses.replace(given, until=until))
