"""A rule written as a function: `@part` makes it a part, `@per_activity` one that looks at a single activity.

The columnar form is the fast one. `per_activity` walks the verified activities in Python, several times
slower; it is right for a rule that is easier to read that way, and it reports how many rows it visited.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Generic, NamedTuple, TypeVar

import polars as pl

from eperf.domain.scoring.frame import Frame
from eperf.domain.scoring.leaf import leaves
from eperf.domain.scoring.stage import PartOutput

S = TypeVar("S")

Rule = Callable[[Frame, S], PartOutput | pl.DataFrame | Sequence[pl.DataFrame]]
"""A rule as a function of the frame and the settings."""


@dataclass(frozen=True, eq=False)
class ReadyPart(Generic[S]):
    """A part made from a function."""

    rule_id: str
    legal_basis: str
    rule: Rule[S]

    def run(self, frame: Frame, settings: S) -> PartOutput:
        """Runs the function; bare leaves are the whole output."""
        found = self.rule(frame, settings)
        return found if isinstance(found, PartOutput) else PartOutput(leaves=found)


class Activity(NamedTuple):
    """One verified activity, as `per_activity` hands it over; `_h` are hundredths."""

    activity_id: int
    employee_id: int
    date: date
    item_code: str
    item_name: str
    minutes: int
    quantity_h: int
    points_per_unit_h: int
    unit_size_h: int
    norm_min: int | None
    fraction_policy: str
    state: str


def part(rule_id: str, legal_basis: str) -> Callable[[Rule[S]], ReadyPart[S]]:
    """A part from a function `(frame, settings)` that returns leaves, once or more, or a `PartOutput`."""

    def ready(rule: Rule[S]) -> ReadyPart[S]:
        return ReadyPart(rule_id, legal_basis, rule)

    return ready


def per_activity(rule_id: str, legal_basis: str) -> Callable[[Callable[[Activity, S], int]], ReadyPart[S]]:
    """Makes a part of a function `(activity, settings)` that returns the activity's hundredths."""

    def ready(rule: Callable[[Activity, S], int]) -> ReadyPart[S]:
        return ReadyPart(rule_id, legal_basis, lambda frame, settings: _walk(frame, settings, rule))

    return ready


def _walk(frame: Frame, settings: S, rule: Callable[[Activity, S], int]) -> PartOutput:
    rows = frame.verified
    amounts = [_amount(rule(Activity._make(row), settings)) for row in rows.iter_rows()]
    weighed = rows.with_columns(pl.Series("amount_h", amounts, dtype=pl.Int64))
    found = leaves(
        weighed,
        amount=pl.col("amount_h"),
        label_id=pl.col("item_name"),
        label_en=pl.col("item_name"),
        evidence=("activity", pl.col("activity_id")),
    )
    return PartOutput(leaves=found, looped=rows.height)


def _amount(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(f"a rule must return integer hundredths, not {type(value).__name__}")
    return value
