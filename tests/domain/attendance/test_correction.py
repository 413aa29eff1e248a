"""Days corrected by hand: what may be asked for, by when it is signed, and which taps count afterwards."""

from __future__ import annotations

import dataclasses
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eperf.domain.attendance.calendar import ZONES
from eperf.domain.attendance.correction import (
    CorrectionAsked,
    CorrectionReason,
    SigningRule,
    corrected,
    require_correctable,
    sign_until,
)
from eperf.domain.attendance.day import DayInput, LocalPunch, local_at
from eperf.domain.attendance.punch import PunchKind
from eperf.domain.attendance.taps import choose_pair
from eperf.domain.errors import BadInput, LeaveNotAllowed
from eperf.plugins.builtin.office_hours import OfficeHours, OfficeHoursSettings

DAY = date(2026, 11, 23)
WIB = ZONES["WIB"]
KINDS = [PunchKind.IN, PunchKind.OUT, PunchKind.UNKNOWN, PunchKind.BREAK_OUT]


def at(clock: str, day: date = DAY) -> datetime:
    return datetime.combine(day, time.fromisoformat(clock), WIB).astimezone(UTC)


def asked(**changes: object) -> CorrectionAsked:
    known = CorrectionAsked(DAY, at("07:25"), at("16:05"), CorrectionReason.DEVICE_BROKEN, "Mesin mati", (1,))
    return dataclasses.replace(known, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"date": DAY + timedelta(days=1)}, "date"),
        ({"date": date(1999, 12, 31)}, "date"),
        ({"tap_in": None, "tap_out": None}, "tapIn"),
        ({"tap_in": at("23:59", DAY - timedelta(days=1))}, "tapIn"),
        ({"tap_out": at("00:00", DAY + timedelta(days=1))}, "tapOut"),
        ({"tap_in": at("16:05")}, "tapOut"),
    ],
)
def test_what_corrects_nothing_or_another_day_is_refused_by_field(
    changes: dict[str, object], field: str
) -> None:
    with pytest.raises(BadInput) as refused:
        require_correctable(asked(**changes), WIB, DAY)
    assert refused.value.field == field


def test_one_tap_is_enough_and_evidence_is_needed() -> None:
    require_correctable(asked(tap_out=None), WIB, DAY)
    require_correctable(asked(tap_in=None), WIB, DAY)
    with pytest.raises(LeaveNotAllowed):
        require_correctable(asked(files=()), WIB, DAY)


def test_the_day_is_that_of_the_workplace() -> None:
    late = asked(tap_in=None, tap_out=datetime(2026, 11, 23, 15, 30, tzinfo=UTC))
    require_correctable(late, WIB, DAY)  # 22:30 in the west
    with pytest.raises(BadInput):
        require_correctable(late, ZONES["WIT"], DAY)  # 00:30 of the next day in the east


def test_it_is_signed_by_the_first_of_the_next_month_and_delivered_a_working_day_later() -> None:
    week_end = [date(2026, 8, 1), date(2026, 8, 2)]
    assert sign_until(date(2026, 7, 15), week_end) == date(2026, 8, 3)
    assert sign_until(date(2026, 11, 30), []) == date(2026, 12, 2)
    assert sign_until(date(2026, 12, 31), [date(2027, 1, day) for day in (1, 2, 3)]) == date(2027, 1, 4)
    assert sign_until(date(2023, 12, 31), []) is None


def test_a_later_rule_bounds_its_own_days() -> None:
    rules = (
        SigningRule(date(2024, 1, 1), date(2026, 11, 1), 1, 1, "A"),
        SigningRule(date(2026, 11, 1), None, 5, 0, "B"),
    )
    assert sign_until(date(2026, 10, 31), [], rules) == date(2026, 11, 2)
    assert sign_until(date(2026, 11, 1), [], rules) == date(2026, 12, 5)


def punch(minute: int, kind: PunchKind, number: int) -> LocalPunch:
    return LocalPunch(local_at(DAY, minute, WIB), kind, number)


@given(
    st.lists(st.tuples(st.integers(0, 1439), st.sampled_from(KINDS)), max_size=8),
    st.integers(0, 700),
    st.integers(701, 1438),
    st.booleans(),
)
def test_a_correction_wins_over_whatever_machines_say(
    taps: list[tuple[int, PunchKind]], come: int, go: int, trust: bool
) -> None:
    machine = tuple(punch(minute, kind, number) for number, (minute, kind) in enumerate(taps, 10))
    by_hand = (punch(come, PunchKind.IN, 1), punch(go, PunchKind.OUT, 2))
    pair = choose_pair(corrected((*machine, *by_hand), frozenset({1, 2})), time(12), trust)
    assert pair.tap_in is not None
    assert pair.tap_out is not None
    assert (pair.tap_in.id, pair.tap_out.id) == (1, 2)


@given(st.lists(st.tuples(st.integers(0, 1439), st.sampled_from(KINDS)), max_size=8))
def test_without_a_correction_every_tap_counts(taps: list[tuple[int, PunchKind]]) -> None:
    machine = tuple(punch(minute, kind, number) for number, (minute, kind) in enumerate(taps))
    assert corrected(machine, frozenset()) == machine


def test_one_corrected_side_leaves_the_other_to_the_machine() -> None:
    taps = (punch(600, PunchKind.IN, 1), punch(970, PunchKind.OUT, 2), punch(440, PunchKind.IN, 9))
    kept = corrected(taps, frozenset({9}))
    result = OfficeHours().classify(DayInput(DAY, WIB, kept), OfficeHoursSettings())
    assert (result.status, result.late_min, result.used) == ("present", 0, (9, 2))


def test_a_corrected_tap_wins_over_the_table_of_impossible_taps() -> None:
    def day(by_hand: bool) -> tuple[str, int | None, int]:
        coming = LocalPunch(datetime(2026, 11, 23, 7, 25, tzinfo=WIB), PunchKind.IN, 1)
        going = LocalPunch(datetime(2026, 11, 23, 23, 59, tzinfo=WIB), PunchKind.OUT, 2, by_hand)
        result = OfficeHours().classify(DayInput(DAY, WIB, (coming, going)), OfficeHoursSettings())
        return result.status.value, result.early_min, result.missing_taps

    assert day(by_hand=False) == ("incomplete", None, 1)
    assert day(by_hand=True) == ("present", 0, 0)
