"""Months by chance, odd ones among them, for laws that must hold whatever a month holds. A seed gives one month."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

from eperf.domain.appraisal.predikat import BERAKHLAK, Predikat
from eperf.domain.period import YearMonth
from eperf.domain.scoring import UnitPeriod
from eperf.domain.scoring.deciding import Deciding
from eperf.domain.scoring.tables import ASPECTS
from eperf.testing.unit_period import (
    MARCH,
    Row,
    activity,
    behaviour,
    day,
    employee,
    predikat,
    target,
    unit_period,
)

DIMENSIONS = (*BERAKHLAK, "polite", "trustworthy", "open", "effective", "discipline", "cooperation")
"""Behaviour in such a month is rated in these dimensions, from 0 to 5."""

_STATES = ("verified", "verified", "verified", "submitted", "returned", "rejected", "draft")
_WORKED = ("present", "late", "early_leave", "late_and_early", "incomplete")
_DAYS = (*_WORKED, "present", "present", "absent", "leave", "duty", "off", "holiday")
_NAMES = ("Entri data", "Rapat", "", "Laporan\ttriwulan", "Penyuluhan – desa")
_CLASSES = (None, 1, 7, 14, 15, 17)
_POSTS = (None, "leader_first", "administrator", "supervisor", "functional", "implementer")


class _Month:
    """One month in the making: its chance, its people, and how much of it may be unknown."""

    def __init__(self, seed: int, people: int, period: YearMonth, whole: bool) -> None:
        self.chance = random.Random(seed)  # noqa: S311 - a seed that repeats is the point
        self.whole, self.period = whole, period
        self.periods = sorted({word.period(period) for word in Deciding})
        self.ids = sorted(self.chance.sample(range(1, 1_000_000), people))
        self.numbers = iter(self.chance.sample(range(1, 10**9), 200 * people))

    def some(self) -> list[int]:
        """Those who have rows of a table: everybody in a whole month."""
        return [one for one in self.ids if self.whole or self.chance.random() < 0.8]

    def sometimes(self) -> bool:
        """Whether a value may be unknown here."""
        return not self.whole and self.chance.random() < 0.05

    def employees(self) -> Iterator[Row]:
        for one in self.ids:
            job_class = 7 if self.whole else self.chance.choice(_CLASSES)
            post = "implementer" if self.whole else self.chance.choice(_POSTS)
            yield employee(one, job_class=job_class, position_kind=post)

    def activities(self) -> Iterator[Row]:
        for one in self.some():
            for _ in range(self.chance.randrange(1, 6)):
                yield self._activity(one)

    def _activity(self, employee_id: int) -> Row:
        chance = self.chance
        return activity(
            next(self.numbers),
            employee_id=employee_id,
            on=self.period.first + timedelta(days=chance.randrange(self.period.last.day)),
            name=chance.choice(_NAMES),
            quantity=str(Decimal(chance.randrange(20_000)) / 100),
            points=str(Decimal(chance.randrange(20_000)) / 100),
            unit_size=chance.choice((1, 10, 7, "0.5")),
            norm_min=chance.choice((None, 0, 1, 30, 600)),
            fraction_policy=chance.choice(("proportional", "whole_units")),
            state=chance.choice(_STATES),
        )

    def days(self) -> Iterator[Row]:
        last = self.period.last.day
        for one in self.some():
            for offset in sorted(self.chance.sample(range(last), self.chance.randrange(1, 16))):
                yield self._day(one, offset)

    def _day(self, employee_id: int, offset: int) -> Row:
        status = self.chance.choice(_DAYS)
        known = status in _WORKED
        return day(
            self.period.first + timedelta(days=offset),
            employee_id=employee_id,
            status=status,
            late_min=self._minutes() if known else None,
            early_min=self._minutes() if known else None,
            missing_taps=self.chance.choice((0, 0, 0, 1, 2)) if known else 0,
        )

    def _minutes(self) -> int | None:
        return None if self.sometimes() else self.chance.choice((0, 0, 1, 29, 30, 31, 60, 61, 90, 91, 400))

    def targets(self) -> Iterator[Row]:
        for one in self.some():
            for plan, period in enumerate(self.periods):
                for aspect in ASPECTS:
                    for _ in range(self.chance.randrange(1, 4)):
                        yield self._target(one, plan, period, aspect)

    def _target(self, employee_id: int, plan: int, period: str, aspect: str) -> Row:
        wanted = Decimal(self.chance.randrange(1, 50_000)) / 100
        realised = wanted * self.chance.choice((0, 1, 2, 7, 13, 20, 25)) / 13
        return target(
            next(self.numbers),
            employee_id=employee_id,
            plan_id=plan + 1,
            period=period,
            aspect=aspect,
            target=str(wanted),
            realised=None if self.sometimes() else str(round(realised, 2)),
            through=str(self.period),
            weight=str(self.chance.randrange(1, 100)) if plan % 2 else None,
        )

    def behaviour(self) -> Iterator[Row]:
        for one in self.some():
            for period in self.periods:
                for dimension in DIMENSIONS:
                    score = str(Decimal(self.chance.randrange(501)) / 100)
                    said = None if self.sometimes() else score
                    yield behaviour(dimension, said, employee_id=one, period=period, lowest=0, highest=5)

    def predikat(self) -> Iterator[Row]:
        for one in self.some():
            for period in self.periods:
                if not self.sometimes():
                    word = self.chance.choice(list(Predikat)).value
                    yield predikat(word, employee_id=one, period=period)


def random_month(seed: int, people: int = 3, period: YearMonth = MARCH, *, whole: bool = False) -> UnitPeriod:
    """A unit of so many people with activities, days, targets, behaviour and predikat.

    Some people have no rows of a table, and some values are unknown, unless the month is `whole`: then nothing is
    missing, so that whatever is taken away afterwards is the only thing that is. Targets, ratings and predikat are
    there for every period that `Deciding` can name.
    """
    month = _Month(seed, people, period, whole)
    return unit_period(
        list(month.employees()),
        month.activities(),
        month.days(),
        month.targets(),
        month.behaviour(),
        month.predikat(),
        period=period,
        working_days=20 if whole else month.chance.choice((0, 1, 20, 22)),
        unit_id=month.chance.randrange(1, 100),
    )
