"""Catalogue items as values and back, which of them a unit has on a day, and the months that a change makes untrue."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from datetime import date
from typing import Any

from eperf.domain.catalogue import EvidenceKind, FractionPolicy, Item, Post
from eperf.store.activity import ActivityRow
from eperf.store.catalogue import ItemRow
from eperf.store.organisation import PositionRow
from eperf.store.people import EmployeeRow, PlacementRow
from eperf.store.scope import ancestors

_FIELDS = tuple(one.name for one in dataclasses.fields(Item))
_KEY = ("unit_id", "code", "valid_from")
_LISTS = ("positions", "evidence")


def item_of(row: ItemRow) -> Item:
    """A row as a value."""
    known = {name: getattr(row, name) for name in _FIELDS}
    lists = {
        "positions": tuple(row.positions or ()), "evidence": tuple(EvidenceKind(one) for one in row.evidence or ()),
    }  # fmt: skip
    return Item(**{**known, **lists, "fraction_policy": FractionPolicy(row.fraction_policy)})


async def in_force(unit_id: int, day: date) -> list[ItemRow]:
    """The items of a unit on a day, by code: of items with one code the nearest unit's counts, its own first."""
    units = await ancestors(unit_id)
    nearest = _nearest(await ItemRow.filter(unit_id__in=units, valid_from__lte=day), units, day)
    return [nearest[code] for code in sorted(nearest)]


async def in_force_for(employee: EmployeeRow, day: date) -> list[ItemRow]:
    """The items that an employee may report of a day, by code: of the unit of that day, for their post then."""
    placed = (
        await PlacementRow.filter(employee_id=employee.id, valid_from__lte=day)
        .order_by("-valid_from")
        .first()
    )
    if placed is None or (placed.valid_to is not None and placed.valid_to <= day):
        unit_id, position_id = employee.unit_id, employee.position_id
    else:
        unit_id, position_id = placed.unit_id, placed.position_id
    post = post_of(await PositionRow.get_or_none(id=position_id or 0))
    words = frozenset() if post is None else post.words
    return [
        row for row in await in_force(unit_id, day) if not row.positions or words.intersection(row.positions)
    ]


def post_of(row: PositionRow | None) -> Post | None:
    """A row as items look at it."""
    return None if row is None else Post(row.kind, row.code, row.job_class)


async def nearest_of(unit_id: int, code: str, day: date) -> ItemRow | None:
    """The item of one code that counts for a unit on a day."""
    units = await ancestors(unit_id)
    return _nearest(await ItemRow.filter(unit_id__in=units, code=code, valid_from__lte=day), units, day).get(
        code
    )


def _nearest(rows: Sequence[ItemRow], units: Sequence[int], day: date) -> dict[str, ItemRow]:
    found: dict[str, ItemRow] = {}
    for row in sorted(rows, key=lambda row: units.index(row.unit_id), reverse=True):
        if row.valid_to is None or day < row.valid_to:
            found[row.code] = row
    return found


async def write(items: Sequence[tuple[int, Item]]) -> None:
    """Writes versions of items of units, new ones and changed ones; at most 500 at once."""
    rows = [ItemRow(unit_id=unit_id, **_columns(item)) for unit_id, item in items]
    await ItemRow.bulk_create(
        rows, on_conflict=_KEY, update_fields=[name for name in _FIELDS if name not in _KEY]
    )


def _columns(item: Item) -> dict[str, Any]:
    known = dataclasses.asdict(item)
    # None of them is null, so that the statement that writes a report can pass over what says nothing.
    return {**known, **{name: list(known[name]) or None for name in _LISTS}}


async def months_of(items: Sequence[tuple[int, Item]]) -> list[tuple[int, str]]:
    """(employee, month) of everything reported with these items; at most 500 at once."""
    keys = {(unit_id, item.code, item.valid_from) for unit_id, item in items}
    rows = ItemRow.filter(
        unit_id__in=sorted({unit for unit, _, _ in keys}), code__in=sorted({key[1] for key in keys})
    )
    ids = [row.id for row in await rows if (row.unit_id, row.code, row.valid_from) in keys]
    activities = ActivityRow.filter(item_id__in=ids).only("id", "employee_id", "date")
    return sorted({(row.employee_id, f"{row.date:%Y-%m}") for row in await activities}) if ids else []
