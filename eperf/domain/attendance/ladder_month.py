"""A month on a ladder: the cut, and the steps that sum to it exactly.

Every event leaves a step with what it costs, also when that is nothing, with the reason. What belongs to the month or
the day as a whole (a cap, a run of absence) is a step of its own, so that an event shows its own price.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, time
from decimal import Decimal

from eperf.domain.attendance.day import minute_of
from eperf.domain.attendance.ladder import FULL_PCT, Band, Base, Cause, Ladder, Per
from eperf.domain.attendance.ladder_words import worded
from eperf.domain.errors import BadInput, RateUnknown

_ZERO = Decimal(0)
_MOST_COUNT = 1_000_000


@dataclass(frozen=True, slots=True)
class Event:
    """Something that a ladder may cut for, `count` times over.

    `minutes` None: unknown, or without meaning for the cause. `day` is needed only where a day has a cap of its own;
    events without one are each taken for a day's.
    """

    cause: Cause
    minutes: int | None = None
    made_up: bool = False
    count: int = 1
    day: date | None = None


@dataclass(frozen=True, slots=True)
class CutStep:
    """One rule applied: what it cuts (below zero where a cap gives back), why, and by which regulation."""

    rule: str
    cause: Cause | None
    cut_pct: Decimal
    legal_basis: str
    text_id: str
    text_en: str
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class MonthCut:
    """The cut of a month in per cent of `base`: the sum of its steps."""

    profile: str
    base: Base
    steps: tuple[CutStep, ...]

    @property
    def cut_pct(self) -> Decimal:
        """What is cut, caps applied."""
        return sum((step.cut_pct for step in self.steps), _ZERO)

    @property
    def uncapped_pct(self) -> Decimal:
        """What would be cut without the month's cap: above 100 it is worth a look at the records."""
        return sum((step.cut_pct for step in self.steps if step.rule != "cap"), _ZERO)


def month_cut(ladder: Ladder, events: Sequence[Event], longest_absence_run: int = 0) -> MonthCut:
    """Puts a month's events on a ladder.

    `longest_absence_run`: the longest run of consecutive working days of absence that reaches into the month; it
    matters only to ladders that know one. Raises `BadInput` for a negative figure and for minutes that are needed
    and missing, `RateUnknown` where the rule cuts at a rate that is not known.
    """
    for number, event in enumerate(events):
        _check(number, event)
    _not_negative("longest_absence_run", longest_absence_run)
    placed = list(_event_steps(ladder, events))
    steps = [step for _, step in placed]
    if ladder.day_cap_pct is not None:
        steps += _day_cap_steps(ladder, ladder.day_cap_pct, events, placed)
    total = sum((step.cut_pct for step in steps), _ZERO)
    run = ladder.wipe_out
    if run and longest_absence_run >= run.days and run.rate_pct > total:
        facts = {"days": str(longest_absence_run), "rate": str(run.rate_pct)}
        steps.append(_step(ladder, "wipe_out", Cause.ABSENT, run.rate_pct - total, facts))
        total = run.rate_pct
    if total > ladder.cap_pct:
        steps.append(_step(ladder, "cap", None, ladder.cap_pct - total, {"cap": str(ladder.cap_pct)}))
    return MonthCut(ladder.profile, ladder.base, tuple(steps))


def tap_cut(ladder: Ladder, tap_in: time | None, counts_from: time | None = None) -> MonthCut:
    """What one arrival costs by the clock; None: no tap was made.

    `counts_from` replaces the ladder's own last minute that is not late; a ladder without one is refused without it.
    A tap counts at its printed minute.
    """
    if tap_in is None:
        return month_cut(ladder, [Event(Cause.MISSING_IN)])
    start = counts_from or ladder.counts_from
    if start is None:
        raise BadInput("counts_from", None, f"{ladder.profile} prints no clock times: say when work begins")
    return month_cut(ladder, [Event(Cause.LATE, max(0, minute_of(tap_in) - minute_of(start)))])


def absence_cut(ladder: Ladder, absent_days: int, longest_run: int) -> MonthCut:
    """What absence alone costs: by the day, and by the longest run where the ladder knows one."""
    _not_negative("absent_working_days", absent_days)
    return month_cut(ladder, [Event(Cause.ABSENT, count=absent_days)], longest_run)


def penalty_score(ladder: Ladder, events: Sequence[Event]) -> Decimal:
    """A score of 100 less all cuts, never below 0."""
    return max(_ZERO, FULL_PCT - month_cut(ladder, events).cut_pct)


Placed = tuple[int, CutStep]


def _event_steps(ladder: Ladder, events: Sequence[Event]) -> Iterable[Placed]:
    """A step or two for each event, with its place among the events."""
    free = _free_counts(ladder, events)
    times = sum(e.count for e in events if e.cause is Cause.LATE and e.minutes != 0)
    few = 0 < times <= ladder.late_times_free
    for number, event in enumerate(events):
        if event.count == 0:
            continue
        if event.cause is Cause.LATE and few and event.minutes != 0:
            facts = {
                "times": str(times),
                "threshold": str(ladder.late_times_free),
                "count": str(event.count),
            }
            yield number, _step(ladder, "few_lates", event.cause, _ZERO, facts)
            continue
        spared = free[number]
        if spared:
            yield number, _step(ladder, "free", event.cause, _ZERO, {"count": str(spared)})
        if event.count > spared:
            yield number, _event_step(ladder, number, event, event.count - spared)


def _free_counts(ladder: Ladder, events: Sequence[Event]) -> list[int]:
    """How much of each event the first free times of its cause take: the earliest days first, undated events last.

    By the day and not by the place in the list: where a day has a cap, it matters which day was free.
    """
    left = {cause: ladder.free_times(cause) for cause in Cause}
    free = [0] * len(events)
    for number, event in sorted(enumerate(events), key=lambda one: one[1].day or date.max):
        free[number] = min(left[event.cause], event.count)
        left[event.cause] -= free[number]
    return free


def _event_step(ladder: Ladder, number: int, event: Event, count: int) -> CutStep:
    facts = {"minutes": "-" if event.minutes is None else str(event.minutes), "count": str(count)}
    bands = list(ladder.bands_of(event.cause))
    if not bands:
        return _step(ladder, "not_listed", event.cause, _ZERO, facts)
    by_minutes = bands[0].from_min is not None
    if by_minutes and event.minutes == 0:
        return _step(ladder, "no_minutes", event.cause, _ZERO, facts)
    if event.made_up and event.cause is Cause.LATE and ladder.can_be_made_up(event.minutes):
        return _step(ladder, "made_up", event.cause, _ZERO, facts)
    band = next((band for band in bands if band.holds(event.minutes)), None)
    if band is None and event.minutes is None:
        raise BadInput(f"events[{number}].minutes", None, f"{ladder.profile} needs the minutes")
    if band is None:
        return _step(ladder, "outside", event.cause, _ZERO, facts)
    return _band_step(ladder, number, event, band, facts)


def _band_step(ladder: Ladder, number: int, event: Event, band: Band, facts: dict[str, str]) -> CutStep:
    if band.rate_pct is None:
        raise RateUnknown(f"events[{number}]", event.cause.value, ladder.legal_basis)
    facts = {**facts, "rate": str(band.rate_pct)}
    cut = band.rate_pct * int(facts["count"])
    if band.per is Per.MINUTE:
        if event.minutes is None:
            raise BadInput(f"events[{number}].minutes", None, f"{ladder.profile} needs the minutes")
        return _step(ladder, "per_minute", event.cause, cut * event.minutes, facts)
    return _step(ladder, "each" if band.from_min is None else "band", event.cause, cut, facts)


def _day_cap_steps(
    ladder: Ladder, cap: Decimal, events: Sequence[Event], placed: Sequence[Placed]
) -> Iterable[CutStep]:
    """What a day's cap gives back, for every day above it."""
    sums: dict[date, Decimal] = defaultdict(lambda: _ZERO)
    for number, step in placed:
        event = events[number]
        if event.day is not None:
            sums[event.day] += step.cut_pct
        elif step.cut_pct > cap * (count := int(step.facts["count"])):
            back = cap * count - step.cut_pct
            yield _step(ladder, "day_cap", event.cause, back, {"cap": str(cap), "day": "-"})
    for day, total in sorted(sums.items()):
        if total > cap:
            yield _step(ladder, "day_cap", None, cap - total, {"cap": str(cap), "day": day.isoformat()})


def _step(ladder: Ladder, rule: str, cause: Cause | None, cut: Decimal, facts: dict[str, str]) -> CutStep:
    text_id, text_en = worded(rule, cause, facts)
    return CutStep(rule, cause, cut, ladder.legal_basis, text_id, text_en, facts)


def _check(number: int, event: Event) -> None:
    _not_negative(f"events[{number}].count", event.count)
    if event.minutes is not None:
        _not_negative(f"events[{number}].minutes", event.minutes)


def _not_negative(name: str, value: int) -> None:
    if not 0 <= value <= _MOST_COUNT:
        raise BadInput(name, value, f"between 0 and {_MOST_COUNT}")
