"""The built-in policy by roster: the day on which a shift starts owns it."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest

from eperf.domain.attendance.calendar import ZONES
from eperf.domain.attendance.day import DayInput, DayResult, LocalPunch, Shift
from eperf.domain.attendance.punch import PunchKind
from eperf.domain.attendance.roster import checked_shift
from eperf.plugins.builtin.shifts import Shifts, ShiftsSettings

POLICY, PLAIN = Shifts(), ShiftsSettings()
MONDAY = date(2026, 3, 2)
NIGHT = checked_shift("Malam", "22:00", "06:00", 60)


def classified(
    *taps: tuple[str, str], zone: str = "WIB", settings: ShiftsSettings = PLAIN, **more: Any
) -> DayResult:
    """Taps of `HH:MM` on the Monday, or of `+HH:MM` on the morning after."""
    punches = []
    for number, (text, kind) in enumerate(taps, 1):
        day = MONDAY + timedelta(days=text.startswith("+"))
        moment = datetime.combine(day, time.fromisoformat(text.removeprefix("+")), ZONES[zone])
        punches.append(LocalPunch(moment, PunchKind(kind), number))
    day_input = DayInput(MONDAY, ZONES[zone], tuple(punches), **{"shift": NIGHT, **more})
    return POLICY.classify(day_input, settings)


def figures(result: DayResult) -> tuple[Any, ...]:
    return result.status.value, result.late_min, result.early_min, result.worked_min, result.missing_taps


@pytest.mark.parametrize("zone", sorted(ZONES))
@pytest.mark.parametrize(
    ("taps", "expected"),
    [
        ([("21:50", "in"), ("+06:05", "out")], ("present", 0, 0, 435, 0)),
        ([("22:10", "in"), ("+05:30", "out")], ("late_and_early", 10, 30, 380, 0)),
        ([("+00:20", "in"), ("+06:00", "out")], ("late", 140, 0, 280, 0)),
        ([("21:50", "in")], ("incomplete", 0, None, None, 1)),
        ([("+06:00", "out")], ("incomplete", None, 0, None, 1)),
        ([("21:50", "unknown")], ("incomplete", 0, None, None, 1)),
        ([("+06:00", "unknown")], ("incomplete", None, 0, None, 1)),
        ([], ("absent", None, None, None, 0)),
    ],
)
def test_a_night_is_one_day(taps: list[tuple[str, str]], expected: tuple[Any, ...], zone: str) -> None:
    assert figures(classified(*taps, zone=zone)) == expected


def test_a_day_says_which_shift_it_was_and_which_taps_have_another_date() -> None:
    steps = classified(("21:50", "in"), ("+06:05", "out")).steps
    assert [step.rule for step in steps] == ["shift", "start_day", "schedule", "pair", "worked"]
    assert steps[0].facts == {
        "shift": "Malam", "from_date": "2026-03-02", "start": "22:00", "to_date": "2026-03-03", "end": "06:00",
    }  # fmt: skip
    assert steps[1].facts == {"taps": "1"}
    assert all(step.legal_basis and step.text_id and step.text_en for step in steps)


def test_a_day_without_a_shift_is_free_and_says_whether_the_roster_said_so() -> None:
    nothing, free = classified(("10:00", "in"), shift=None), classified(shift=Shift("Lepas piket"))
    assert figures(nothing) == figures(free) == ("off", 0, 0, None, 0)
    assert [step.rule for step in nothing.steps] == ["no_shift"]
    assert free.steps[0].facts == {"shift": "Lepas piket"}


@pytest.mark.parametrize(
    ("more", "status"),
    [
        ({"duty": "DL"}, "duty"),
        ({"duty": "DL", "shift": None}, "duty"),
        ({"leave": "annual"}, "leave"),
        ({"is_holiday": True}, "absent"),
        ({"is_over": False}, "open"),
    ],
)
def test_duty_and_leave_free_from_a_shift_and_a_holiday_does_not(more: dict[str, Any], status: str) -> None:
    assert classified(**more).status.value == status


def test_a_unit_may_let_holidays_free_from_shifts() -> None:
    settings = replace(PLAIN, holidays_free=True)
    assert classified(settings=settings, is_holiday=True, holiday_name="Natal").status.value == "holiday"


def test_tolerance_and_flexibility_hold_for_shifts_too() -> None:
    assert (
        classified(("22:40", "in"), ("+06:40", "out"), settings=replace(PLAIN, flex_after_min=60)).late_min
        == 0
    )
    assert (
        classified(("22:40", "in"), ("+06:00", "out"), settings=replace(PLAIN, tolerance_min=30)).late_min
        == 10
    )


def test_settings_out_of_bounds_are_refused_and_every_one_says_what_it_means() -> None:
    with pytest.raises(ValueError, match="between 0 and 240"):
        ShiftsSettings(tolerance_min=241)
    assert [f.name for f in fields(ShiftsSettings) if not f.metadata.get("description")] == []
