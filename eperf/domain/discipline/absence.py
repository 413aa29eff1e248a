"""Counting absence: days of a calendar year, and runs of consecutive working days.

A run counts working days only: weekends and holidays neither break nor lengthen it, and a working day that was not
unexcused absence breaks it. Each calendar year counts apart, while a run is followed across New Year.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from eperf.domain.attendance.day import DayStatus

IsWorkingDay = Callable[[date], bool]

_DAY = timedelta(days=1)
_FREE = frozenset({DayStatus.OFF, DayStatus.HOLIDAY})


@dataclass(frozen=True, slots=True)
class Run:
    """Consecutive working days of absence."""

    first: date
    last: date
    days: int


@dataclass(frozen=True, slots=True)
class Absence:
    """Somebody's unexcused absence, counted. Years without a day of it are not named."""

    days_by_year: Mapping[int, int]
    runs: tuple[Run, ...]

    @property
    def longest_run(self) -> int:
        """The longest run, 0 without absence."""
        return max((run.days for run in self.runs), default=0)

    def longest_run_in(self, year: int) -> int:
        """The longest run with a day in the year; it is counted whole, also the days of the year before or after."""
        return max((run.days for run in self.runs if run.first.year <= year <= run.last.year), default=0)


def count_absence(absent: Iterable[date], is_working_day: IsWorkingDay) -> Absence:
    """Counts dates of absence. A date named twice is one day; a free day is none, whoever stayed away."""
    days = sorted(day for day in set(absent) if is_working_day(day))
    runs: list[Run] = []
    for day in days:
        if runs and _follows(runs[-1].last, day, is_working_day):
            runs[-1] = Run(runs[-1].first, day, runs[-1].days + 1)
        else:
            runs.append(Run(day, day, 1))
    return Absence(dict(Counter(day.year for day in days)), tuple(runs))


def absence_of_days(statuses: Mapping[date, DayStatus], is_working_day: IsWorkingDay) -> Absence:
    """Counts classified days. What a day was says whether it is free; the calendar answers for days without a word.

    A working day without a word is not known to be absence, so it breaks a run.
    """

    def working(day: date) -> bool:
        status = statuses.get(day)
        return is_working_day(day) if status is None else status not in _FREE

    return count_absence((day for day, status in statuses.items() if status is DayStatus.ABSENT), working)


def _follows(last: date, day: date, is_working_day: IsWorkingDay) -> bool:
    """Whether no working day lies between two days."""
    between = last + _DAY
    while between < day:
        if is_working_day(between):
            return False
        between += _DAY
    return True
