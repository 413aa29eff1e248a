"""Examples by chance for each kind of part, how they are made small, and how they are written out."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from eperf.domain.attendance.day import DayInput
from eperf.domain.period import YearMonth
from eperf.domain.scoring import UnitPeriod
from eperf.plugins.samples import Tap
from eperf.testing.law import tables_of
from eperf.testing.laws.case import SchemeCase, verdict
from eperf.testing.laws.others import PolicyCase, days, plainer
from eperf.testing.laws.reduce import Purse, fewer, smaller
from eperf.testing.laws.sources import SourceCase, taps
from eperf.testing.random_month import random_month

_MONTHS = (YearMonth(2026, 3), YearMonth(2028, 2), YearMonth(2026, 12), YearMonth(2026, 1))
"""A usual month, a leap February, and both ends of a year."""

_TRIES, _SECONDS = 400, 20.0


class Examples:
    """So many examples from a seed."""

    def __init__(self, seed: int, count: int) -> None:
        self.seed, self.count = seed, count

    def of(self, judgement: Any) -> Iterator[Any]:
        """Examples for the part that is judged."""
        for at in range(self.count):
            seed = self.seed * 1_000 + at
            if isinstance(judgement.case, SourceCase):
                yield taps(seed)
            elif isinstance(judgement.case, PolicyCase):
                yield from days(seed)
            else:
                yield self._month(judgement, seed, at)

    def _month(self, judgement: Any, seed: int, at: int) -> UnitPeriod:
        scheme = isinstance(judgement.case, SchemeCase)
        whole = judgement.law.whole or at % 2 == 0 or not scheme
        return random_month(seed, 1 + (at + 1) % 4, _MONTHS[at % len(_MONTHS)], whole=whole)


def shrunk(judgement: Any, example: Any) -> Any:
    """The smallest example that was found and breaks the same law."""
    law, case = judgement.law, judgement.case

    def breaks(smaller_one: Any) -> bool:
        return verdict(law, case, smaller_one) is not None

    slow = law.name == "slow"
    purse = Purse(0 if slow else _TRIES, _SECONDS)
    if isinstance(example, UnitPeriod):
        return smaller(example, breaks, purse)
    if isinstance(example, DayInput):
        return _plain_day(example, breaks, purse)
    return fewer(example, breaks, purse)


def shown(example: Any) -> str:
    """An example as text: what is in it, and nothing that is empty."""
    if isinstance(example, UnitPeriod):
        head = f"month {example.period}, {example.working_days} working days"
        return "\n".join([head, *_rows(example)])
    if isinstance(example, DayInput):
        punches = ", ".join(f"{one.kind} {one.time:%H:%M}" for one in example.punches)
        marks = [name for name in ("is_holiday", "is_ramadan") if getattr(example, name)]
        return " ".join([f"day {example.date}: {punches or 'no taps'}", *marks])
    return "\n".join(_tap(one) for one in example) or "no records"


def _plain_day(day: DayInput, breaks: Any, purse: Purse) -> DayInput:
    for less in plainer(day):
        if purse.spent():
            break
        if breaks(less):
            return _plain_day(less, breaks, purse)
    return day


def _rows(facts: UnitPeriod) -> Iterator[str]:
    for name, rows in tables_of(facts).items():
        for row in rows.iter_rows(named=True):
            said = [f"{column}={_plain(value)}" for column, value in row.items() if value is not None]
            yield f"{name}: {' '.join(said)}"


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, date | datetime) else str(value)


def _tap(tap: Tap) -> str:
    return f"tap: pin={tap.pin} at={tap.at:%Y-%m-%d %H:%M:%S} status={tap.status} verify={tap.verify}"
