"""Which days are free, and which have the hours of Ramadan: a base by year, and entries by decree on top of it.

The base says what is known of a year in general. A decree adds a day or takes one away, everywhere or for one unit
with all below it; the nearest unit decides, and of two entries of one unit the one recorded last. Of what is
celebrated on one day each kind is decided by itself: taking joint leave away leaves a national holiday standing.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum

from eperf.domain.errors import BadInput
from eperf.domain.text import clean

FIRST_YEAR, LAST_YEAR = 2000, 2199
MOST_DAYS = 62
"""The longest an entry may be: Ramadan has 30 days at most, no decree frees two months at once."""


class EntryKind(StrEnum):
    """What an entry of the calendar says of its days (Perpres 21/2023 art. 4 and 6)."""

    NATIONAL = "national"
    """A national holiday (hari libur nasional)."""
    JOINT_LEAVE = "joint_leave"
    """Joint leave (cuti bersama): free for everybody, and not taken from anybody's annual leave."""
    OTHER = "other"
    """Free by another policy (kebijakan lain): an election, a regional day."""
    RAMADAN = "ramadan"
    """Days with the hours of Ramadan; they are worked."""


@dataclass(frozen=True, slots=True)
class Holiday:
    """A free day, with the rule that frees it. `estimated`: a computed date that no decree has confirmed yet."""

    date: date
    kind: EntryKind
    name: str
    legal_basis: str
    estimated: bool = False


@dataclass(frozen=True)
class Entry:
    """What a decree says: `adds` days (or takes them away), `first` to `last` inclusive, everywhere without a unit."""

    kind: EntryKind
    first: date
    last: date
    name: str
    legal_basis: str
    unit_id: int | None = None
    adds: bool = True

    def covers(self, day: date) -> bool:
        """Whether it speaks of a day."""
        return self.first <= day <= self.last

    def days(self) -> list[date]:
        """Its days, in order."""
        return [self.first + timedelta(days=n) for n in range((self.last - self.first).days + 1)]


def checked_entry(entry: Entry) -> Entry:
    """The entry with its texts cleaned; refuses spans that are empty, too long or outside the years known."""
    if entry.last < entry.first:
        raise BadInput("lastDay", entry.last.isoformat(), "lies before the first day")
    if not FIRST_YEAR <= entry.first.year <= LAST_YEAR:
        raise BadInput("firstDay", entry.first.isoformat(), f"lies outside {FIRST_YEAR} to {LAST_YEAR}")
    if len(entry.days()) > MOST_DAYS:
        raise BadInput("lastDay", entry.last.isoformat(), f"makes more than {MOST_DAYS} days")
    name = clean("name", entry.name, most=200)
    return dataclasses.replace(entry, name=name, legal_basis=clean("legalBasis", entry.legal_basis, most=200))


@dataclass(frozen=True)
class FreeDays:
    """What a unit's calendar says: its free days, and which days are of Ramadan."""

    holidays: Mapping[date, Holiday] = field(default_factory=dict)
    """By date; of several kinds on one day the first in the order of `EntryKind`."""
    ramadan: Mapping[date, Entry] = field(default_factory=dict)


def free_days(
    days: Iterable[date], base: Iterable[Holiday], entries: Iterable[Entry], above: Sequence[int]
) -> FreeDays:
    """The calendar of a unit for some days; `above` are the unit and those above it, nearest first.

    `entries` come in the order in which they were recorded. Those of units that are not above do not count.
    """
    known = set(days)
    standing: dict[tuple[date, EntryKind], Holiday | Entry] = {
        (one.date, one.kind): one for one in base if one.date in known
    }
    for entry in _widest_first(entries, above):
        for day in entry.days():
            if day not in known:
                continue
            if entry.adds:
                standing[day, entry.kind] = entry
            else:
                standing.pop((day, entry.kind), None)
    return FreeDays(_holidays(standing), _ramadan(standing))


def _widest_first(entries: Iterable[Entry], above: Sequence[int]) -> list[Entry]:
    """Everywhere, then from the top unit down, so that the nearest speaks last."""
    place: dict[int | None, int] = {unit: -number for number, unit in enumerate(above)}
    place[None] = -len(above)
    return sorted((one for one in entries if one.unit_id in place), key=lambda one: place[one.unit_id])


def _holidays(standing: Mapping[tuple[date, EntryKind], Holiday | Entry]) -> dict[date, Holiday]:
    found: dict[date, Holiday] = {}
    for kind in EntryKind:
        for (day, which), one in standing.items():
            if which is kind and kind is not EntryKind.RAMADAN and day not in found:
                found[day] = (
                    one if isinstance(one, Holiday) else Holiday(day, kind, one.name, one.legal_basis)
                )
    return dict(sorted(found.items()))


def _ramadan(standing: Mapping[tuple[date, EntryKind], Holiday | Entry]) -> dict[date, Entry]:
    return {
        day: one
        for (day, kind), one in sorted(standing.items())
        if kind is EntryKind.RAMADAN and isinstance(one, Entry)
    }
