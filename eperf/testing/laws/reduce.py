"""A counter-example made small: what can go without the law holding again, goes.

Bounded by tries and by the clock; what it gives is a counter-example at any time.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar

import polars as pl

from eperf.domain.errors import ScoringFrameInvalid
from eperf.domain.scoring import UnitPeriod
from eperf.testing.law import tables_of

T = TypeVar("T")
Breaks = Callable[[T], bool]

_SIMPLE: Mapping[str, tuple[Any, ...]] = {
    "minutes": (60,),
    "quantity_h": (100,),
    "points_per_unit_h": (100,),
    "unit_size_h": (100,),
    "norm_min": (None, 1),
    "item_name": ("Rapat",),
    "fraction_policy": ("proportional",),
    "state": ("verified",),
    "status": ("present", "absent"),
    "late_min": (0, 1),
    "early_min": (0,),
    "missing_taps": (0,),
    "job_class": (None,),
    "position_kind": (None,),
}
"""Plain values that a column is given where the law stays broken."""


class Purse:
    """How much may still be tried."""

    def __init__(self, tries: int, seconds: float) -> None:
        self.tries, self.until = tries, time.monotonic() + seconds

    def spent(self) -> bool:
        """Whether it is empty; each question costs a try."""
        self.tries -= 1
        return self.tries < 0 or time.monotonic() > self.until


def fewer(items: Sequence[T], breaks: Breaks[list[T]], purse: Purse) -> list[T]:
    """The items without those that can go: halves first, then smaller pieces, at last one by one."""
    kept, size = list(items), max(1, len(items))
    while size and kept:
        at = 0
        while at < len(kept):
            less = kept[:at] + kept[at + size :]
            if purse.spent():
                return kept
            if breaks(less):
                kept = less
            else:
                at += size
        size = min(size // 2, len(kept))
    return kept


def smaller(facts: UnitPeriod, breaks: Breaks[UnitPeriod], purse: Purse) -> UnitPeriod:
    """A month with fewer people, fewer rows and plainer values that still breaks the law."""
    still = _still(breaks)
    people = facts.employees["employee_id"].to_list()
    facts = facts.only(fewer(people, lambda ids: bool(ids) and still(facts.only(ids)), purse))
    for name in tables_of(facts):
        if name != "employees":
            facts = _fewer_rows(facts, name, still, purse)
    return _plainer(facts, still, purse)


def _fewer_rows(facts: UnitPeriod, name: str, still: Breaks[UnitPeriod], purse: Purse) -> UnitPeriod:
    rows = tables_of(facts)[name]

    def with_rows(places: list[int]) -> UnitPeriod:
        less: dict[str, Any] = {name: rows[places] if places else rows.clear()}
        return replace(facts, **less)

    return with_rows(fewer(range(rows.height), lambda kept: still(with_rows(kept)), purse))


def _plainer(facts: UnitPeriod, still: Breaks[UnitPeriod], purse: Purse) -> UnitPeriod:
    for name, rows in tables_of(facts).items():
        for column in (column for column in rows.columns if column in _SIMPLE and rows.height):
            for value in _SIMPLE[column]:
                plain = pl.lit(value, dtype=rows.schema[column]).alias(column)
                given: dict[str, Any] = {name: getattr(facts, name).with_columns(plain)}
                if not purse.spent() and _tried(facts, given, still):
                    facts = replace(facts, **given)
                    break
    return facts


def _tried(facts: UnitPeriod, given: Mapping[str, Any], still: Breaks[UnitPeriod]) -> bool:
    try:
        return still(replace(facts, **given))
    except ScoringFrameInvalid:
        return False


def _still(breaks: Breaks[UnitPeriod]) -> Breaks[UnitPeriod]:
    """A month on which the judge himself fails is no counter-example."""

    def asked(facts: UnitPeriod) -> bool:
        try:
            return breaks(facts)
        except Exception:
            return False

    return asked
