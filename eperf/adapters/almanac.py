"""The general calendar of a year: national holidays and joint leave, from the maintained almanac of `holidays`.

Its dates are those of the joint decrees of three ministers as far as they are out; later years are computed, and those
of the moon's calendar are marked as estimated. What a decree changes is an entry in our own calendar on top of this.
"""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from holidays.constants import GOVERNMENT, PUBLIC
from holidays.countries.indonesia import Indonesia

from eperf.domain.attendance.holiday import FIRST_YEAR, LAST_YEAR, EntryKind, Holiday

BASIS = "Perpres 21/2023 pasal 6"
"""The rule by which holidays and joint leave free from work; the decree of each year is not in the almanac."""
_KINDS = ((EntryKind.NATIONAL, PUBLIC), (EntryKind.JOINT_LEAVE, GOVERNMENT))
_ESTIMATED = " (perkiraan)"


@lru_cache(maxsize=64)
def holidays_of(year: int) -> tuple[Holiday, ...]:
    """What is free in a year in all of Indonesia, by date; nothing before 2000 and after 2199."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return ()
    found = [one for kind, category in _KINDS for one in _of_category(year, kind, category)]
    return tuple(sorted(found, key=lambda one: (one.date, one.kind)))


def _of_category(year: int, kind: EntryKind, category: str) -> list[Holiday]:
    known = Indonesia(years=year, language="id", categories=(category,))
    return [_holiday(day, kind, name) for day, name in known.items() if day.year == year]


def _holiday(day: date, kind: EntryKind, name: str) -> Holiday:
    estimated = _ESTIMATED in name
    return Holiday(day, kind, name.replace(_ESTIMATED, ""), BASIS, estimated)
