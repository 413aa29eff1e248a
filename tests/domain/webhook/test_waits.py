"""Waits and rests: they grow, are drawn below their bound, and honour what a receiver asks for within reason."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eperf.domain.webhook import waits
from eperf.domain.webhook.waits import LONGEST_RETRY_AFTER, MOST_ATTEMPTS, bound, rest, retry_after, wait

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
CHANCES = st.floats(0, 1, exclude_max=True)
HOURS = 3_600


def test_bounds_double_up_to_eight_hours_and_never_shrink() -> None:
    bounds = [bound(attempts) for attempts in range(1, MOST_ATTEMPTS + 1)]
    assert bounds[:4] == [5, 10, 20, 40]
    assert bounds == sorted(bounds)
    assert bounds[-1] == 8 * HOURS


def test_the_attempts_of_one_update_span_days() -> None:
    longest = sum(bound(attempts) for attempts in range(1, MOST_ATTEMPTS))
    assert 3 * 24 * HOURS < longest < 4 * 24 * HOURS


@given(st.integers(1, 10_000), CHANCES, st.none() | st.floats(0, 10**9))
def test_a_wait_lies_below_its_bound_unless_the_receiver_asks_for_more(
    attempts: int, chance: float, asked: float | None
) -> None:
    found = wait(attempts, chance, asked)
    assert 0.5 <= found <= max(bound(attempts), min(asked or 0, LONGEST_RETRY_AFTER))
    assert found >= min(asked or 0, LONGEST_RETRY_AFTER)


@given(st.integers(1, 64), st.floats(0.1, 1, exclude_max=True), st.floats(0, 0.05))
def test_chance_spreads_what_failed_together(attempts: int, late: float, early: float) -> None:
    assert wait(attempts, late) >= wait(attempts, early)
    assert wait(20, late) > wait(20, early)


@given(st.integers(0, 10_000), CHANCES)
def test_a_receiver_rests_five_minutes_at_most_and_not_for_two_failures(failures: int, chance: float) -> None:
    found = rest(failures, chance)
    assert 0 <= found <= 300
    assert failures > 2 or found == 0


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        (None, None), ("", None), ("soon", None), ("-5", None), ("1.5", None), ("١٢", None), ("9" * 65, None),
        ("0", 0), (" 120 ", 120), ("86400", LONGEST_RETRY_AFTER), ("9" * 60, LONGEST_RETRY_AFTER),
        (format_datetime(NOW + timedelta(seconds=90), usegmt=True), 90),
        (format_datetime(NOW - timedelta(days=1), usegmt=True), 0),
        (format_datetime(NOW + timedelta(days=300), usegmt=True), LONGEST_RETRY_AFTER),
    ],
)  # fmt: skip
def test_retry_after_is_read_in_both_forms_and_bounded(text: str | None, seconds: float | None) -> None:
    assert retry_after(text, NOW) == seconds


@given(st.text(max_size=80))
def test_no_text_in_retry_after_is_an_exception(text: str) -> None:
    found = waits.retry_after(text, NOW)
    assert found is None or 0 <= found <= LONGEST_RETRY_AFTER
