"""Ladders: what no month of events may break, and what makes no ladder."""

from __future__ import annotations

from datetime import date, time
from decimal import Decimal
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eperf.domain.attendance.ladder import Band, Cause, FreeTimes, Ladder, Mark, Per, WipeOut
from eperf.domain.attendance.ladder_month import (
    Event,
    MonthCut,
    month_cut,
    tap_cut,
)
from eperf.domain.attendance.ladders import LADDERS, ladder_named


def rules(*bands: Band, **more: object) -> Ladder:
    about = ("test", "Perbup 1/2026", date(2026, 1, 1), None, Mark.LAW, "")
    return Ladder(*about, bands, **more)  # type: ignore[arg-type]


EVERYTHING = rules(
    Band(Cause.LATE, 1, 30, Decimal("0.5")),
    Band(Cause.LATE, 31, None, Decimal(2), or_none=True),
    Band(Cause.EARLY, 5, None, Decimal("0.01"), Per.MINUTE),
    Band(Cause.ABSENT, None, None, Decimal(4)),
    Band(Cause.SICK, None, None, Decimal(1)),
    cap_pct=Decimal(40),
    day_cap_pct=Decimal(3),
    late_times_free=3,
    made_up_to_min=30,
    free=(FreeTimes(Cause.SICK, 2),),
    wipe_out=WipeOut(10),
)
"""A ladder with every rule there is."""

KNOWN = [ladder for ladder in LADDERS if all(band.rate_pct is not None for band in ladder.bands)] + [
    EVERYTHING
]
"""Ladders on which every event has a price."""

minutes = st.integers(0, 600)


@st.composite
def months(draw: st.DrawFn) -> tuple[Ladder, list[Event]]:
    events = st.builds(
        Event,
        st.sampled_from(Cause),
        minutes,
        st.booleans(),
        st.integers(0, 5),
        st.none() | st.dates(date(2026, 3, 1), date(2026, 3, 5)),
    )
    return draw(st.sampled_from(KNOWN)), draw(st.lists(events, max_size=12))


@given(months())
def test_the_steps_sum_to_the_cut_and_the_cut_lies_between_nothing_and_the_cap(
    month: tuple[Ladder, list[Event]],
) -> None:
    ladder, events = month
    cut = month_cut(ladder, events)
    assert sum((step.cut_pct for step in cut.steps), Decimal(0)) == cut.cut_pct
    assert 0 <= cut.cut_pct <= ladder.cap_pct
    assert cut.cut_pct == min(cut.uncapped_pct, ladder.cap_pct)
    assert all(step.text_id and step.text_en and step.legal_basis for step in cut.steps)


@given(months(), st.randoms(use_true_random=False))
def test_the_order_of_events_means_nothing(month: tuple[Ladder, list[Event]], chance: Random) -> None:
    ladder, events = month
    shuffled = list(events)
    chance.shuffle(shuffled)
    assert month_cut(ladder, events).cut_pct == month_cut(ladder, shuffled).cut_pct


def test_the_first_free_times_are_those_of_the_earliest_days() -> None:
    early = Event(Cause.SICK, count=4, day=date(2026, 3, 1))
    later, undated = Event(Cause.SICK, count=2, day=date(2026, 3, 2)), Event(Cause.SICK, count=2)
    for other in (later, undated):
        assert month_cut(EVERYTHING, [early, other]).cut_pct == 4
        assert month_cut(EVERYTHING, [other, early]).cut_pct == 4


@given(months(), st.sampled_from(Cause), minutes)
def test_one_more_event_never_makes_the_cut_smaller(
    month: tuple[Ladder, list[Event]], cause: Cause, length: int
) -> None:
    ladder, events = month
    before, after = month_cut(ladder, events), month_cut(ladder, [*events, Event(cause, length)])
    assert after.cut_pct >= before.cut_pct


@given(st.sampled_from(KNOWN), st.sampled_from([Cause.LATE, Cause.EARLY]), minutes, minutes)
def test_a_longer_lateness_never_costs_less(ladder: Ladder, cause: Cause, one: int, more: int) -> None:
    def cost(length: int) -> Decimal:
        return month_cut(ladder, [Event(cause, length)]).cut_pct

    assert cost(one) <= cost(one + more)


@given(months())
def test_a_count_is_so_many_events(month: tuple[Ladder, list[Event]]) -> None:
    ladder, events = month
    single = [
        Event(event.cause, event.minutes, event.made_up, 1, event.day)
        for event in events
        for _ in range(event.count)
    ]
    assert month_cut(ladder, events).cut_pct == month_cut(ladder, single).cut_pct


def test_an_empty_month_costs_nothing_on_any_ladder() -> None:
    assert {month_cut(ladder, []) for ladder in LADDERS} == {
        MonthCut(ladder.profile, ladder.base, ()) for ladder in LADDERS
    }


@pytest.mark.parametrize(
    "make",
    [
        lambda: rules(Band(Cause.LATE, 1, 30, Decimal(1)), Band(Cause.LATE, 30, None, Decimal(2))),
        lambda: rules(Band(Cause.LATE, 1, None, Decimal(1)), Band(Cause.LATE, 31, 60, Decimal(2))),
        lambda: rules(Band(Cause.ABSENT, None, None, Decimal(1)), Band(Cause.ABSENT, None, None, Decimal(2))),
        lambda: rules(Band(Cause.LATE, 1, None, Decimal(1)), free=(FreeTimes(Cause.LATE, 1),)),
        lambda: Band(Cause.LATE, 0, 30, Decimal(1)),
        lambda: Band(Cause.LATE, 31, 30, Decimal(1)),
        lambda: Band(Cause.LATE, None, 30, Decimal(1)),
        lambda: Band(Cause.LATE, None, None, Decimal(1), Per.MINUTE),
        lambda: Band(Cause.LATE, 1, None, Decimal(101)),
        lambda: Band(Cause.LATE, 1, None, Decimal(-1)),
    ],
)
def test_rows_that_make_no_ladder_are_refused(make: object) -> None:
    with pytest.raises(ValueError, match=r"overlap|two rows|free times|between|begins|lower bound"):
        make()  # type: ignore[operator]


def test_a_run_that_costs_less_than_the_days_gives_nothing_back() -> None:
    ladder = rules(Band(Cause.ABSENT, None, None, Decimal(10)), wipe_out=WipeOut(3, Decimal(20)))
    assert month_cut(ladder, [Event(Cause.ABSENT, count=3)], 3).cut_pct == 30
    assert month_cut(ladder, [Event(Cause.ABSENT)], 3).cut_pct == 20


def test_days_that_were_not_late_do_not_count_towards_the_free_ones() -> None:
    ladder = rules(Band(Cause.LATE, 1, None, Decimal(1)), late_times_free=5)
    assert month_cut(ladder, [Event(Cause.LATE, 5, count=5), Event(Cause.LATE, 0, count=3)]).cut_pct == 0
    assert month_cut(ladder, [Event(Cause.LATE, 5, count=6)]).cut_pct == 6


@given(st.sampled_from(["kemenkeu-2011", "kemenkeu-2021"]), st.times())
def test_the_clock_and_the_minutes_price_an_arrival_alike(profile: str, tap: time) -> None:
    ladder = ladder_named(profile)
    assert ladder.counts_from is not None
    late = tap.hour * 60 + tap.minute - ladder.counts_from.hour * 60 - ladder.counts_from.minute
    assert tap_cut(ladder, tap).cut_pct == month_cut(ladder, [Event(Cause.LATE, max(0, late))]).cut_pct
