"""The built-in work-time policy: each day with its status, its figures and its reasons."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eperf.domain.attendance.calendar import ZONES, WorkCalendar
from eperf.domain.attendance.day import DayInput, DayResult, DayStatus, LocalPunch
from eperf.domain.attendance.punch import PunchKind
from eperf.plugins.builtin.office_hours import OfficeHours, OfficeHoursSettings, hours_of

POLICY = OfficeHours()
PLAIN = OfficeHoursSettings()
MONDAY, FRIDAY, SATURDAY = date(2026, 3, 2), date(2026, 3, 6), date(2026, 3, 7)
WIB = ZONES["WIB"]


def tap(at: str, kind: str, number: int, day: date = MONDAY) -> LocalPunch:
    return LocalPunch(datetime.combine(day, time.fromisoformat(at), WIB), PunchKind(kind), number)


def classified(
    *taps: tuple[str, str], settings: OfficeHoursSettings = PLAIN, day: date = MONDAY, **more: Any
) -> DayResult:
    punches = tuple(tap(at, kind, number, day) for number, (at, kind) in enumerate(taps, start=1))
    return POLICY.classify(DayInput(day, WIB, punches, **more), settings)


def figures(result: DayResult) -> tuple[Any, ...]:
    return (
        result.status.value,
        result.late_min,
        result.early_min,
        result.shortage_min,
        result.worked_min,
        result.missing_taps,
    )


@pytest.mark.parametrize(
    ("taps", "expected"),
    [
        ([("07:25", "in"), ("16:05", "out")], ("present", 0, 0, 0, 460, 0)),
        ([("07:30:59", "in"), ("16:00", "out")], ("present", 0, 0, 0, 450, 0)),
        ([("07:31", "in"), ("16:00", "out")], ("late", 1, 0, 0, 449, 0)),
        ([("07:30", "in"), ("15:59:59", "out")], ("early_leave", 0, 1, 1, 449, 0)),
        ([("08:00", "in"), ("15:00", "out")], ("late_and_early", 30, 60, 60, 360, 0)),
        ([], ("absent", None, None, None, None, 0)),
        ([("07:25", "in")], ("incomplete", 0, None, None, None, 1)),
        ([("08:30", "in")], ("incomplete", 60, None, None, None, 1)),
        ([("16:05", "out")], ("incomplete", None, 0, None, None, 1)),
        ([("12:00", "break_out")], ("incomplete", None, None, None, None, 2)),
        ([("07:25", "in"), ("23:59", "out")], ("incomplete", 0, None, None, None, 1)),
        ([("16:20", "in"), ("18:00", "out")], ("incomplete", None, 0, None, None, 1)),
        ([("07:25", "in"), ("07:26", "out")], ("incomplete", None, None, None, None, 1)),
        ([("07:30", "in"), ("07:50", "out")], ("early_leave", 0, 490, 490, 0, 0)),
    ],
)
def test_the_taps_of_a_day_become_its_status(taps: list[tuple[str, str]], expected: tuple[Any, ...]) -> None:
    assert figures(classified(*taps)) == expected


def test_a_friday_is_longer_by_its_break() -> None:
    assert figures(classified(("07:30", "in"), ("16:00", "out"), day=FRIDAY))[:3] == ("early_leave", 0, 30)
    assert classified(("07:30", "in"), ("16:30", "out"), day=FRIDAY).worked_min == 450


def test_in_ramadan_the_day_is_shorter() -> None:
    assert figures(classified(("08:00", "in"), ("15:00", "out"), is_ramadan=True)) == (
        "present",
        0,
        0,
        0,
        390,
        0,
    )
    friday = classified(("08:00", "in"), ("15:30", "out"), is_ramadan=True, day=FRIDAY)
    assert figures(friday) == ("present", 0, 0, 0, 390, 0)


@pytest.mark.parametrize("ramadan", [False, True])
def test_the_default_hours_are_those_of_the_decree(ramadan: bool) -> None:
    for number in range(5):
        day = MONDAY + timedelta(days=number)
        calendar = WorkCalendar(ramadan=((MONDAY, FRIDAY),) if ramadan else ())
        assert hours_of(DayInput(day, WIB, is_ramadan=ramadan), PLAIN) == calendar.hours_on(day)


@pytest.mark.parametrize(
    ("more", "status"),
    [
        ({"is_holiday": True}, "holiday"),
        ({"leave": "annual"}, "leave"),
        ({"duty": "DL"}, "duty"),
        ({"duty": "DL", "is_holiday": True}, "duty"),
        ({"leave": "annual", "is_holiday": True}, "holiday"),
        ({"day": SATURDAY}, "off"),
        ({"day": SATURDAY, "leave": "annual"}, "off"),
    ],
)
def test_a_day_without_office_hours_owes_nothing_and_says_why(more: dict[str, Any], status: str) -> None:
    result = classified(("10:00", "in"), **more)
    assert figures(result) == (status, 0, 0, 0, None, 0)
    assert [step.rule for step in result.steps] == [status]


def test_a_six_day_week_works_on_saturdays() -> None:
    settings = replace(PLAIN, days_per_week=6, end=time(14, 45), friday_end=time(15, 15))
    result = classified(("07:30", "in"), ("14:45", "out"), settings=settings, day=SATURDAY)
    assert figures(result) == ("present", 0, 0, 0, 375, 0)


def test_while_the_day_runs_what_is_not_there_yet_is_not_missing() -> None:
    assert figures(classified(is_over=False)) == ("open", None, None, None, None, 0)
    assert figures(classified(("07:25", "in"), is_over=False)) == ("present", 0, None, None, None, 0)
    assert figures(classified(("08:00", "in"), is_over=False)) == ("late", 30, None, None, None, 0)
    assert "out_empty" not in [step.rule for step in classified(("07:25", "in"), is_over=False).steps]
    assert figures(classified(("16:20", "in"), is_over=False)) == ("incomplete", None, None, None, None, 1)


def test_tolerance_forgives_lateness_but_the_hours_stay_owed() -> None:
    result = classified(("07:45", "in"), ("16:10", "out"), settings=replace(PLAIN, tolerance_min=60))
    assert figures(result) == ("present", 0, 0, 5, 445, 0)
    assert f"{result.required_out:%H:%M}" == "16:15"


def test_a_flexible_start_moves_the_end() -> None:
    settings = replace(PLAIN, flex_before_min=90, flex_after_min=90, flex_basis="PMK 221/PMK.01/2021")
    early = classified(("06:45", "in"), ("15:15", "out"), settings=settings)
    late = classified(("09:10", "in"), ("17:30", "out"), settings=settings)
    assert figures(early) == ("present", 0, 0, 0, 450, 0)
    assert figures(late) == ("late", 10, 0, 0, 440, 0)
    assert "PMK 221/PMK.01/2021" in [step.legal_basis for step in early.steps]


def test_taps_outside_the_accepted_time_do_not_count_and_are_mentioned() -> None:
    settings = replace(PLAIN, taps_from=time(6), taps_to=time(18))
    result = classified(("05:59:59", "in"), ("07:40", "in"), ("18:00", "out"), settings=settings)
    assert (result.late_min, result.used) == (10, (2, 3))
    assert result.steps[-1].facts["refused"] == "1"
    assert classified(("05:00", "in"), settings=settings).status is DayStatus.ABSENT


def test_the_result_names_the_punches_that_made_it() -> None:
    result = classified(("07:40", "in"), ("07:20", "in"), ("12:00", "break_out"), ("16:05", "out"))
    assert result.used == (2, 4)
    assert (f"{result.first_in:%H:%M}", f"{result.last_out:%H:%M}") == ("07:20", "16:05")


def test_every_step_says_its_rule_in_two_languages_and_can_be_stored() -> None:
    result = classified(("08:00", "in"), ("15:00", "out"))
    assert [step.rule for step in result.steps] == [
        "schedule",
        "pair",
        "late",
        "early_leave",
        "required_end",
        "worked",
    ]
    late = result.steps[2].as_dict()
    assert late["facts"] == {"raw_min": "30", "tolerance_min": "0", "late_min": "30"}
    assert late["text_en"] == "Late by 30 minutes, tolerance 0 minutes, counted 30 minutes."
    assert "30 menit" in str(late["text_id"])
    assert all(step.legal_basis and step.text_id and step.text_en for step in result.steps)


def test_a_code_from_outside_is_shown_and_never_read_as_a_template() -> None:
    assert "{start}" in classified(duty="{start}").steps[0].text_en


def test_which_leave_it_is_stands_in_the_facts_and_not_in_the_text() -> None:
    step = classified(leave="sick").steps[0]
    assert step.facts == {"code": "sick"}
    assert "sick" not in step.text_id + step.text_en


@pytest.mark.parametrize(
    "wrong",
    [
        {"start": time(16, 0)},
        {"friday_end": time(7, 0)},
        {"ramadan_break_min": 420},
        {"break_min": -1},
        {"tolerance_min": -1},
        {"flex_after_min": 241},
        {"taps_from": time(18), "taps_to": time(6)},
    ],
)
def test_settings_that_make_no_working_day_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"no working day|between 0 and 240|must lie before"):
        OfficeHoursSettings(**wrong)


def test_every_setting_says_what_it_means() -> None:
    assert [f.name for f in fields(OfficeHoursSettings) if not f.metadata.get("description")] == []


taps = st.lists(
    st.tuples(st.integers(0, 86_399), st.sampled_from(PunchKind)), max_size=6, unique_by=lambda one: one[0]
)


def _day(given_taps: list[tuple[int, PunchKind]], is_over: bool = True) -> DayInput:
    midnight = datetime.combine(MONDAY, time.min, WIB)
    punches = (LocalPunch(midnight + timedelta(seconds=s), kind, n) for n, (s, kind) in enumerate(given_taps))
    return DayInput(MONDAY, WIB, tuple(punches), is_over=is_over)


@given(taps, st.integers(0, 120), st.integers(0, 120), st.booleans(), st.booleans())
def test_no_taps_whatever_break_the_sense_of_a_day(
    given_taps: list[tuple[int, PunchKind]], flex: int, tolerance: int, is_over: bool, trust: bool
) -> None:
    settings = replace(
        PLAIN, flex_before_min=flex, flex_after_min=flex, tolerance_min=tolerance, trust_status=trust
    )
    day = _day(given_taps, is_over)
    result = POLICY.classify(day, settings)
    assert result == POLICY.classify(day, settings)
    for minutes in (result.late_min, result.early_min, result.shortage_min, result.worked_min):
        assert minutes is None or minutes >= 0
    assert (result.late_min is None) == (result.first_in is None)
    assert (result.early_min is None) == (result.last_out is None)
    assert (result.worked_min is None) == (result.first_in is None or result.last_out is None)
    assert (result.status is DayStatus.INCOMPLETE) == (result.missing_taps > 0)
    assert len(result.used) == (result.first_in is not None) + (result.last_out is not None)
    assert result.steps


@given(taps, st.integers(0, 240), st.integers(0, 240))
def test_more_tolerance_never_makes_more_lateness(
    given_taps: list[tuple[int, PunchKind]], one: int, another: int
) -> None:
    small, large = sorted((one, another))
    strict = POLICY.classify(_day(given_taps), replace(PLAIN, tolerance_min=small)).late_min
    mild = POLICY.classify(_day(given_taps), replace(PLAIN, tolerance_min=large)).late_min
    assert (strict is None) == (mild is None)
    assert (strict or 0) >= (mild or 0)
