from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eperf.domain.errors import BadInput, NotInForce
from eperf.domain.staffing.calendar import proposal_year
from eperf.domain.staffing.moves import Balance, PostInUnit, Redistribution, redistribute
from eperf.domain.staffing.need import NeedRounding
from eperf.domain.staffing.plan import RETIREMENT_AGES, balance_after, five_year_plan, retirement_age
from eperf.domain.staffing.post import Load, PostLoad, PostState, post_report, unit_report

YEAR = 75_000
posts = st.builds(PostLoad, st.sampled_from("abc"), st.integers(0, 2_000_000), st.integers(0, 12))
rows = st.lists(
    st.builds(
        PostInUnit,
        st.sampled_from("ABCDE"),
        st.sampled_from(["analyst", "clerk", "driver"]),
        st.integers(0, 9),
        st.integers(0, 9),
        st.sampled_from([None, "7", "8"]),
    ),
    max_size=20,
    unique_by=lambda row: (row.unit, row.post, row.job_class),
)


@given(posts, st.integers(1, 100))
def test_effectiveness_does_not_depend_on_the_unit_of_time(post: PostLoad, scale: int) -> None:
    scaled = PostLoad(post.post, Fraction(post.workload_min or 0) * scale, post.existing)
    assert post_report(post, YEAR) == post_report(scaled, YEAR * scale)


@given(posts)
def test_one_more_person_never_raises_effectiveness_and_raises_the_balance_by_one(post: PostLoad) -> None:
    more = post_report(PostLoad(post.post, post.workload_min, post.existing + 1), YEAR)
    less = post_report(post, YEAR)
    assert more.balance == less.balance + 1
    if less.effectiveness.ratio is not None:
        assert more.effectiveness.ratio <= less.effectiveness.ratio  # type: ignore[operator]


@given(st.lists(posts, max_size=8), st.randoms(use_true_random=False))
def test_a_unit_is_the_same_in_any_order_and_never_nets(unit: list[PostLoad], random: object) -> None:
    report = unit_report(unit, YEAR)
    shuffled = list(unit)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    other = unit_report(shuffled, YEAR)
    assert (report.effectiveness, report.surplus, report.shortage) == (
        other.effectiveness, other.surplus, other.shortage,
    )  # fmt: skip
    assert report.surplus - report.shortage == sum(post.balance for post in report.posts)
    assert report.surplus == sum(post.balance for post in report.posts if post.balance > 0)


def test_a_balanced_unit_with_one_post_over_and_one_under_shows_both() -> None:
    report = unit_report([PostLoad("analyst", 225_000, 4), PostLoad("clerk", 150_000, 1)], YEAR)
    assert (report.effectiveness.ratio, report.surplus, report.shortage) == (Decimal("1.00"), 1, 1)


def test_a_post_says_what_its_grade_means() -> None:
    found = [
        post_report(PostLoad("p", load, 2), YEAR).effectiveness.load for load in (151_000, 150_000, 90_000)
    ]
    assert found == [Load.OVERLOAD, Load.FULL, Load.SPARE]


@pytest.mark.parametrize(
    ("load", "existing", "state"),
    [
        (90_000, 0, PostState.EMPTY), (0, 0, PostState.EMPTY), (300_000, 1, PostState.SHORT),
        (75_000, 2, PostState.SURPLUS), (75_000, 1, PostState.BALANCED), (None, 3, PostState.NO_ANALYSIS),
    ],
)  # fmt: skip
def test_every_post_is_in_one_state(load: int | None, existing: int, state: PostState) -> None:
    report = post_report(PostLoad("p", load, existing), YEAR)
    assert report.state is state
    assert (report.effectiveness.ratio is None) is (existing == 0 or load is None)


def test_people_of_a_post_without_an_analysis_are_no_surplus_and_do_not_dilute_the_unit() -> None:
    unit = [PostLoad("a", None, 50), PostLoad("b", 75_000, 1)]
    report = unit_report(unit, YEAR)
    assert (report.surplus, report.effectiveness.ratio) == (0, Decimal("1.00"))


def test_rounding_up_needs_one_more() -> None:
    post = PostLoad("p", 92_000, 1)
    assert post_report(post, YEAR).balance == 0
    assert post_report(post, YEAR, rounding=NeedRounding.CEILING).balance == -1


def sums(balances: Iterable[Balance], sign: int) -> Counter[tuple[str, str | None]]:
    found: Counter[tuple[str, str | None]] = Counter()
    for one in balances:
        found[one.post, one.job_class] += max(0, sign * one.balance)
    return +found


def moved(found: Redistribution) -> Counter[tuple[str, str | None]]:
    people: Counter[tuple[str, str | None]] = Counter()
    for move in found.moves:
        people[move.post, move.job_class] += move.people
    return people


@given(rows)
def test_in_each_post_the_smaller_of_surplus_and_shortage_moves_and_the_rest_stays(
    given_rows: list[PostInUnit],
) -> None:
    found = redistribute(given_rows)
    over, short, people = sums(found.balances, 1), sums(found.balances, -1), moved(found)
    assert all(people[post] == min(over[post], short[post]) for post in over | short)
    assert sums(found.after, 1) == over - people
    assert sums(found.after, -1) == short - people
    assert found.total_surplus == over.total()
    assert found.total_shortage == short.total()


@given(rows)
def test_no_move_turns_a_surplus_into_a_shortage_or_the_other_way(given_rows: list[PostInUnit]) -> None:
    found = redistribute(given_rows)
    for before, after in zip(found.balances, found.after, strict=True):
        assert abs(after.balance) <= abs(before.balance)
        assert after.balance * before.balance >= 0
    assert all(move.people > 0 and move.from_unit != move.to_unit for move in found.moves)


@given(rows, st.randoms(use_true_random=False))
def test_how_many_move_in_a_post_does_not_depend_on_the_order(
    given_rows: list[PostInUnit], random: object
) -> None:
    shuffled = list(given_rows)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert moved(redistribute(given_rows)) == moved(redistribute(shuffled))


def test_another_class_is_another_post() -> None:
    one = [PostInUnit("A", "analyst", 1, 3, "8"), PostInUnit("B", "analyst", 3, 1, "9")]
    assert redistribute(one).moves == ()


def test_a_post_listed_twice_is_refused() -> None:
    with pytest.raises(BadInput, match=r"rows\.1"):
        redistribute([PostInUnit("A", "clerk", 1, 1), PostInUnit("A", "clerk", 2, 1)])


plans = st.fixed_dictionaries(
    {
        "need": st.decimals(0, 50, places=2),
        "staff": st.integers(50, 60),
        "growth_pct": st.decimals(-50, 50, places=1),
        "retirements_by_year": st.lists(st.integers(0, 10), min_size=5, max_size=5),
        "approved_unfilled": st.integers(0, 5),
    }
)


@given(plans)
def test_after_each_year_there_are_at_least_as_many_as_needed_and_no_more_recruits_than_that(
    plan: dict,
) -> None:
    found = five_year_plan(**plan)
    on_hand = plan["staff"] + plan["approved_unfilled"]
    for need, recruit, leaving in zip(
        found.need_by_year, found.recruit_by_year, plan["retirements_by_year"], strict=True
    ):
        on_hand += recruit - leaving
        assert on_hand >= need
        assert recruit == 0 or on_hand == need
    assert found.total == sum(found.recruit_by_year)


def test_a_need_that_halves_is_rounded_from_the_first_need_each_year() -> None:
    assert five_year_plan(5, 5, growth_pct=-50).need_by_year == (3, 1, 1, 0, 0)


@pytest.mark.parametrize(
    ("plan", "field"),
    [
        ({"retirements_by_year": [0] * 4}, "retirements_by_year"),
        ({"retirements_by_year": [0, 0, 0, 0, -1]}, "retirements_by_year.4"),
        ({"retirements_by_year": [9, 0, 0, 0, 0]}, "retirements_by_year.0"),
        ({"growth_pct": -101}, "growth_pct"),
        ({"approved_unfilled": -1}, "approved_unfilled"),
    ],
)
def test_an_impossible_plan_is_refused_by_name(plan: dict, field: str) -> None:
    with pytest.raises(BadInput) as refusal:
        five_year_plan(4, 4, **plan)
    assert refusal.value.field == field


def test_those_who_leave_lower_a_surplus_and_deepen_a_shortage() -> None:
    assert (balance_after(2, 3), balance_after(-1, 2)) == (-1, -3)


def test_retirement_ages_are_by_kind_of_post() -> None:
    day = RETIREMENT_AGES[0].valid_from
    assert {row.post_kind: retirement_age(row.post_kind, day).years for row in RETIREMENT_AGES} == {
        "administrator": 58, "supervisor": 58, "implementer": 58, "functional_to_muda": 58, "jpt": 60,
        "functional_madya": 60, "functional_utama": 65,
    }  # fmt: skip
    with pytest.raises(BadInput, match="post_kind"):
        retirement_age("astronaut", day)


def test_a_proposal_compares_with_the_last_day_of_the_year_before() -> None:
    year = proposal_year(2026)
    assert (year.counted_on, year.proposed_by, year.decided_by) == (
        date(2025, 12, 31), date(2026, 3, 31), date(2026, 5, 31),
    )  # fmt: skip
    with pytest.raises(NotInForce):
        proposal_year(2019)
    with pytest.raises(BadInput):
        proposal_year(0)
