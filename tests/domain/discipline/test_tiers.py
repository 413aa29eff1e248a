"""Tiers of PP 94/2021: every band at its bounds, runs, and that only a proposal is made."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eperf.domain.discipline.allowance import PUNISHMENT_CUTS, punishment_cut
from eperf.domain.discipline.minutes import MINUTES_RULES, days_of_minutes, minutes_rule_on
from eperf.domain.discipline.proposal import propose, running_tiers
from eperf.domain.discipline.tiers import PP94, PenaltyClass, tiers_on
from eperf.domain.errors import BadInput, NotInForce

ORDER = [tier.id for tier in PP94.tiers]
WEIGHT = list(PenaltyClass)
days = st.integers(0, 366)


@pytest.mark.parametrize(
    ("first", "last", "tier", "weight"),
    [
        (0, 2, "none", "none"),
        (3, 3, "oral_warning", "light"),
        (4, 6, "written_warning", "light"),
        (7, 10, "written_statement", "light"),
        (11, 13, "pay_cut_25_6m", "medium"),
        (14, 16, "pay_cut_25_9m", "medium"),
        (17, 20, "pay_cut_25_12m", "medium"),
        (21, 24, "demotion_12m", "heavy"),
        (25, 27, "release_12m", "heavy"),
        (28, 366, "dismissal", "heavy"),
    ],
)
def test_every_tier_begins_and_ends_where_the_law_says(first: int, last: int, tier: str, weight: str) -> None:
    for number in (first, last):
        found = propose(PP94, number).tier
        assert (found.id, found.penalty_class.value) == (tier, weight)


def test_ten_days_in_a_row_beat_the_band_and_stop_the_salary() -> None:
    proposal = propose(PP94, 10, 10)
    assert (proposal.tier.id, proposal.because) == ("dismissal", "run")
    assert proposal.salary_stops_next_month
    by_days = propose(PP94, 28, 9)
    assert (by_days.tier.id, by_days.because, by_days.salary_stops_next_month) == ("dismissal", "days", False)
    # A run across New Year may be longer than the days of the year.
    assert propose(PP94, 4, 10).tier.id == "dismissal"


def test_whatever_is_proposed_asks_for_an_examination_first() -> None:
    assert propose(PP94, 2).duties == ()
    assert [duty.id for duty in propose(PP94, 3).duties] == ["summon", "examine", "act"]
    assert propose(PP94, 3).legal_basis == "PP 94/2021 pasal 8-11"


@given(days, days, st.integers(0, 40), st.integers(0, 40))
def test_more_absence_never_proposes_less(one: int, more: int, run: int, longer: int) -> None:
    first, second = propose(PP94, one, run).tier, propose(PP94, one + more, run + longer).tier
    assert ORDER.index(first.id) <= ORDER.index(second.id)
    assert WEIGHT.index(first.penalty_class) <= WEIGHT.index(second.penalty_class)


@given(st.lists(st.integers(0, 12), max_size=10))
def test_days_that_were_punished_stay_in_the_year_s_total(batches: list[int]) -> None:
    tiers = running_tiers(PP94, batches)
    assert len(tiers) == len(batches)
    assert all(ORDER.index(one.id) <= ORDER.index(next_.id) for one, next_ in pairwise(tiers))
    if batches:
        assert tiers[-1] == PP94.by_days(sum(batches))


def test_the_law_of_a_day_is_asked_by_the_day() -> None:
    assert tiers_on(date(2021, 8, 31)) is PP94
    with pytest.raises(NotInForce, match="2021-08-30"):
        tiers_on(date(2021, 8, 30))


@given(st.integers(0, 500_000))
def test_minutes_make_whole_days_only(minutes: int) -> None:
    made = days_of_minutes(minutes, MINUTES_RULES[-1])
    assert made * 450 <= minutes < (made + 1) * 450


def test_that_minutes_count_under_the_present_law_is_marked_as_unconfirmed() -> None:
    assert minutes_rule_on(date(2021, 8, 30)).mark == "press"
    assert minutes_rule_on(date(2026, 1, 1)).mark == "recalled"
    with pytest.raises(NotInForce):
        minutes_rule_on(date(2009, 12, 31))


@pytest.mark.parametrize(
    ("punishment", "weight", "cut", "months"),
    [
        ("oral", "light", 20, 1),
        ("written", "light", 30, 2),
        ("statement", "light", 40, 3),
        ("increment_delay", "medium", 40, 6),
        ("promotion_delay", "medium", 50, 8),
        ("grade_down_1y", "medium", 60, 10),
        ("grade_down_3y", "heavy", 60, 12),
        ("demotion", "heavy", 70, 12),
        ("removal", "heavy", 80, 12),
        ("dismissal_under_appeal", "heavy", 100, None),
    ],
)
def test_a_punishment_of_2012_cuts_what_its_table_says(
    punishment: str, weight: str, cut: int, months: int | None
) -> None:
    row = punishment_cut("kementan-2012", punishment)
    assert (row.penalty_class.value, row.cut_pct, row.months) == (weight, cut, months)
    assert len(PUNISHMENT_CUTS) == 10


def test_what_cannot_be_is_refused_by_name() -> None:
    with pytest.raises(BadInput, match="absent_days_in_year"):
        propose(PP94, -1)
    with pytest.raises(BadInput, match="longest_consecutive_run"):
        propose(PP94, 1, -1)
    with pytest.raises(BadInput, match=r"absent_day_batches\[1\]"):
        running_tiers(PP94, [4, -1])
    with pytest.raises(BadInput, match="late_early_min_in_year"):
        days_of_minutes(-1, MINUTES_RULES[0])
    with pytest.raises(BadInput, match="punishment"):
        punishment_cut("kementan-2012", "flogging")
    with pytest.raises(BadInput, match="profile"):
        punishment_cut("kementan-2013", "oral")
    with pytest.raises(NotInForce, match="2021-08-31"):
        punishment_cut("kementan-2012", "oral", date(2021, 8, 31))


def test_a_table_with_a_gap_is_refused() -> None:
    for tiers in (PP94.tiers[1:], PP94.tiers[:-1], PP94.tiers[:3] + PP94.tiers[4:]):
        with pytest.raises(ValueError, match="gap"):
            replace(PP94, tiers=tiers)
