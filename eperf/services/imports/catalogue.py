"""Importing activity catalogues: versions of items, each fitted between those that exist."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from eperf.domain import catalogue, organisation
from eperf.domain.access import Operation, Subject, scope
from eperf.domain.catalogue import FractionPolicy, Item, checked_item, versions
from eperf.domain.errors import Forbidden, NotFound, Refused
from eperf.domain.events import CatalogueChanged
from eperf.domain.organisation import chain
from eperf.domain.table import Table
from eperf.domain.text import clean
from eperf.services.call import Call, Work, work
from eperf.services.imports import cells
from eperf.services.imports.reading import Column, Row, rows_of
from eperf.services.imports.report import ImportReport, Progress, report
from eperf.store.catalogue import ItemRow
from eperf.store.items import item_of, months_of, write
from eperf.store.lock import Lock, take
from eperf.store.organisation import UnitRow
from eperf.store.outbox import mark_dirty

_BETWEEN = "|"
"""Between several words in one cell."""
COLUMNS = (
    Column("unit_code", organisation.code, needed=True),
    Column("code", organisation.code, needed=True),
    Column("name", organisation.name, needed=True),
    Column("per", lambda column, text: clean(column, text, most=64), needed=True),
    Column("unit_size", cells.hundredths, needed=True),
    Column("points_per_unit", cells.hundredths, needed=True),
    Column("norm_min", cells.whole),
    Column("fraction_policy", catalogue.fraction_policy),
    Column("valid_from", cells.day, needed=True),
    Column("valid_to", cells.day),
    Column("least_min", cells.whole),
    Column("most_min", cells.whole),
    Column("positions", lambda column, text: catalogue.positions(column, text.split(_BETWEEN))),
    Column("evidence", lambda column, text: catalogue.evidence_kinds(column, text.split(_BETWEEN))),
    Column("evidence_bytes", cells.whole),
)
_KEY = ("unit_code", "code", "valid_from")
_MAY_LACK = ("least_min", "most_min", "positions", "evidence", "evidence_bytes")
"""Of a version that is there a column that the file does not have says what it said."""
_AT_ONCE = 500


@dataclass
class _Plan:
    """Versions by unit and code: as they are, and as the good rows make them."""

    units: dict[str, int]
    before: Mapping[tuple[int, str], list[Item]]
    after: dict[tuple[int, str], list[Item]] = field(default_factory=dict)


async def import_catalogue(
    call: Call, table: Table, dry_run: bool = False, progress: Progress | None = None
) -> ImportReport:
    """Imports the columns of `COLUMNS`; unit, code and first day name a version, which is corrected when it exists.

    `unit_size` and `points_per_unit` have at most two decimals; an empty `fraction_policy` is `proportional`, an empty
    `valid_to` means until the next version. Raises `Refused` when the file cannot be imported at all.
    """
    rows = rows_of(table, COLUMNS, _KEY, call.language)
    if dry_run:
        await _planned(call, rows)
    else:
        async with work(call) as opened:
            await take(Lock.CATALOGUE)
            await _write(opened, await _planned(call, rows), progress)
    return report("catalogue", rows, dry_run)


async def _planned(call: Call, rows: Sequence[Row]) -> _Plan:
    units = await UnitRow.all().only("id", "code", "parent_id")
    above = {unit.id: unit.parent_id for unit in units}
    ids = {unit.code: unit.id for unit in units}
    named = {ids[row.values["unit_code"]] for row in rows if row.values.get("unit_code") in ids}
    plan = _Plan(ids, await _existing(sorted(named)))
    reach = scope(call.viewer, Operation.CATALOGUE_WRITE)
    allowed = {unit for unit in named if reach.covers(Subject(units=frozenset(chain(above, unit))))}
    for row in sorted((row for row in rows if row.good), key=lambda row: [row.values[name] for name in _KEY]):
        try:
            _judge(plan, row, allowed)
        except Refused as refusal:
            row.refuse(refusal, "unit_code" if isinstance(refusal, Forbidden) else None)
    return plan


async def _existing(units: Sequence[int]) -> dict[tuple[int, str], list[Item]]:
    found: dict[tuple[int, str], list[Item]] = defaultdict(list)
    for start in range(0, len(units), _AT_ONCE):
        for row in await ItemRow.filter(unit_id__in=units[start : start + _AT_ONCE]).order_by("valid_from"):
            found[row.unit_id, row.code].append(item_of(row))
    return found


def _judge(plan: _Plan, row: Row, allowed: set[int]) -> None:
    unit_id = plan.units.get(row.values["unit_code"])
    if unit_id is None:
        raise NotFound("unit_code", row.values["unit_code"])
    if unit_id not in allowed:
        raise Forbidden(Operation.CATALOGUE_WRITE.value)
    place = (unit_id, row.values["code"])
    stored = plan.before.get(place, [])
    current = plan.after.get(place, stored)
    item = checked_item(_kept(_item(row.values), row.values, current))
    fitted = versions(current, item)
    if fitted != current:
        plan.after[place] = fitted
    exists = any(one.valid_from == item.valid_from for one in stored)
    row.outcome = "created" if not exists else "unchanged" if fitted == current else "changed"


def _item(values: Mapping[str, Any]) -> Item:
    return Item(
        code=values["code"],
        name=values["name"],
        per=values["per"],
        unit_size_h=values["unit_size"],
        points_per_unit_h=values["points_per_unit"],
        norm_min=values.get("norm_min"),
        fraction_policy=values.get("fraction_policy") or FractionPolicy.PROPORTIONAL,
        valid_from=values["valid_from"],
        valid_to=values.get("valid_to"),
        least_min=values.get("least_min"),
        most_min=values.get("most_min"),
        positions=values.get("positions") or (),
        evidence=values.get("evidence") or (),
        evidence_bytes=values.get("evidence_bytes"),
    )


def _kept(item: Item, given: Mapping[str, Any], current: Sequence[Item]) -> Item:
    same = next((one for one in current if one.valid_from == item.valid_from), None)
    if same is None:
        return item
    return dataclasses.replace(item, **{name: getattr(same, name) for name in _MAY_LACK if name not in given})


async def _write(opened: Work, plan: _Plan, progress: Progress | None) -> None:
    written = [
        (unit_id, item)
        for (unit_id, code), items in plan.after.items()
        for item in items
        if item not in plan.before.get((unit_id, code), [])
    ]
    for start in range(0, len(written), _AT_ONCE):
        some = written[start : start + _AT_ONCE]
        await write(some)
        await mark_dirty(await months_of(some))
        if progress:
            progress("write", start + len(some), len(written))
    changed: dict[int, int] = defaultdict(int)
    for unit_id, _ in written:
        changed[unit_id] += 1
    opened.emit(
        *(
            CatalogueChanged(subject_id=unit, unit_id=unit, items=items)
            for unit, items in sorted(changed.items())
        )
    )
