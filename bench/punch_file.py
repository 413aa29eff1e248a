"""A file of clock records by a seed: most of them good, some sent twice, some late, some of nobody, some rubbish."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

TWICE, LATE, STRANGE, RUBBISH = 0.05, 0.05, 0.02, 0.01
PEOPLE = 1000
FIRST = datetime(2025, 11, 1)
_DAYS = 365
_LATE_DAYS = 30


@dataclass(frozen=True)
class Row:
    """A line: PIN, time and state as the file writes them; one that is no record has no time."""

    pin: str
    time: str
    state: str


@dataclass(frozen=True)
class Expected:
    """What must become of the lines; together they are all of them."""

    used: int
    duplicates: int
    unexplained: int


def rows(count: int, seed: int = 5) -> Iterator[Row]:
    """Lines in the order in which a machine wrote them down, but for those that came late."""
    chance = random.Random(seed)
    before: list[Row] = []
    for place in range(count):
        sort = chance.random()
        if before and sort < TWICE:
            yield chance.choice(before)
            continue
        sort -= TWICE
        at = FIRST + timedelta(days=_LATE_DAYS + place * _DAYS / count)
        if sort < LATE:
            at -= timedelta(days=chance.randrange(1, _LATE_DAYS))
        sort -= LATE
        at = at.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(
            seconds=chance.randrange(6 * 3600, 18 * 3600)
        )
        strange = 0 <= sort < STRANGE
        pin = str(chance.randrange(PEOPLE) + (900_000 if strange else 1))
        row = Row(pin, f"{at:%Y-%m-%d %H:%M:%S}", str(int(at.hour >= 12)))
        if STRANGE <= sort < STRANGE + RUBBISH:
            row = Row(f"sampah{place}", "tidak terbaca", "")
        if len(before) < 10_000:
            before.append(row)
        yield row


def expected(lines: Iterator[Row]) -> Expected:
    """Counted one by one, by another way than the product's."""
    seen: set[Row] = set()
    used = duplicates = unexplained = 0
    for row in lines:
        if row in seen:
            duplicates += 1
        elif row.pin.isdigit() and int(row.pin) <= PEOPLE:
            used += 1
        else:
            unexplained += 1
        seen.add(row)
    return Expected(used, duplicates, unexplained)


def stick(lines: Iterator[Row]) -> str:
    """As a machine writes them on a stick: PIN, time, device, state, verify, work code."""
    return "".join(f"{row.pin:>9}\t{row.time}\t1\t{row.state}\t1\t0\n" for row in lines)


def table(lines: Iterator[Row]) -> str:
    """As a CSV file."""
    return "pin,time,state\n" + "".join(f"{row.pin},{row.time},{row.state}\n" for row in lines)
