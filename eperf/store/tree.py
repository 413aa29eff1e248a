"""Keeping the closure of the unit tree true, by sets: one unit with all below it is hung elsewhere in two statements.

Call inside the transaction of the change, under the lock of the organisation.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from eperf.domain.organisation import chain
from eperf.store import bulk, database
from eperf.store.organisation import UnitTreeRow

_AT_ONCE = 500
_OUTSIDE = """
DELETE FROM unit_tree
WHERE descendant_id IN (SELECT descendant_id FROM unit_tree WHERE ancestor_id = {unit})
  AND ancestor_id NOT IN (SELECT descendant_id FROM unit_tree WHERE ancestor_id = {unit})
"""
_JOIN = """
INSERT INTO unit_tree (ancestor_id, descendant_id, depth)
SELECT above.ancestor_id, below.descendant_id, above.depth + below.depth + 1
FROM unit_tree above CROSS JOIN unit_tree below
WHERE above.descendant_id = {parent} AND below.ancestor_id = {unit}
"""


async def plant(unit_id: int, parent_id: int | None) -> None:
    """Writes the pairs of a new unit."""
    await UnitTreeRow.create(ancestor_id=unit_id, descendant_id=unit_id, depth=0)
    await _join(unit_id, parent_id)


async def move(unit_id: int, parent_id: int | None) -> None:
    """Hangs a unit with all below it under another parent, or makes it a root."""
    await database.connection().execute_query(_OUTSIDE.format(unit=int(unit_id)))
    await _join(unit_id, parent_id)


async def rebuild(units: Sequence[int], parents: Mapping[int, int | None]) -> None:
    """Writes the pairs of many units again, from the parents of the whole tree."""
    for start in range(0, len(units), _AT_ONCE):
        await UnitTreeRow.filter(descendant_id__in=units[start : start + _AT_ONCE]).delete()
    pairs = ((above, unit, depth) for unit in units for depth, above in enumerate(chain(parents, unit)))
    await bulk.insert("unit_tree", ("ancestor_id", "descendant_id", "depth"), pairs)


async def height(unit_id: int) -> int:
    """Levels below a unit."""
    lowest = await UnitTreeRow.filter(ancestor_id=unit_id).order_by("-depth").first()
    return lowest.depth if lowest else 0


async def _join(unit_id: int, parent_id: int | None) -> None:
    if parent_id is not None:
        # Both are integers of our own tables.
        await database.connection().execute_query(_JOIN.format(unit=int(unit_id), parent=int(parent_id)))
