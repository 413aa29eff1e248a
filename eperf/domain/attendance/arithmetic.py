"""The arithmetic of one day, rule by rule, as the sources print it.

Each function is one rule of attendance law or of an agency's published practice; policies choose among them.
All take and give minutes after midnight of the day (see `day.minute_of`), so that a shift's end next day is
simply over 1440. Unknown goes in as None and comes out as None.
"""

from __future__ import annotations

from dataclasses import dataclass

from eperf.domain.errors import BadInput

KEMNAKER_DAY_MIN = 450
"""The working minutes of a day in the required end of Permenaker 15/2024: 37 h 30 min in five days."""

FILLED_IN_MIN = 23 * 60 + 59
"""23:59: a time that the attendance system writes itself when the out-tap is missing."""

COPIED_WITHIN_MIN = 2
"""Two taps this close are one tap, copied."""


def late_after_tolerance(raw_late_min: int, tolerance_min: int) -> int:
    """Lateness that counts: what is over the day's tolerance, never below 0 (Kemnaker; the paid figure)."""
    return max(0, raw_late_min - tolerance_min)


def late_min(tap_in: int | None, start: int, tolerance_min: int = 0) -> int | None:
    """Minutes late after tolerance; None without an in-tap."""
    return None if tap_in is None else late_after_tolerance(tap_in - start, tolerance_min)


def early_leave_min(tap_out: int | None, end: int) -> int | None:
    """Minutes left before the end (the paid figure); None without an out-tap."""
    return None if tap_out is None else max(0, end - tap_out)


def required_end(
    tap_in: int | None, end: int, break_min: int, tolerance_min: int, day_min: int = KEMNAKER_DAY_MIN
) -> int | None:
    """When the day's minutes are full: not before the scheduled end, not later than the tolerance after it."""
    if tap_in is None:
        return None
    return min(max(tap_in + day_min + break_min, end), end + tolerance_min)


def shortage_min(tap_out: int | None, required: int | None) -> int | None:
    """Minutes missing to the required end: for display, never paid; None when either is unknown."""
    return None if tap_out is None or required is None else max(0, required - tap_out)


def worked_min(tap_in: int | None, tap_out: int | None, break_min: int) -> int | None:
    """Presence less the break; None when a tap is unknown."""
    return None if tap_in is None or tap_out is None else tap_out - tap_in - break_min


def flex_shift(tap_in: int, start: int, before_min: int, after_min: int) -> int:
    """By how many minutes the day moves: as far as the arrival lies from the start, within the flexible
    window.

    Negative for an early arrival that allows earlier leaving (Kemenkeu 2021: 90 before and after; PKP: 0 and
    60).
    """
    return max(-before_min, min(tap_in - start, after_min))


def makeup_leave(tap_in: int, start: int, end: int, limit_min: int = 30, price_min: int = 30) -> int | None:
    """The earliest leave that makes up lateness (KemenPANRB 6/2018): any of 1-30 min late costs 30 min at the
    end.

    On time, it is the end itself; later than the limit there is no right to make up: None.
    """
    late = max(0, tap_in - start)
    if late == 0:
        return end
    return end + price_min if late <= limit_min else None


def late_count_cuts(late_events_in_month: int, threshold: int = 5) -> bool:
    """Whether lateness costs anything this month: only when it happened more often than the threshold."""
    return late_events_in_month > threshold


def week_min(days: list[tuple[int, int, int, int]]) -> int:
    """Working minutes of a week from (start, end, break, how many such days); refuses a break longer than its day."""
    for number, (start, end, break_min, _) in enumerate(days):
        if not 0 <= break_min <= end - start:
            raise BadInput(f"days[{number}].break_min", break_min, "the day is shorter than its break")
    return sum((end - start - break_min) * count for start, end, break_min, count in days)


@dataclass(frozen=True, slots=True)
class TapReading:
    """What two taps are worth. `faults` are the rows of the table that applied, in its order."""

    missing_taps: int
    in_usable: bool
    out_usable: bool
    faults: tuple[str, ...] = ()


def read_taps(
    tap_in: int | None,
    tap_out: int | None,
    start: int,
    end: int,
    *,
    in_corrected: bool = False,
    out_corrected: bool = False,
    out_awaited: bool = False,
) -> TapReading:
    """The tap quality table of Kemnaker (attendance reference, section 3).

    An empty tap is one missing-tap event each. Where no tap is empty, impossible ones are one event together: an
    out-tap of exactly 23:59, an in-tap at or after the end, an out-tap at or before the start, two taps within two
    minutes; beside an empty tap they are unusable and no further event, as the event is there already. A short day
    alone is none. A corrected tap is believed whatever the hour; an out-tap that is awaited is not missing yet.
    """
    faults = _impossible(tap_in, tap_out, start, end, in_corrected=in_corrected, out_corrected=out_corrected)
    in_empty, out_empty = tap_in is None, tap_out is None and not out_awaited
    copied = "copied_twice" in faults
    return TapReading(
        missing_taps=in_empty + out_empty or int(bool(faults)),
        in_usable=tap_in is not None and not copied and "in_after_end" not in faults,
        out_usable=tap_out is not None
        and not copied
        and not {"out_filled_in", "out_before_start"} & set(faults),
        faults=(("in_empty",) if in_empty else ()) + (("out_empty",) if out_empty else ()) + faults,
    )


def _impossible(
    tap_in: int | None, tap_out: int | None, start: int, end: int, *, in_corrected: bool, out_corrected: bool
) -> tuple[str, ...]:
    doubtful_in = None if in_corrected else tap_in
    doubtful_out = None if out_corrected else tap_out
    rows = (
        ("out_filled_in", doubtful_out == FILLED_IN_MIN),
        ("in_after_end", doubtful_in is not None and doubtful_in >= end),
        ("out_before_start", doubtful_out is not None and doubtful_out <= start),
        (
            "copied_twice",
            doubtful_in is not None
            and doubtful_out is not None
            and abs(doubtful_out - doubtful_in) <= COPIED_WITHIN_MIN,
        ),
    )
    return tuple(name for name, applies in rows if applies)
