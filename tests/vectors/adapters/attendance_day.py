"""Vectors of `attendance-day`: clock texts to minutes and back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import time
from typing import Any

from eperf.domain.attendance import arithmetic
from eperf.domain.attendance.day import DaySchedule, clock, hours, minute_of
from eperf.domain.attendance.taps import first_accepted, is_late
from eperf.domain.errors import BadInput
from tests.vectors.reading import Given, read_clock, read_clock_or_none, read_rows, read_text, read_whole

_DAY_MIN = 1440


def _span(given: Given) -> tuple[int, int]:
    hours = DaySchedule(read_clock(given, "scheduled_in"), read_clock(given, "scheduled_out"))
    return hours.start_min, hours.end_min


def _minute(given: Given, key: str) -> int | None:
    """A tap in minutes of the day on which the hours begin: of hours over midnight, the day nearer to their middle."""
    found = read_clock_or_none(given, key)
    if found is None:
        return None
    start, end = _span(given)
    days = (0, 1) if end > _DAY_MIN else (0,)
    return min((minute_of(found) + n * _DAY_MIN for n in days), key=lambda one: abs(2 * one - start - end))


def _tap_in(given: Given) -> int:
    found = _minute(given, "tap_in")
    if found is None:
        raise BadInput("tap_in", None, "it is needed")
    return found


def _clock(minute: int | None) -> str | None:
    return None if minute is None else clock(minute)


def _kemnaker_day(given: Given) -> dict[str, Any]:
    start, end = _span(given)
    tap_in, tap_out = _minute(given, "tap_in"), _minute(given, "tap_out")
    break_min, tolerance = read_whole(given, "break_min", 0), read_whole(given, "tolerance_min", 0)
    required = arithmetic.required_end(tap_in, end, break_min, tolerance)
    return {
        "late_min": arithmetic.late_min(tap_in, start, tolerance),
        "required_out": _clock(required),
        "shortage_min": arithmetic.shortage_min(tap_out, required),
        "early_leave_min": arithmetic.early_leave_min(tap_out, end),
        "worked_min": arithmetic.worked_min(tap_in, tap_out, break_min),
    }


def _late_after_tolerance(given: Given) -> dict[str, Any]:
    raw = read_whole(given, "raw_late_min", least=-1440)
    return {"late_min": arithmetic.late_after_tolerance(raw, read_whole(given, "tolerance_min", 0))}


def _tap_quality(given: Given) -> dict[str, Any]:
    read = arithmetic.read_taps(_minute(given, "tap_in"), _minute(given, "tap_out"), *_span(given))
    return {
        "missing_tap_events": read.missing_taps,
        "in_usable": read.in_usable,
        "out_usable": read.out_usable,
    }


def _fixed_makeup(given: Given) -> dict[str, Any]:
    tap_in = _tap_in(given)
    return {"earliest_leave": _clock(arithmetic.makeup_leave(tap_in, *_span(given)))}


def _late_count_threshold(given: Given) -> dict[str, Any]:
    late, threshold = read_whole(given, "late_events_in_month"), read_whole(given, "threshold", 5)
    return {"cut_applies": arithmetic.late_count_cuts(late, threshold)}


def _shift_flex(given: Given) -> dict[str, Any]:
    start, end = _span(given)
    tap_in = _tap_in(given)
    before, after = read_whole(given, "flex_before_min", 0), read_whole(given, "flex_after_min", 0)
    shift = arithmetic.flex_shift(tap_in, start, before, after)
    return {"required_out": clock(end + shift), "late_min": arithmetic.late_min(tap_in, start + shift)}


def _first_tap_day(given: Given) -> dict[str, Any]:
    window = read_clock(given, "window_from"), read_clock(given, "window_to")
    taps = [(read_text(tap, "kind"), read_clock(tap, "time")) for tap in read_rows(given, "taps")]

    def first(wanted: str) -> time | None:
        return first_accepted([moment for kind, moment in taps if kind == wanted], *window)

    tap_in, tap_out = first("in"), first("out")
    return {
        "tap_in": tap_in and f"{tap_in:%H:%M:%S}",
        "tap_out": tap_out and f"{tap_out:%H:%M:%S}",
        "late": is_late(tap_in, read_clock(given, "late_after")),
    }


def _work_week(given: Given) -> dict[str, Any]:
    counted = [
        (
            DaySchedule(read_clock(day, "start"), read_clock(day, "end"), read_whole(day, "break_min", 0)),
            read_whole(day, "count", 1),
        )
        for day in read_rows(given, "days")
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
