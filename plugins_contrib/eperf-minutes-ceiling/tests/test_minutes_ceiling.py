from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import eperf_minutes_ceiling
from eperf.domain.scoring import score
from eperf.plugins import BadInput
from eperf.plugins.rules import Deciding, half_up_to
from eperf.testing import (
    activity,
    assert_explained,
    assert_missing_is_said,
    assert_order_free,
    assert_pure,
    assert_settings_are_asked_for,
    day,
    employee,
    random_month,
    registry_of,
    scored,
    target,
    unit_period,
)
from eperf_minutes_ceiling.rules import (
    Activities,
    Group,
    Part,
    Realisation,
    plan_pct,
    result,
    weights_of,
    work_activity,
)
from eperf_minutes_ceiling.samples import SAMPLES
from eperf_minutes_ceiling.scheme import SCHEME
from eperf_minutes_ceiling.settings import CeilingSettings, ResultSettings
from eperf_minutes_ceiling.whole import RESULT

ON = date(2026, 3, 1)
CHOSEN = CeilingSettings(absent_min=300, leave_min=150, reducer_basis="Pergub contoh 1/2026 pasal 4")
DONE = st.lists(
    st.builds(Activities, st.integers(0, 120).map(Decimal), st.integers(0, 60).map(Decimal)), max_size=6
)


@given(done=DONE, days=st.integers(1, 31), reducer=st.integers(0, 12_000))
def test_the_score_is_bounded_by_the_ceiling_and_free_of_order(
    done: list[Activities], days: int, reducer: int
) -> None:
    found = work_activity(days, done, reducer, ON)
    assert 0 <= found.score_pct <= 100
    assert 0 <= found.max_limit_min <= found.month_minutes == days * 300
    assert work_activity(days, done[::-1], reducer, ON) == found
    assert work_activity(days, done, reducer + 1, ON).score_pct <= found.score_pct
    assert work_activity(days, done[:-1], reducer, ON).score_pct <= found.score_pct


@given(done=DONE, days=st.integers(1, 31))
def test_absence_costs_nothing_below_the_lowered_ceiling(done: list[Activities], days: int) -> None:
    whole = work_activity(days, done, 0, ON)
    room = max(0, whole.month_minutes - int(whole.achievement_min))
    assert work_activity(days, done, room, ON).score_pct == whole.score_pct


def test_more_absence_than_a_month_leaves_a_ceiling_of_zero() -> None:
    found = work_activity(1, [Activities(Decimal(60), Decimal(5))], 301, ON)
    assert (found.max_limit_min, found.score_pct) == (0, 0)


def test_a_plan_counts_each_target_alike_and_is_not_bounded() -> None:
    assert plan_pct([Realisation(Decimal(3), Decimal(1))]) == Decimal("33.33")
    assert plan_pct([Realisation(Decimal(1), Decimal(2)), Realisation(Decimal(100), Decimal(0))]) == 100
    assert plan_pct([Realisation(Decimal(1), Decimal(2))]) == 200


def test_every_group_has_weights_or_says_that_the_unit_must_map_them() -> None:
    for group in Group:
        if group in (Group.ADMINISTRATOR, Group.SUPERVISOR):
            with pytest.raises(BadInput, match="mapping"):
                weights_of(group, ON)
            mapping = (Part.ACTION_PLAN, Part.OWN_PLAN, Part.ACTIVITY)
            assert list(weights_of(group, ON, mapping).values()) == [50, 30, 20]
            with pytest.raises(BadInput, match="mapping"):
                weights_of(group, ON, (Part.ACTIVITY, Part.ACTIVITY, Part.OWN_PLAN))
        else:
            assert sum(weights_of(group, ON).values()) == 100


def test_deductions_come_off_the_weighted_amount() -> None:
    weights = weights_of(Group.TGUPP, ON)
    values = {Part.OWN_PLAN: Decimal(100), Part.ACTIVITY: Decimal("90.91")}
    assert result(weights, values, Decimal(10_000_000), Decimal(1)) == (Decimal("96.364"), Decimal(9_636_399))


def test_what_is_missing_or_cannot_be_is_refused_by_name() -> None:
    weights = weights_of(Group.IMPLEMENTER, ON)
    with pytest.raises(BadInput, match="activity"):
        result(weights, {Part.OWN_PLAN: Decimal(1)}, Decimal(1), Decimal(0))
    with pytest.raises(BadInput, match="group"):
        Group.parse("staff")
    with pytest.raises(BadInput, match="working_days"):
        work_activity(0, [], 0, ON)
    with pytest.raises(BadInput, match="absence_reducer_min"):
        work_activity(20, [], -1, ON)
    with pytest.raises(BadInput, match="targets"):
        plan_pct([])
    with pytest.raises(BadInput, match="target"):
        plan_pct([Realisation(Decimal(0), Decimal(1))])
    with pytest.raises(BadInput, match="2019-12-31"):
        weights_of(Group.IMPLEMENTER, date(2019, 12, 31))


PRESENT = day(date(2026, 3, 31))


def score_of(*activities: Any, days: Any = (PRESENT,), working_days: int = 20) -> int:
    facts = unit_period([employee(1)], activities, days, working_days=working_days)
    return scored(SCHEME, facts, CHOSEN).scores["score_h"].item()


def test_minutes_are_the_norm_times_the_quantity_of_verified_activities() -> None:
    assert score_of(activity(1, norm_min=60, quantity=50)) == 5_000
    assert score_of(activity(1, norm_min=60, quantity=50, state="submitted")) == 0
    assert score_of(activity(1, norm_min=None, quantity=50)) == 0
    assert score_of(activity(1, norm_min=60, quantity=200)) == 10_000


def test_absence_lowers_what_can_be_earned_and_the_explanation_says_so() -> None:
    days = [day(date(2026, 3, 2), status="absent"), day(date(2026, 3, 3), status="leave")]
    assert score_of(activity(1, norm_min=60, quantity=90), days=days) == 9_000
    facts = unit_period([employee(1)], [activity(1, norm_min=60, quantity=100)], days, working_days=20)
    trail = scored(SCHEME, facts, CHOSEN).trail(1)
    assert [leaf["amount"] for leaf in trail] == ["100.00", "-7.50"]
    assert trail[-1]["facts"]["ceiling_min"] == "5550"
    assert trail[-1]["facts"]["reducer_basis"] == "Pergub contoh 1/2026 pasal 4"


def test_a_month_without_working_days_is_provisional_and_not_zero() -> None:
    facts = unit_period([employee(1)], [activity(1, norm_min=60)], [PRESENT], working_days=0)
    found = score(SCHEME, CHOSEN, facts)
    assert not found.failures
    assert found.scores.rows() == [(1, None, "provisional", "no-working-days")]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("absent_min", -1),
        ("absent_min", 1441),
        ("leave_min", -1),
        ("reducer_basis", " "),
        ("reducer_basis", "x" * 301),
    ],
)
def test_settings_that_cannot_be_are_refused_by_name(name: str, value: Any) -> None:
    good = {"absent_min": 0, "leave_min": 0, "reducer_basis": "uji"}
    with pytest.raises(ValueError, match=name):
        CeilingSettings(**{**good, name: value})


def test_the_plugin_fits_eperf() -> None:
    registry = registry_of("minutes-ceiling", eperf_minutes_ceiling)
    assert registry.schemes["minutes-ceiling/activity"].part is SCHEME
    assert registry.schemes["minutes-ceiling/result"].part is RESULT


def test_the_plugin_imports_only_the_faces() -> None:
    for file in Path(eperf_minutes_ceiling.__file__).parent.rglob("*.py"):
        for line in file.read_text().splitlines():
            if "eperf" in line and line.startswith(("import ", "from ")):
                assert line.split()[1].startswith(("eperf.plugins", "eperf_minutes_ceiling")), line


ENTRIES = st.lists(
    st.tuples(
        st.integers(1, 3),
        st.integers(0, 100),
        st.one_of(st.none(), st.integers(0, 60)),
        st.sampled_from(["verified", "returned"]),
    ),
    max_size=12,
)
ABSENCES = st.lists(
    st.tuples(st.integers(1, 3), st.integers(1, 31), st.sampled_from(["absent", "leave", "present"])),
    max_size=12,
    unique_by=lambda row: row[:2],
)


@given(entries=ENTRIES, absences=ABSENCES, working_days=st.integers(1, 23))
@settings(max_examples=40, deadline=None)
def test_the_scheme_is_the_rule_and_keeps_the_laws_of_scoring(
    entries: list[tuple[Any, ...]], absences: list[tuple[Any, ...]], working_days: int
) -> None:
    activities = [
        activity(number, employee_id=person, quantity=quantity, norm_min=norm, state=state)
        for number, (person, quantity, norm, state) in enumerate(entries)
    ]
    days = [day(date(2026, 3, on), employee_id=person, status=status) for person, on, status in absences]
    known = {person for person, _, _ in absences}
    people = [employee(one) for one in (1, 2, 3)]
    facts = unit_period(people, activities, days, working_days=working_days)
    found = scored(SCHEME, facts, CHOSEN)
    assert_explained(found)
    assert_order_free(SCHEME, CHOSEN, facts)
    assert_pure(SCHEME, CHOSEN, facts)
    for person, score_h in found.scores.select("employee_id", "score_h").iter_rows():
        done = [
            Activities(Decimal(norm or 0), Decimal(quantity))
            for who, quantity, norm, state in entries
            if who == person and state == "verified"
        ]
        if person not in known:
            assert score_h is None
            continue
        costs = {"absent": 300, "leave": 150, "present": 0}
        reducer = sum(costs[status] for who, _, status in absences if who == person)
        assert score_h == work_activity(working_days, done, reducer, ON).score_pct * 100


WHOLE = ResultSettings(
    absent_min=300, leave_min=150, reducer_basis="Pergub contoh 1/2026 pasal 4", deciding=Deciding.MONTH
)


def whole_of(post: str | None, *targets: tuple[int, int], group: str | None = None) -> tuple[Any, ...]:
    """The row of somebody in a post with 3,000 of 6,000 minutes and these targets."""
    plan = [
        target(number, period="2026-03", target=wanted, realised=reached)
        for number, (wanted, reached) in enumerate(targets)
    ]
    people = [employee(1, position_kind=post, group=group)]
    done = [activity(1, norm_min=60, quantity=50)]
    return scored(RESULT, unit_period(people, done, [PRESENT], plan), WHOLE).scores.row(0)


@pytest.mark.parametrize(
    ("post", "group", "score"),
    [
        ("implementer", None, 60 * 80 + 40 * 50),
        ("functional", None, 60 * 80 + 40 * 50),
        ("functional", "tgupp", 60 * 80 + 40 * 50),
        ("leader_first", None, 100 * 80),
        (None, "implementer", 60 * 80 + 40 * 50),
    ],
)
def test_plan_and_activity_weigh_by_the_group_of_the_post(
    post: str | None, group: str | None, score: int
) -> None:
    assert whole_of(post, (10, 8), group=group)[1] == score


def test_no_bound_is_declared_for_a_result_whose_plan_has_none() -> None:
    assert whole_of("implementer", (10, 100))[1] == 60 * 1_000 + 40 * 50
    assert {one.part: one.most for one in SAMPLES} == {"activity": 100, "result": None}


def test_the_plan_is_the_mean_of_its_targets_and_the_result_is_the_rule() -> None:
    targets = [(3, 1), (7, 7), (9, 20)]
    plan = plan_pct([Realisation(Decimal(wanted), Decimal(reached)) for wanted, reached in targets])
    values = {Part.OWN_PLAN: plan, Part.ACTIVITY: Decimal(50)}
    percent = result(weights_of(Group.IMPLEMENTER, ON), values, Decimal(0), Decimal(0)).result_pct
    assert whole_of("implementer", *targets)[1] == half_up_to(percent * 100, 0)


@pytest.mark.parametrize(
    ("post", "targets", "cause"),
    [
        ("administrator", [(1, 1)], "component-unknown:administrator"),
        ("supervisor", [(1, 1)], "component-unknown:supervisor"),
        (None, [(1, 1)], "group-unknown"),
        ("implementer", [], "targets-missing:2026-03"),
    ],
)
def test_who_has_no_result_is_told_why(post: str | None, targets: list[tuple[int, int]], cause: str) -> None:
    assert whole_of(post, *targets) == (1, None, "provisional", cause)


def test_what_the_source_leaves_open_is_asked_for() -> None:
    given = {"absent_min": 300, "leave_min": 0, "reducer_basis": "uji"}
    assert_settings_are_asked_for(SCHEME, given)
    assert_settings_are_asked_for(RESULT, {**given, "deciding": "month"})


@given(seed=st.integers(0, 2**32))
@settings(max_examples=6, deadline=None)
def test_the_laws_of_scoring_hold_for_the_whole(seed: int) -> None:
    facts = random_month(seed)
    assert_explained(score(RESULT, WHOLE, facts))
    assert_order_free(RESULT, WHOLE, facts, seed)
    assert_pure(RESULT, WHOLE, facts)
    for needed in ("days", "targets", "employees.position_kind"):
        assert_missing_is_said(RESULT, WHOLE, random_month(seed, whole=True), needed)
