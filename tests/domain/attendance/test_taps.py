"""Which of several taps count."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from hypothesis import given
from hypothesis import strategies as st

from eperf.domain.attendance.calendar import ZONES
from eperf.domain.attendance.day import LocalPunch
from eperf.domain.attendance.punch import PunchKind
from eperf.domain.attendance.taps import choose_pair, first_accepted, is_late

NOON = time(11, 45)
DAY = datetime(2026, 3, 2, tzinfo=ZONES["WIB"])


def tap(at: str, kind: str, number: int = 1) -> LocalPunch:
    return LocalPunch(
        datetime.combine(date(2026, 3, 2), time.fromisoformat(at), ZONES["WIB"]), PunchKind(kind), number
    )


def pair(*punches: LocalPunch, trust_kind: bool = True) -> tuple[str | None, str | None]:
    chosen = choose_pair(punches, NOON, trust_kind)
    return (
        chosen.tap_in and f"{chosen.tap_in.time:%H:%M}",
        chosen.tap_out and f"{chosen.tap_out.time:%H:%M}",
    )  # type: ignore[return-value]


def test_the_first_tap_is_for_coming_and_the_last_for_going() -> None:
    taps = [tap("16:05", "out"), tap("07:40", "in"), tap("07:20", "in"), tap("15:58", "out")]
    assert pair(*taps) == ("07:20", "16:05")


def test_breaks_and_overtime_are_neither() -> None:
    taps = [tap("12:00", "break_out"), tap("12:50", "break_in"), tap("17:00", "overtime_in")]
    assert pair(*taps) == (None, None)
    assert pair(tap("07:20", "in"), *taps) == ("07:20", None)


def test_a_going_before_the_coming_is_none_of_this_day_s() -> None:
    assert pair(tap("05:10", "out"), tap("07:20", "in")) == ("07:20", None)


def test_a_lone_tap_without_a_meaning_is_judged_by_the_clock() -> None:
    assert pair(tap("07:20", "unknown")) == ("07:20", None)
    assert pair(tap("16:20", "unknown")) == (None, "16:20")
    assert pair(tap("07:20", "in"), tap("16:20", "unknown")) == ("07:20", "16:20")
    assert pair(tap("07:20", "unknown"), tap("16:20", "out")) == ("07:20", "16:20")


def test_where_machines_call_every_tap_an_in_the_order_decides() -> None:
    assert pair(tap("07:20", "in"), tap("16:20", "in")) == ("07:20", None)
    assert pair(tap("07:20", "in"), tap("16:20", "in"), trust_kind=False) == ("07:20", "16:20")
    assert pair(tap("16:20", "in"), trust_kind=False) == (None, "16:20")


def test_the_window_includes_both_its_seconds() -> None:
    window = time(6), time(18)
    assert first_accepted([time(5, 59, 59), time(18)], *window) == time(18)
    assert first_accepted([time(6), time(7)], *window) == time(6)
    assert first_accepted([time(18, 0, 1)], *window) is None
    assert is_late(None, time(7, 30, 59)) is None


kinds = st.sampled_from(PunchKind)
punches = st.lists(
    st.builds(
        lambda second, kind, number: LocalPunch(DAY + timedelta(seconds=second), kind, number),
        st.integers(0, 86_399),
        kinds,
        st.integers(1, 99),
    ),
    max_size=8,
)


@given(punches, st.booleans(), st.randoms())
def test_the_order_in_which_punches_arrive_means_nothing(
    taps: list[LocalPunch], trust_kind: bool, chance: object
) -> None:
    unique = list({punch.id: punch for punch in taps}.values())
    shuffled = list(unique)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    chosen = choose_pair(tuple(unique), NOON, trust_kind)
    assert chosen == choose_pair(tuple(shuffled), NOON, trust_kind)
    if chosen.tap_in and chosen.tap_out:
        assert chosen.tap_in.time <= chosen.tap_out.time
        assert chosen.tap_in is not chosen.tap_out
