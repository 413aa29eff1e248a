"""What an activity counts: points for each unit of result, and how long it takes by the norm.

An item has versions, each in force for its own time: what was reported under an old number of points keeps it. A
version without an end lasts until the next begins.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from eperf.domain.errors import BadInput, ItemOverlap
from eperf.domain.organisation import code, name
from eperf.domain.people import day
from eperf.domain.text import bounded, clean

MOST_UNIT_SIZE_H = 1_000_000_000
MOST_POINTS_H = 10_000_000
MOST_NORM_MIN = 100_000


class FractionPolicy(StrEnum):
    """Whether a part of a unit counts: in proportion, or only whole units do."""

    PROPORTIONAL = "proportional"
    WHOLE_UNITS = "whole_units"


@dataclass(frozen=True)
class Item:
    """One version of an item, in force in `[valid_from, valid_to)`; `_h` columns are hundredths."""

    code: str
    name: str
    per: str
    unit_size_h: int
    points_per_unit_h: int
    norm_min: int | None
    fraction_policy: FractionPolicy
    valid_from: date
    valid_to: date | None = None


def checked_item(item: Item) -> Item:
    """The item with its text cleaned; refuses by the name of the field what scoring could not use."""
    bounded("unitSize", item.unit_size_h, 1, MOST_UNIT_SIZE_H)
    bounded("pointsPerUnit", item.points_per_unit_h, 0, MOST_POINTS_H)
    if item.norm_min is not None:
        bounded("normMin", item.norm_min, 0, MOST_NORM_MIN)
    day("validFrom", item.valid_from)
    if item.valid_to is not None and day("validTo", item.valid_to) <= item.valid_from:
        raise BadInput("validTo", item.valid_to.isoformat(), "does not lie after the first day")
    return dataclasses.replace(
        item,
        code=code("code", item.code),
        name=name("name", item.name),
        per=clean("per", item.per, most=64),
        fraction_policy=fraction_policy("fractionPolicy", item.fraction_policy),
    )


def fraction_policy(field: str, text: str) -> FractionPolicy:
    """Reads a policy, in any case."""
    try:
        return FractionPolicy(text.strip().lower())
    except ValueError as unknown:
        raise BadInput(field, text, "expected proportional or whole_units") from unknown


def versions(existing: Sequence[Item], new: Item) -> list[Item]:
    """An item's versions, in order, after one more; equal to those given when nothing changes.

    A version that begins on the same day is corrected. One without an end, or that ended where its successor began,
    ends where the new one begins; any other overlap is refused with `ItemOverlap`.
    """
    others = [one for one in existing if one.valid_from != new.valid_from]
    following = min((one.valid_from for one in others if one.valid_from > new.valid_from), default=None)
    if following is not None and new.valid_to is not None and new.valid_to > following:
        raise ItemOverlap("validTo", new.valid_to.isoformat(), other=following.isoformat())
    kept = [_ended(one, new.valid_from, following) for one in others]
    return sorted(
        [*kept, dataclasses.replace(new, valid_to=new.valid_to or following)], key=lambda one: one.valid_from
    )


def _ended(one: Item, begins: date, following: date | None) -> Item:
    if one.valid_from > begins or (one.valid_to is not None and one.valid_to <= begins):
        return one
    if one.valid_to in (None, following):
        return dataclasses.replace(one, valid_to=begins)
    raise ItemOverlap("validFrom", begins.isoformat(), other=one.valid_from.isoformat())
