"""The arithmetic of a day: what no figures may break."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eperf.domain.attendance import arithmetic
from eperf.domain.errors import BadInput

minutes = st.integers(0, 1439)
taps = st.none() | minutes
tolerances = st.integers(0, 240)


@st.composite
def spans(draw: st.DrawFn) -> tuple[int, int]:
    start = draw(st.integers(0, 1300))
    return start, draw(st.integers(start + 1, 1439))


@given(taps, minutes, tolerances, tolerances)
def test_lateness_is_never_negative_and_more_tolerance_never_makes_more_of_it(
    tap_in: int | None, start: int, one: int, more: int
) -> None:
    strict, mild = arithmetic.late_min(tap_in, start, one), arithmetic.late_min(tap_in, start, one + more)
    if tap_in is None:
        assert strict is mild is None
    else:
        assert strict is not None
        assert mild is not None
        assert strict >= mild >= 0


@given(taps, taps, spans(), st.integers(0, 120), tolerances)
def test_what_hangs_on_an_unknown_tap_is_unknown(
    tap_in: int | None, tap_out: int | None, span: tuple[int, int], break_min: int, tolerance: int
) -> None:
    required = arithmetic.required_end(tap_in, span[1], break_min, tolerance)
    assert (required is None) == (tap_in is None)
    assert (arithmetic.early_leave_min(tap_out, span[1]) is None) == (tap_out is None)
    either = tap_in is None or tap_out is None
    assert (arithmetic.shortage_min(tap_out, required) is None) == either
    assert (arithmetic.worked_min(tap_in, tap_out, break_min) is None) == either


@given(minutes, spans(), st.integers(0, 120), tolerances)
def test_nobody_must_stay_beyond_the_tolerance_nor_may_leave_before_the_end(
    tap_in: int, span: tuple[int, int], break_min: int, tolerance: int
) -> None:
    required = arithmetic.required_end(tap_in, span[1], break_min, tolerance)
    assert required is not None
    assert span[1] <= required <= span[1] + tolerance


@given(minutes, minutes, tolerances, tolerances)
def test_a_flexible_day_moves_with_the_arrival_and_no_farther_than_its_window(
    tap_in: int, start: int, before: int, after: int
) -> None:
    shift = arithmetic.flex_shift(tap_in, start, before, after)
    assert -before <= shift <= after
    if start - before <= tap_in <= start + after:
        assert shift == tap_in - start
        assert arithmetic.late_min(tap_in, start + shift) == 0


@given(taps, taps, spans())
def test_missing_taps_are_none_one_or_two_and_agree_with_what_is_usable(
    tap_in: int | None, tap_out: int | None, span: tuple[int, int]
) -> None:
    read = arithmetic.read_taps(tap_in, tap_out, *span)
    assert 0 <= read.missing_taps <= 2
    assert (read.missing_taps == 0) == (read.in_usable and read.out_usable)
    assert (read.missing_taps == 2) <= (tap_in is None or tap_out is None)
    assert bool(read.faults) == (read.missing_taps > 0)


def test_several_impossible_taps_of_one_day_are_one_event() -> None:
    read = arithmetic.read_taps(16 * 60 + 20, 23 * 60 + 59, 450, 960)
    assert (read.missing_taps, read.in_usable, read.out_usable) == (1, False, False)
    assert read.faults == ("out_filled_in", "in_after_end")


@pytest.mark.parametrize("taps", [(None, 23 * 60 + 59), (None, 450), (960, None)])
def test_an_impossible_tap_beside_an_empty_one_is_unusable_and_no_further_event(
    taps: tuple[int | None, int | None],
) -> None:
    read = arithmetic.read_taps(*taps, 450, 960)
    assert (read.missing_taps, read.in_usable, read.out_usable) == (1, False, False)
    assert len(read.faults) == 2


def test_an_impossible_tap_is_an_event_while_the_other_one_is_awaited() -> None:
    assert arithmetic.read_taps(960, None, 450, 960, out_awaited=True).missing_taps == 1
    assert arithmetic.read_taps(450, None, 450, 960, out_awaited=True).missing_taps == 0


@pytest.mark.parametrize("taps", [(960, 1080), (450, 23 * 60 + 59), (300, 450), (958, 960)])
def test_a_corrected_tap_is_believed_whatever_the_hour(taps: tuple[int, int]) -> None:
    assert arithmetic.read_taps(*taps, 450, 960).missing_taps == 1
    believed = arithmetic.read_taps(*taps, 450, 960, in_corrected=True, out_corrected=True)
    assert believed == arithmetic.TapReading(0, True, True)


def test_the_minute_before_the_filled_in_one_is_a_real_tap() -> None:
    assert arithmetic.read_taps(445, 23 * 60 + 58, 450, 960).missing_taps == 0


def test_lateness_beyond_half_an_hour_cannot_be_made_up() -> None:
    assert arithmetic.makeup_leave(481, 450, 960) is None
    assert arithmetic.makeup_leave(451, 450, 960) == 990


@given(st.lists(st.tuples(minutes, st.integers(1500, 2000), st.integers(0, 60), st.integers(0, 6))))
def test_a_week_is_the_sum_of_its_days(days: list[tuple[int, int, int, int]]) -> None:
    single = [(start, end, rest, 1) for start, end, rest, count in days for _ in range(count)]
    assert arithmetic.week_min(days) == arithmetic.week_min(single)


def test_a_break_longer_than_its_day_is_no_negative_work() -> None:
    assert arithmetic.week_min([(450, 510, 60, 5)]) == 0
    with pytest.raises(BadInput, match=r"days\[1\]"):
        arithmetic.week_min([(450, 960, 60, 4), (450, 480, 60, 1)])


def test_an_in_tap_at_the_end_and_an_out_tap_at_the_start_are_missing_taps() -> None:
    at_end = arithmetic.read_taps(960, 1080, 450, 960)
    assert (at_end.missing_taps, at_end.in_usable, at_end.out_usable) == (1, False, True)
    assert arithmetic.read_taps(959, 1080, 450, 960).missing_taps == 0
    at_start = arithmetic.read_taps(300, 450, 450, 960)
    assert (at_start.missing_taps, at_start.in_usable, at_start.out_usable) == (1, True, False)
    assert arithmetic.read_taps(300, 451, 450, 960).missing_taps == 0
