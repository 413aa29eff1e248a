"""Candidates from records: what is not recorded is left open, what is recorded counts."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eperf.domain.organisation import PositionKind
from eperf.domain.promotion.candidate import Known, State, judge, kinds_for
from eperf.domain.rank import RANKS, Rank

TARGET = date(2026, 12, 1)
PERSON = Known(Rank.parse("III/b"), date(2022, 12, 1), PositionKind.IMPLEMENTER, None, None)

known = st.builds(
    Known,
    st.sampled_from(RANKS),
    st.none() | st.dates(date(2015, 1, 1), date(2028, 1, 1)),
    st.none() | st.sampled_from(list(PositionKind)),
    st.none() | st.dates(date(2015, 1, 1), date(2028, 1, 1)),
    st.none() | st.sampled_from(RANKS),
)


def unknown(person: Known) -> list[str]:
    return [reason.code.value for reason in judge(person, TARGET).verdict.reasons if not reason.known]


def test_who_has_the_years_has_only_to_show_what_is_not_recorded() -> None:
    assert judge(PERSON, TARGET).state is State.TO_BE_SHOWN
    assert unknown(PERSON) == ["B2", "B3"]


def test_who_has_not_the_years_is_refused_until_the_day_they_are_full() -> None:
    judged = judge(replace(PERSON, rank_since=date(2023, 1, 1)), TARGET)
    assert judged.state is State.REFUSED
    assert [r.clears_on for r in judged.verdict.reasons if r.known] == [date(2027, 1, 1)]


@pytest.mark.parametrize("post", list(PositionKind))
def test_each_post_has_its_kinds_and_none_is_found_for_an_extraordinary_one(post: PositionKind) -> None:
    assert kinds_for(post)
    assert set(kinds_for(post)) <= {"KP-R", "KP-JF", "KP-S1", "KP-S2"}


def test_a_leader_with_a_year_in_rank_and_post_may_be_one_below_the_post() -> None:
    leader = Known(
        Rank.parse("III/c"), date(2025, 6, 1), PositionKind.SUPERVISOR, date(2025, 6, 1), Rank.parse("IV/a")
    )
    assert (judge(leader, TARGET).kind, judge(leader, TARGET).state) == ("KP-S1", State.TO_BE_SHOWN)
    longer = replace(leader, rank_since=date(2021, 6, 1))
    assert judge(longer, TARGET).kind == "KP-S2"
    fresh = replace(leader, rank_since=date(2026, 6, 1))
    assert judge(fresh, TARGET).state is State.REFUSED


def test_a_functional_official_has_level_and_credit_to_show() -> None:
    assert unknown(replace(PERSON, post=PositionKind.FUNCTIONAL)) == ["B3", "B7", "B8"]


@given(known)
def test_nobody_is_called_eligible_or_refused_for_what_the_records_do_not_hold(person: Known) -> None:
    judged = judge(person, TARGET)
    reasons = judged.verdict.reasons
    assert judged.state is not State.ELIGIBLE
    assert (judged.state is State.REFUSED) == any(reason.known for reason in reasons)
    assert {reason.code.value for reason in reasons if reason.known} <= {"B1", "B2", "B10"}
