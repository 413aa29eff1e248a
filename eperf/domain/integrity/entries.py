"""How entries are made: I-12, I-15, I-22, I-23 and I-26."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

from eperf.domain.count import whole_count
from eperf.domain.errors import BadInput
from eperf.domain.integrity.catalogue import indicator
from eperf.domain.integrity.finding import Finding, counted, measured
from eperf.domain.integrity.presence import DAY_MIN
from eperf.domain.number import sized


@dataclass(frozen=True, slots=True)
class BackDated:
    """I-15: entries at once and past days they are for (both must be reached), or how long entries lag behind."""

    min_entries: int = 10
    within_min: int = 30
    min_past_days: int = 5
    over_lag_days: Decimal = Decimal(7)


@dataclass(frozen=True, slots=True)
class RoundMinutes:
    """I-22: which durations are round, and from which share of the entries on."""

    round_min: tuple[int, ...] = (60, 120, 180)
    min_pct: Decimal = Decimal(80)


@dataclass(frozen=True, slots=True)
class Padding:
    """I-23: more than this many times the median of the post."""

    over_times: Decimal = Decimal(2)


@dataclass(frozen=True, slots=True)
class LastDays:
    """I-26: more than this share of a month's entries in this many last days of it."""

    over_pct: Decimal = Decimal(50)
    last_days: int = 2


def minutes_of(start: int, end: int) -> tuple[int, int]:
    """An interval from two minutes of the day; an end before the start is of the next day."""
    return (start, end) if end >= start else (start, end + DAY_MIN)


def union_min(intervals: Iterable[tuple[int, int]]) -> int:
    """Minutes that at least one interval covers."""
    covered, reached = 0, None
    for start, end in sorted(intervals):
        if reached is None or start > reached:
            covered, reached = covered + end - start, end
        elif end > reached:
            covered, reached = covered + end - reached, end
    return covered


def overlapping(intervals: Sequence[tuple[int, int]]) -> Finding:
    """I-12 for one person and day: start and end of each activity in minutes. Touching ends do not overlap."""
    for number, (start, end) in enumerate(intervals):
        if end < start:
            raise BadInput(f"intervals.{number}", f"{start}-{end}", "ends before it starts")
    total, union = sum(end - start for start, end in intervals), union_min(intervals)
    return Finding(
        indicator("I-12"),
        union < total,
        {"sum_min": total, "union_min": union, "overlap_min": total - union},
    )


def back_dated(
    entries_at_once: int,
    past_days: int,
    median_lag_days: Decimal | None = None,
    settings: BackDated | None = None,
) -> Finding:
    """I-15 for one person: the most entries created within half an hour, for how many past days; the median lag."""
    rule = settings or BackDated()
    counted("entries_created_within_30_min", entries_at_once)
    counted("distinct_past_days", past_days)
    if median_lag_days is not None:
        sized("median_lag_days", median_lag_days)
    rows = (
        ("burst", entries_at_once >= rule.min_entries and past_days >= rule.min_past_days),
        ("lag", median_lag_days is not None and median_lag_days > rule.over_lag_days),
    )
    causes = tuple(name for name, applies in rows if applies)
    facts = {
        "entries_at_once": entries_at_once,
        "past_days": past_days,
        "median_lag_days": median_lag_days,
        "min_entries": rule.min_entries,
        "min_past_days": rule.min_past_days,
        "over_lag_days": rule.over_lag_days,
    }
    return Finding(indicator("I-15"), bool(causes), facts | {"causes": causes})


def back_dated_entries(
    entries: Sequence[tuple[datetime, date]], settings: BackDated | None = None
) -> Finding:
    """I-15 from the entries themselves: when each was created (local) and the day it is for.

    The half hour that holds enough entries for enough past days counts; failing that, the one with most entries.
    """
    rule = settings or BackDated()
    made = sorted(entries)
    past = [(at, day) for at, day in made if day < at.date()]
    best = (False, 0, 0)
    for start, _ in past:
        near = [day for at, day in past if timedelta(0) <= at - start <= timedelta(minutes=rule.within_min)]
        burst = len(near) >= rule.min_entries and len(set(near)) >= rule.min_past_days
        best = max(best, (burst, len(near), len(set(near))))
    lags = sorted((at.date() - day).days for at, day in made)
    return back_dated(best[1], best[2], median(lags), rule)


def round_minutes(durations: Sequence[int], settings: RoundMinutes | None = None) -> Finding:
    """I-22 for one person and month."""
    rule = settings or RoundMinutes()
    round_ones = sum(counted("durations_min", duration) in rule.round_min for duration in durations)
    return Finding(
        indicator("I-22"),
        bool(durations) and round_ones * 100 >= rule.min_pct * len(durations),
        {"round": round_ones, "entries": len(durations), "min_pct": rule.min_pct},
    )


def padded(own: Decimal, post_median: Decimal | None, settings: Padding | None = None) -> Finding:
    """I-23: minutes for a unit of output, own and the post's median. A median of nothing or 0 compares with nobody."""
    rule = settings or Padding()
    measured("minutes_per_unit", own)
    measured("post_median_minutes_per_unit", post_median)
    return Finding(
        indicator("I-23"),
        bool(post_median) and post_median is not None and own > rule.over_times * post_median,
        {"minutes_per_unit": own, "post_median": post_median, "over_times": rule.over_times},
    )


def last_minute(entries: int, entries_last_days: int, settings: LastDays | None = None) -> Finding:
    """I-26 for one person and month: all entries, and those made in its last days."""
    rule = settings or LastDays()
    whole_count("entries_last_2_days", entries_last_days, counted("entries_in_month", entries))
    return Finding(
        indicator("I-26"),
        entries_last_days * 100 > rule.over_pct * entries,
        {
            "entries": entries,
            "entries_last_days": entries_last_days,
            "over_pct": rule.over_pct,
            "last_days": rule.last_days,
        },
    )


def median(numbers: Sequence[int]) -> Decimal | None:
    """The middle one, or the mean of the two in the middle; None of none."""
    if not numbers:
        return None
    ordered, half = sorted(numbers), len(numbers) // 2
    if len(ordered) % 2:
        return Decimal(ordered[half])
    middle = Fraction(ordered[half - 1] + ordered[half], 2)
    return Decimal(middle.numerator) / middle.denominator
