"""The way of a proposal: statuses, clocks, who signs, and the dossier of an extraordinary promotion."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eperf.domain.errors import BadInput
from eperf.domain.promotion.authority import MATRIX, authority
from eperf.domain.promotion.flow import STATUSES, Milestones, clocks, is_active
from eperf.domain.promotion.kplb import AWARD_PAPERS, CRITERIA, PAPERS, credit_after, missing
from eperf.domain.rank import RANKS, Rank

ON = date(2026, 6, 1)
DAY = timedelta(days=1)
FULL = dict.fromkeys(CRITERIA, "Uraian")


def test_a_proposal_blocks_another_until_it_is_finished_refused_cancelled_or_deleted() -> None:
    assert [status for status in STATUSES if not is_active(status)] == [6, 9, 11, 13, 99]
    assert is_active(42)


@pytest.mark.parametrize("status", [0, 21, 37, 50, 100])
def test_a_status_that_siasn_does_not_have_is_refused(status: int) -> None:
    with pytest.raises(BadInput, match="status"):
        is_active(status)


waits = st.none() | st.integers(0, 60)


@given(st.integers(-30, 60), waits, waits, st.integers(0, 100))
def test_the_clocks_follow_each_other_and_stand_still_when_their_step_is_done(
    sent_after: int, pertek_after: int | None, delivered_after: int | None, later: int
) -> None:
    sent = ON + sent_after * DAY
    pertek = None if pertek_after is None else sent + pertek_after * DAY
    delivered = None if pertek is None or delivered_after is None else pertek + delivered_after * DAY
    days = Milestones(ON, sent, pertek, delivered)
    today = max(day for day in (ON, sent, pertek, delivered) if day is not None)
    now, then = clocks(days, today), clocks(days, today + later * DAY)
    assert now.a_days == then.a_days == sent_after
    assert (now.b_days is None) == (pertek is None)
    if pertek is not None:
        assert now.c_days == then.c_days == pertek_after
    if delivered is not None:
        assert now.b_days == then.b_days == delivered_after
        assert now.promise_kept == (delivered_after is not None and delivered_after < 7)


def test_a_clock_that_runs_counts_to_today_and_one_that_has_not_started_says_nothing() -> None:
    waiting = clocks(Milestones(ON), ON + 3 * DAY)
    assert (waiting.a_days, waiting.b_days, waiting.c_days, waiting.promise_kept) == (3, None, None, None)
    late = clocks(Milestones(ON, ON, ON), ON + 7 * DAY)
    assert (late.b_days, late.promise_kept) == (7, False)


@pytest.mark.parametrize(
    ("days", "field"),
    [
        ({"sent_on": ON, "pertek_on": ON - DAY}, "pertek_on"),
        ({"pertek_on": ON}, "pertek_on"),
        ({"sent_on": ON, "delivered_on": ON}, "delivered_on"),
    ],
)
def test_a_step_before_the_one_it_follows_is_refused(days: dict[str, date], field: str) -> None:
    with pytest.raises(BadInput, match=field):
        Milestones(ON, **days)


@pytest.mark.parametrize("rank", RANKS, ids=lambda rank: rank.code)
def test_every_rank_has_one_signer_and_the_highest_are_not_the_agencys(rank: Rank) -> None:
    assert sum(row.lowest <= rank <= row.highest for row in MATRIX) == 1
    found = authority(rank, ON)
    assert found is not None
    own = rank <= Rank.parse("IV/b")
    assert found.signer == ("appointing_authority" if own else "president_delegated_to_bkn")
    assert found.confirmed == own
    assert authority(rank, date(2013, 12, 31)) is None


def test_a_dossier_is_complete_with_every_paper_and_a_text_on_every_criterion() -> None:
    assert missing(PAPERS, FULL).complete
    assert missing(PAPERS, FULL, award=True).papers == AWARD_PAPERS
    lacking = missing([], {**FULL, "benefit": "  "})
    assert (lacking.papers, lacking.criteria, lacking.complete) == (PAPERS, ("benefit",), False)


def test_credit_points_are_set_to_fit_the_new_rank() -> None:
    assert credit_after("ahli_muda", Rank.parse("III/d"), ON).credit == 100
    with pytest.raises(BadInput, match="jenjang"):
        credit_after("ahli", Rank.parse("III/d"), ON)
    with pytest.raises(BadInput, match="rank"):
        credit_after("ahli_muda", Rank.parse("III/b"), ON)
