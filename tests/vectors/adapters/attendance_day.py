"""Vectors of `attendance-day`: clock texts to minutes and back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import time
from typing import Any

from eperf.domain.attendance import arithmetic
from eperf.domain.attendance.day import DaySchedule, clock, hours, minute_of
from eperf.domain.attendance.taps import first_accepted, is_late

Given = Mapping[str, Any]


def _minute(text: str | None) -> int | None:
    return None if text is None else minute_of(time.fromisoformat(text))


def _span(given: Given) -> tuple[int, int]:
    return minute_of(time.fromisoformat(given["scheduled_in"])), minute_of(
        time.fromisoformat(given["scheduled_out"])
    )


def _clock(minute: int | None) -> str | None:
    return None if minute is None else clock(minute)


def _kemnaker_day(given: Given) -> dict[str, Any]:
    start, end = _span(given)
    tap_in, tap_out = _minute(given.get("tap_in")), _minute(given.get("tap_out"))
    break_min, tolerance = given.get("break_min", 0), given.get("tolerance_min", 0)
    required = arithmetic.required_end(tap_in, end, break_min, tolerance)
    return {
        "late_min": arithmetic.late_min(tap_in, start, tolerance),
        "required_out": _clock(required),
        "shortage_min": arithmetic.shortage_min(tap_out, required),
        "early_leave_min": arithmetic.early_leave_min(tap_out, end),
        "worked_min": arithmetic.worked_min(tap_in, tap_out, break_min),
    }


def _late_after_tolerance(given: Given) -> dict[str, Any]:
    return {"late_min": arithmetic.late_after_tolerance(given["raw_late_min"], given.get("tolerance_min", 0))}


def _tap_quality(given: Given) -> dict[str, Any]:
    read = arithmetic.read_taps(_minute(given.get("tap_in")), _minute(given.get("tap_out")), *_span(given))
    return {
        "missing_tap_events": read.missing_taps,
        "in_usable": read.in_usable,
        "out_usable": read.out_usable,
    }


def _fixed_makeup(given: Given) -> dict[str, Any]:
    tap_in = minute_of(time.fromisoformat(given["tap_in"]))
    return {"earliest_leave": _clock(arithmetic.makeup_leave(tap_in, *_span(given)))}


def _late_count_threshold(given: Given) -> dict[str, Any]:
    return {
        "cut_applies": arithmetic.late_count_cuts(given["late_events_in_month"], given.get("threshold", 5))
    }


def _shift_flex(given: Given) -> dict[str, Any]:
    start, end = _span(given)
    tap_in = minute_of(time.fromisoformat(given["tap_in"]))
    shift = arithmetic.flex_shift(
        tap_in, start, given.get("flex_before_min", 0), given.get("flex_after_min", 0)
    )
    return {"required_out": clock(end + shift), "late_min": arithmetic.late_min(tap_in, start + shift)}


def _first_tap_day(given: Given) -> dict[str, Any]:
    window = time.fromisoformat(given["window_from"]), time.fromisoformat(given["window_to"])

    def first(kind: str) -> time | None:
        moments = [time.fromisoformat(tap["time"]) for tap in given["taps"] if tap["kind"] == kind]
        return first_accepted(moments, *window)

    tap_in, tap_out = first("in"), first("out")
    return {
        "tap_in": tap_in and f"{tap_in:%H:%M:%S}",
        "tap_out": tap_out and f"{tap_out:%H:%M:%S}",
        "late": is_late(tap_in, time.fromisoformat(given["late_after"])),
    }


def _work_week(given: Given) -> dict[str, Any]:
    counted = [
        (
            DaySchedule(
                time.fromisoformat(day["start"]), time.fromisoformat(day["end"]), day.get("break_min", 0)
            ),
            day.get("count", 1),
        )
        for day in given["days"]
    ]
    total = arithmetic.week_min(
        [(day.start_min, day.end_min, day.break_min, count) for day, count in counted]
    )
    return {"week_min": total, "week_hours": hours(total)}


OPS: dict[str, Callable[[Given], dict[str, Any]]] = {
    "kemnaker_day": _kemnaker_day,
    "late_after_tolerance": _late_after_tolerance,
    "tap_quality": _tap_quality,
    "fixed_makeup": _fixed_makeup,
    "late_count_threshold": _late_count_threshold,
    "shift_flex": _shift_flex,
    "first_tap_day": _first_tap_day,
    "work_week": _work_week,
}
