"""Presence against reports: I-09, I-10, I-13, I-14 and I-27. Minutes of a day count from its midnight."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from eperf.domain.count import whole_count
from eperf.domain.integrity.catalogue import indicator
from eperf.domain.integrity.finding import Finding, counted

DAY_MIN = 1_440


@dataclass(frozen=True, slots=True)
class MissingOut:
    """I-09: on more than this share of the days with an in-punch."""

    over_pct: Decimal = Decimal(25)


@dataclass(frozen=True, slots=True)
class DayGap:
    """I-10: how much reported work between in and out is as good as none."""

    least_activity_min: int = 1


@dataclass(frozen=True, slots=True)
class OverReported:
    """I-13: how many minutes more than present are tolerated."""

    over_min: int = 15


@dataclass(frozen=True, slots=True)
class NoWork:
    """I-27: from which presence on a day is full, up to which approved minutes it has no work, and on how many days."""

    min_present_min: int = 300
    most_approved_min: int = 15
    min_days: int = 10


def missing_outs(days_with_in: int, days_without_out: int, settings: MissingOut | None = None) -> Finding:
    """I-09 for one person and month."""
    rule = settings or MissingOut()
    whole_count("days_without_out", days_without_out, counted("days_with_in", days_with_in))
    return Finding(
        indicator("I-09"),
        days_without_out * 100 > rule.over_pct * days_with_in,
        {
            "days_with_in": days_with_in,
            "days_without_out": days_without_out,
            "over_pct": rule.over_pct,
        },
    )


def day_gap(
    tap_in: int | None,
    tap_out: int | None,
    *,
    field_punches: Sequence[int] = (),
    fence_exits: Sequence[int] = (),
    activity_min: int = 0,
    settings: DayGap | None = None,
) -> Finding:
    """I-10 for one day with in and out: punched elsewhere, left the fence, or reported nothing in between.

    Only moments strictly between the taps count. A day without both taps has no between.
    """
    rule = settings or DayGap()
    counted("activity_min", activity_min)
    causes: tuple[str, ...] = ()
    if tap_in is not None and tap_out is not None:
        rows = (
            ("field_punch", any(tap_in < moment < tap_out for moment in field_punches)),
            ("fence_exit", any(tap_in < moment < tap_out for moment in fence_exits)),
            ("no_activity", activity_min < rule.least_activity_min),
        )
        causes = tuple(name for name, applies in rows if applies)
    facts = {"tap_in": tap_in, "tap_out": tap_out, "activity_min": activity_min, "causes": causes}
    return Finding(indicator("I-10"), bool(causes), facts | {"least_activity_min": rule.least_activity_min})


def present_min(tap_in: int | None, tap_out: int | None, break_min: int = 0) -> int | None:
    """Minutes present: out less in less the break, at least 0. An out before the in is of the next day.

    None when a tap is missing: presence is then not known.
    """
    if tap_in is None or tap_out is None:
        return None
    end = tap_out if tap_out >= tap_in else tap_out + DAY_MIN
    return max(0, end - tap_in - counted("break_min", break_min))


def over_reported(present: int | None, reported_min: int, settings: OverReported | None = None) -> Finding:
    """I-13 for one day. `excess_min` is below zero when less was reported; None when presence is not known.

    A day without taps says nothing here: whether there could be work on it is the question of I-14.
    """
    rule = settings or OverReported()
    counted("reported_min", reported_min)
    excess = None if present is None else reported_min - present
    return Finding(
        indicator("I-13"),
        excess is not None and excess > rule.over_min,
        {
            "present_min": present,
            "reported_min": reported_min,
            "excess_min": excess,
            "over_min": rule.over_min,
        },
    )


def work_while_away(
    *,
    on_approved_leave: bool = False,
    holiday: bool = False,
    has_punch: bool = False,
    duty_letter: bool = False,
) -> Finding:
    """I-14 for a day with a reported activity. Asked again when a leave is approved later."""
    rows = (
        ("leave", on_approved_leave),
        ("holiday", holiday),
        ("absent", not has_punch and not duty_letter),
    )
    causes = tuple(name for name, applies in rows if applies)
    facts = {
        "on_approved_leave": on_approved_leave,
        "holiday": holiday,
        "has_punch": has_punch,
        "duty_letter": duty_letter,
    }
    return Finding(indicator("I-14"), bool(causes), facts | {"causes": causes})


def present_without_work(days: Iterable[tuple[int | None, int]], settings: NoWork | None = None) -> Finding:
    """I-27 for one person and month: present and approved minutes of each day; unknown presence does not count."""
    rule = settings or NoWork()
    idle = sum(
        present is not None and present >= rule.min_present_min and approved <= rule.most_approved_min
        for present, approved in days
    )
    return Finding(
        indicator("I-27"),
        idle >= rule.min_days,
        {
            "idle_days": idle,
            "min_days": rule.min_days,
            "min_present_min": rule.min_present_min,
            "most_approved_min": rule.most_approved_min,
        },
    )
