"""The common course of a classification, from which policies are made.

First what releases from office hours, then which taps are worth something, then the minutes, then the word. A
policy brings the hours and the figures of its flexibility; the order of the rules is the same for all.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from eperf.domain.attendance import arithmetic
from eperf.domain.attendance.day import (
    DayInput,
    DayResult,
    DaySchedule,
    DayStatus,
    LocalPunch,
    Step,
    clock,
    local_at,
    minute_on,
)
from eperf.domain.attendance.steps import TAP_TABLE, step
from eperf.domain.attendance.taps import TapPair


@dataclass(frozen=True, slots=True)
class Flexibility:
    """How far the day may move and what is forgiven, in minutes, with the rule that says so."""

    tolerance_min: int = 0
    before_min: int = 0
    after_min: int = 0
    legal_basis: str = ""


@dataclass(frozen=True, slots=True)
class _Taps:
    """Usable taps as minutes of the day, and how many were missing."""

    in_min: int | None
    out_min: int | None
    missing: int
    steps: tuple[Step, ...]


def without_duty(day: DayInput, is_work_weekday: bool, legal_basis: str) -> DayResult | None:
    """The result of a day on which no office hours are owed: duty order, holiday, free day, leave; else None."""
    if day.duty is not None:
        return _free(day, DayStatus.DUTY, step("duty", legal_basis, code=day.duty))
    if day.is_holiday:
        basis = day.holiday_basis or "Perpres 21/2023 pasal 6"
        return _free(day, DayStatus.HOLIDAY, step("holiday", basis, name=day.holiday_name or "-"))
    if not is_work_weekday:
        return _free(day, DayStatus.OFF, step("off", legal_basis))
    if day.leave is not None:
        return _free(day, DayStatus.LEAVE, step("leave", "PP 11/2017, Peraturan BKN 24/2017", code=day.leave))
    return None


def without_taps(day: DayInput, schedule: DaySchedule) -> DayResult:
    """A working day without an accepted tap: absent, or still open."""
    if not day.is_over:
        steps = (_schedule(schedule), step("open", schedule.legal_basis))
        return DayResult(day.date, DayStatus.OPEN, None, None, None, None, None, steps=steps)
    steps = (_schedule(schedule), step("absent", schedule.legal_basis))
    return DayResult(day.date, DayStatus.ABSENT, None, None, None, None, None, steps=steps)


def measured(day: DayInput, schedule: DaySchedule, pair: TapPair, flex: Flexibility) -> DayResult:
    """A working day with taps: quality, flexibility, lateness, early leaving, shortage and work.

    Each rule that said something leaves a step.
    """
    taps = _usable(day, schedule, pair)
    shift = _shift(taps, schedule, flex)
    bare = _figures(day, schedule, taps, flex, shift)
    first, last = pair.tap_in, pair.tap_out
    return replace(
        bare,
        first_in=first.time if first and taps.in_min is not None else None,
        last_out=last.time if last and taps.out_min is not None else None,
        used=_used(pair, taps),
        steps=(
            _schedule(schedule),
            *taps.steps,
            *_shift_steps(shift, schedule, flex),
            *_late_steps(taps, schedule.start_min + shift, flex),
            *_figure_steps(bare, schedule, flex, shift),
        ),
    )


def _shift(taps: _Taps, schedule: DaySchedule, flex: Flexibility) -> int:
    if taps.in_min is None:
        return 0
    return arithmetic.flex_shift(taps.in_min, schedule.start_min, flex.before_min, flex.after_min)


def _figures(day: DayInput, schedule: DaySchedule, taps: _Taps, flex: Flexibility, shift: int) -> DayResult:
    """The minutes and the word of the day, by the arithmetic of the moved schedule."""
    end = schedule.end_min + shift
    late = arithmetic.late_min(taps.in_min, schedule.start_min + shift, flex.tolerance_min)
    early = arithmetic.early_leave_min(taps.out_min, end)
    required = arithmetic.required_end(
        taps.in_min, end, schedule.break_min, flex.tolerance_min, schedule.net_min
    )
    worked = arithmetic.worked_min(taps.in_min, taps.out_min, schedule.break_min)
    return DayResult(
        day.date,
        _status(taps.missing, late, early),
        late_min=late,
        early_min=early,
        shortage_min=arithmetic.shortage_min(taps.out_min, required),
        worked_min=None if worked is None else max(0, worked),
        missing_taps=taps.missing,
        required_out=None if required is None else local_at(day.date, required, day.zone),
    )


def _usable(day: DayInput, schedule: DaySchedule, pair: TapPair) -> _Taps:
    in_min, out_min = _minute(day, pair.tap_in), _minute(day, pair.tap_out)
    read = arithmetic.read_taps(
        in_min,
        out_min,
        schedule.start_min,
        schedule.end_min,
        in_corrected=pair.tap_in is not None and pair.tap_in.by_hand,
        out_corrected=pair.tap_out is not None and pair.tap_out.by_hand,
        out_awaited=not day.is_over,
    )
    shown = step("pair", schedule.legal_basis, tap_in=_clock(in_min), tap_out=_clock(out_min))
    return _Taps(
        in_min if read.in_usable else None,
        out_min if read.out_usable else None,
        read.missing_taps,
        (shown, *(step(fault, TAP_TABLE) for fault in read.faults)),
    )


def _minute(day: DayInput, punch: LocalPunch | None) -> int | None:
    return None if punch is None else minute_on(day.date, punch.time)


def _used(pair: TapPair, taps: _Taps) -> tuple[int, ...]:
    sides = ((pair.tap_in, taps.in_min), (pair.tap_out, taps.out_min))
    return tuple(punch.id for punch, minute in sides if punch is not None and minute is not None)


def _status(missing: int, late: int | None, early: int | None) -> DayStatus:
    if missing:
        return DayStatus.INCOMPLETE
    words = {
        (False, False): DayStatus.PRESENT,
        (True, False): DayStatus.LATE,
        (False, True): DayStatus.EARLY_LEAVE,
        (True, True): DayStatus.LATE_AND_EARLY,
    }
    return words[bool(late), bool(early)]


def _free(day: DayInput, status: DayStatus, why: Step) -> DayResult:
    return DayResult(day.date, status, steps=(why,))


def _schedule(schedule: DaySchedule) -> Step:
    start, end = clock(schedule.start_min), clock(schedule.end_min)
    return step("schedule", schedule.legal_basis, start=start, end=end, break_min=str(schedule.break_min))


def _shift_steps(shift: int, schedule: DaySchedule, flex: Flexibility) -> tuple[Step, ...]:
    if shift == 0:
        return ()
    start, end = clock(schedule.start_min + shift), clock(schedule.end_min + shift)
    return (step("flex", flex.legal_basis, shift_min=str(shift), start=start, end=end),)


def _late_steps(taps: _Taps, start: int, flex: Flexibility) -> tuple[Step, ...]:
    raw = 0 if taps.in_min is None else max(0, taps.in_min - start)
    if raw == 0:
        return ()
    counted = arithmetic.late_after_tolerance(raw, flex.tolerance_min)
    facts = {"raw_min": str(raw), "tolerance_min": str(flex.tolerance_min), "late_min": str(counted)}
    return (step("late", flex.legal_basis, **facts),)


def _figure_steps(bare: DayResult, schedule: DaySchedule, flex: Flexibility, shift: int) -> list[Step]:
    """A step for each figure that is known and says something."""
    steps: list[Step] = []
    if bare.early_min:
        end = clock(schedule.end_min + shift)
        steps.append(step("early_leave", schedule.legal_basis, early_min=str(bare.early_min), end=end))
    if bare.required_out is not None and bare.shortage_min:
        facts = {"required": f"{bare.required_out:%H:%M}", "shortage_min": str(bare.shortage_min)}
        steps.append(step("required_end", flex.legal_basis, **facts))
    if bare.worked_min is not None:
        steps.append(step("worked", schedule.legal_basis, worked_min=str(bare.worked_min)))
    return steps


def _clock(minute: int | None) -> str:
    return "-" if minute is None else clock(minute)
