"""Months by chance, odd ones among them, for laws that must hold whatever a month holds. A seed gives the same month."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

from eperf.domain.period import YearMonth
from eperf.domain.scoring import UnitPeriod
from eperf.testing.unit_period import MARCH, Row, activity, day, employee, unit_period

_STATES = ("verified", "verified", "verified", "submitted", "returned", "rejected", "draft")
_WORKED = ("present", "late", "early_leave", "late_and_early", "incomplete")
_DAYS = (*_WORKED, "present", "present", "absent", "leave", "duty", "off", "holiday")
_NAMES = ("Entri data", "Rapat", "", "Laporan\ttriwulan", "Penyuluhan – desa")
_CLASSES = (None, 1, 7, 14, 15, 17)


def random_month(seed: int, people: int = 4, period: YearMonth = MARCH, *, whole: bool = False) -> UnitPeriod:
    """A unit of so many people with activities and days.

    Some people have no rows at all, unless the month is `whole`: then everybody has a row of every table and no
    column is unknown, so that whatever is taken away afterwards is the only thing missing.
    """
    chance = random.Random(seed)  # noqa: S311 - a seed that repeats is the point
    ids = sorted(chance.sample(range(1, 1_000), people))
    staff = [employee(one, job_class=7 if whole else chance.choice(_CLASSES)) for one in ids]
    busy = ids if whole else [one for one in ids if chance.random() < 0.8]
    return unit_period(
        staff,
        list(_activities(chance, busy, period)),
        [row for one in busy for row in _days(chance, one, period, whole)],
        period=period,
        working_days=20 if whole else chance.choice((0, 1, 20, 22)),
        unit_id=chance.randrange(1, 100),
    )


def _activities(chance: random.Random, busy: list[int], period: YearMonth) -> Iterator[Row]:
    numbers = chance.sample(range(1, 10_000), 5 * len(busy))
    for place, number in enumerate(numbers):
        yield activity(
            number,
            employee_id=busy[place % len(busy)],
            on=period.first + timedelta(days=chance.randrange(period.last.day)),
            name=chance.choice(_NAMES),
            quantity=str(Decimal(chance.randrange(20_000)) / 100),
            points=str(Decimal(chance.randrange(20_000)) / 100),
            unit_size=chance.choice((1, 10, 7, "0.5")),
            norm_min=chance.choice((None, 0, 1, 30, 600)),
            fraction_policy=chance.choice(("proportional", "whole_units")),
            state=chance.choice(_STATES),
        )


def _days(chance: random.Random, employee_id: int, period: YearMonth, whole: bool) -> Iterator[Row]:
    for offset in sorted(chance.sample(range(period.last.day), chance.randrange(1, 16))):
        status = "present" if whole else chance.choice(_DAYS)
        known = status in _WORKED
        yield day(
            period.first + timedelta(days=offset),
            employee_id=employee_id,
            status=status,
            late_min=_minutes(chance, whole) if known else None,
            early_min=_minutes(chance, whole) if known else None,
            missing_taps=chance.choice((0, 0, 0, 1, 2)) if known and not whole else 0,
        )


def _minutes(chance: random.Random, known: bool) -> int | None:
    return chance.choice((0, 0, 1, 29, 30, 31, 60, 61, 90, 91, 400, *(() if known else (None,))))
