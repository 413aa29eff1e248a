"""A correction on evidence wins over the machine."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eperf.domain.attendance.arithmetic import read_taps
from eperf.domain.attendance.correction import Correction, corrected
from eperf.domain.errors import BadInput

START, END = 450, 960
taps = st.none() | st.integers(0, 1439)
letter = "SK 12/2026"


@given(taps, taps)
def test_without_a_correction_the_table_of_tap_quality_speaks(
    tap_in: int | None, tap_out: int | None
) -> None:
    found = corrected(tap_in, tap_out, START, END, None)
    assert (found.tap_in, found.tap_out) == (tap_in, tap_out)
    assert found.reading == read_taps(tap_in, tap_out, START, END)


@given(taps, taps, st.integers(0, 1439), st.integers(0, 1439))
def test_both_sides_corrected_leave_nothing_to_question(
    tap_in: int | None, tap_out: int | None, into: int, out: int
) -> None:
    found = corrected(tap_in, tap_out, START, END, Correction(into, out, letter))
    assert (found.tap_in, found.tap_out) == (into, out)
    assert found.reading.missing_taps == 0
    assert found.reading.in_usable
    assert found.reading.out_usable


@given(taps, taps, st.integers(0, 1439))
def test_a_corrected_side_is_usable_and_the_other_is_judged_as_ever(
    tap_in: int | None, tap_out: int | None, out: int
) -> None:
    reading = corrected(tap_in, tap_out, START, END, Correction(None, out, letter)).reading
    assert reading.out_usable
    assert reading.in_usable == (tap_in is not None and tap_in < END)
    assert reading.missing_taps == (not reading.in_usable)
    assert bool(reading.faults) == (reading.missing_taps > 0)


def test_a_filled_in_tap_and_a_copied_one_are_mended() -> None:
    mended = corrected(445, 23 * 60 + 59, START, END, Correction(None, 965, letter))
    assert (mended.tap_out, mended.reading.missing_taps) == (965, 0)
    copied = corrected(958, 960, START, END, Correction(440, None, letter))
    assert (copied.tap_in, copied.reading.missing_taps) == (440, 0)
    # Both taps within two minutes, but one of them by evidence: no copy.
    close = corrected(940, None, START, END, Correction(None, 941, letter))
    assert close.reading.missing_taps == 0


def test_a_correction_names_a_tap_and_a_document() -> None:
    with pytest.raises(BadInput, match="evidence"):
        Correction(450, None, "  ")
    with pytest.raises(BadInput, match="in_min"):
        Correction(None, None, letter)
