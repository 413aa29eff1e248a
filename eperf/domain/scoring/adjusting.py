"""Late evidence: what of the facts of a closed month is other than before, and what that does to the score.

A closed month never changes. Its facts may: a correction is signed late, a binding is made for the past. The month is
then run again beside the stored score, and the difference is an entry of its own. The stored score and the differences
of its entries always add up to what a full run of today's facts gives.
"""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import polars as pl

from eperf.domain.scoring.frame import UnitPeriod

MOST_CAUSES = 50
"""An entry names so many changed facts; how many there are in all is in `Cause` no more."""

_KEYS = {"activities": ("activity", "activity_id"), "days": ("day", "date")}
"""How a row of a table is named; rows of any other are named by the table and the employee."""


@dataclass(frozen=True, slots=True)
class Cause:
    """A fact that is other than before: `kind` (`activity`, `day`, `employee`, `unit`, a table), its `id`, and how.

    `change` is `added`, `changed` or `removed`.
    """

    kind: str
    id: str
    change: str


def difference(before_h: int | None, after_h: int) -> int:
    """What is to be settled, in hundredths: of a month that had no figure, all of it."""
    return after_h - (before_h or 0)


def balance(stored_h: int | None, differences: list[int]) -> int:
    """The stored score with all adjusting entries, in hundredths."""
    return (stored_h or 0) + sum(differences)


def causes(before: UnitPeriod | None, after: UnitPeriod, employee_id: int) -> list[Cause]:
    """Why the facts of an employee are other than before; without facts before, everything was added."""
    known = before is not None and employee_id in before.employees.get_column("employee_id")
    was = before.only([employee_id]) if before is not None and known else None
    now = after.only([employee_id])
    found: list[Cause] = []
    if was is not None and (was.working_days, was.unit_code) != (now.working_days, now.unit_code):
        found.append(Cause("unit", now.unit_code, "changed"))
    if was is not None and not was.employees.equals(now.employees):
        found.append(Cause("employee", str(employee_id), "changed"))
    for table in _tables(now):
        kind, key = _KEYS.get(table, (table, "employee_id"))
        rows = getattr(now, table).clear() if was is None else getattr(was, table)
        found += _differing(kind, key, rows, getattr(now, table))
    return found[:MOST_CAUSES]


def _tables(month: UnitPeriod) -> list[str]:
    """The tables of facts, whichever there are, but for the people themselves."""
    names = [field.name for field in dataclasses.fields(month)]
    return [name for name in names if name != "employees" and isinstance(getattr(month, name), pl.DataFrame)]


def _differing(kind: str, key: str, before: pl.DataFrame, after: pl.DataFrame) -> Iterator[Cause]:
    old, new = _by_key(before, key), _by_key(after, key)
    for name in sorted(old.keys() | new.keys()):
        if old.get(name) != new.get(name):
            change = "added" if name not in old else "removed" if name not in new else "changed"
            yield Cause(kind, str(name), change)


def _by_key(rows: pl.DataFrame, key: str) -> dict[Any, list[tuple[Any, ...]]]:
    place = rows.columns.index(key)
    found: dict[Any, list[tuple[Any, ...]]] = defaultdict(list)
    for row in rows.iter_rows():
        found[row[place]].append(row)
    return found
