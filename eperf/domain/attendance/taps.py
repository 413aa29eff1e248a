"""Which of several taps count.

Three sights of the same day: the second-exact rule of ANRI 18/2016 (the first accepted tap counts, for coming
and for going), the common one (the first for coming, the last for going), and machines that call every tap an
"in".
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time

from eperf.domain.attendance.day import LocalPunch
from eperf.domain.attendance.punch import PunchKind


@dataclass(frozen=True, slots=True)
class TapPair:
    """The tap for coming and the tap for going; None where there is none."""

    tap_in: LocalPunch | None
    tap_out: LocalPunch | None


def first_accepted(moments: list[time], window_from: time, window_to: time) -> time | None:
    """The earliest tap inside the window, both bounds included (ANRI 18/2016: 06:00 to 18:00)."""
    accepted = [moment for moment in moments if window_from <= moment <= window_to]
    return min(accepted, default=None)


def is_late(tap_in: time | None, late_after: time) -> bool | None:
    """Second-exact: late begins after `late_after` (ANRI 18/2016: 07:30:59); None without a tap."""
    return None if tap_in is None else tap_in > late_after


def choose_pair(punches: tuple[LocalPunch, ...], middle: time | datetime, trust_kind: bool = True) -> TapPair:
    """The first tap for coming and the last one for going after it.

    Breaks and overtime are neither. A tap without a meaning, and with `trust_kind` off every tap, may be
    either: a lone one is for coming when it lies before `middle`, the middle of the working hours (a time of day, or
    an instant where they go over midnight).
    """
    ordered = sorted(punches, key=lambda punch: (punch.time, punch.id))
    coming = [p for p in ordered if not trust_kind or p.kind in (PunchKind.IN, PunchKind.UNKNOWN)]
    going = [p for p in ordered if not trust_kind or p.kind in (PunchKind.OUT, PunchKind.UNKNOWN)]
    tap_in = coming[0] if coming else None
    after = [p for p in going if p is not tap_in and (tap_in is None or p.time >= tap_in.time)]
    tap_out = after[-1] if after else None
    if tap_in and tap_out is None and _ambiguous(tap_in, trust_kind) and not _before(tap_in, middle):
        return TapPair(None, tap_in)
    if tap_in is None and tap_out and _ambiguous(tap_out, trust_kind) and _before(tap_out, middle):
        return TapPair(tap_out, None)
    return TapPair(tap_in, tap_out)


def _before(punch: LocalPunch, middle: time | datetime) -> bool:
    return punch.time < middle if isinstance(middle, datetime) else punch.time.time() < middle


def _ambiguous(punch: LocalPunch, trust_kind: bool) -> bool:
    return not trust_kind or punch.kind is PunchKind.UNKNOWN
