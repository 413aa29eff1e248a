"""Importing units: the file's with those that exist are judged as one tree, then written level by level."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from eperf.domain import organisation
from eperf.domain.access import Operation, Subject
from eperf.domain.errors import NotFound, Refused, UnitCycle
from eperf.domain.events import UnitChanged
from eperf.domain.organisation import Unit, UnitKind, chain, require_place
from eperf.domain.table import Table
from eperf.services.call import Call, Work, work
from eperf.services.imports.order import require_good, uppermost_first
from eperf.services.imports.reading import Column, Row, rows_of
from eperf.services.imports.report import ImportReport, Progress, report
from eperf.store import tree
from eperf.store.lock import Lock, take
from eperf.store.organisation import UnitRow
from eperf.store.outbox import mark_dirty
from eperf.store.people import EmployeeRow
from eperf.store.scope import below

COLUMNS = (
    Column("code", organisation.code, needed=True),
    Column("name", organisation.name, needed=True),
    Column("kind", organisation.unit_kind, needed=True),
    Column("parent_code", organisation.code),
    Column("zone", organisation.zone),
)
ROOT_ZONE = "Asia/Jakarta"
_WRITTEN = ("name", "kind", "parent_id", "zone")
_AT_ONCE = 500


@dataclass
class _Plan:
    """The tree as it is, changed row by row into what it shall be. Units are named by code."""

    existing: dict[str, UnitRow]
    parents: dict[str, str | None]
    units: dict[str, Unit]
    children: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    moved: list[str] = field(default_factory=list)
    written: dict[str, Row] = field(default_factory=dict)

    def height(self, code: str) -> int:
        """Levels below a unit."""
        height, level = 0, [code]
        while level := [lower for one in level for lower in self.children[one]]:
            height += 1
        return height

    def subject(self, code: str | None) -> Subject:
        """A unit as a subject: the existing ones among it and those above it."""
        known = (self.existing.get(one) for one in chain(self.parents, code))
        return Subject(units=frozenset(row.id for row in known if row is not None))


async def import_units(
    call: Call, table: Table, dry_run: bool = False, progress: Progress | None = None
) -> ImportReport:
    """Imports `code, name, kind, parent_code, zone`.

    A unit that exists is changed, moved with all below it if it has another parent. Without a `parent_code` column
    units stay where they are; an empty cell makes a root. An empty zone is the parent's. Raises `Refused` when the file
    cannot be imported at all.
    """
    rows = rows_of(table, COLUMNS, ("code",), call.language)
    if dry_run:
        await _planned(call, rows)
    else:
        async with work(call) as opened:
            await take(Lock.ORGANISATION)
            plan = await _planned(call, rows)
            await _write(call, opened, plan, progress or _silent)
    return report("units", rows, dry_run)


def _silent(_step: str, _done: int, _total: int) -> None:
    """Nobody watches."""


async def _planned(call: Call, rows: Sequence[Row]) -> _Plan:
    existing = {row.code: row for row in await UnitRow.all()}
    codes = {row.id: row.code for row in existing.values()}
    plan = _Plan(
        existing,
        {code: codes.get(row.parent_id or 0) for code, row in existing.items()},
        {code: Unit(code, row.name, UnitKind(row.kind), row.zone) for code, row in existing.items()},
    )
    for code, parent in plan.parents.items():
        if parent is not None:
            plan.children[parent].add(code)
    named = {row.values["code"]: row for row in rows if row.values.get("code")}

    def wanted(code: str) -> str | None:
        row = named.get(code)
        kept = plan.parents.get(code)
        return kept if row is None else row.values.get("parent_code", kept)

    order, rings = uppermost_first(named, wanted)
    for code, row in ((code, named[code]) for code in order if code in named):
        if code in rings:
            row.refuse(UnitCycle(code, "parent_code"))
        else:
            require_good(row, "parent_code", wanted(code), named)
        if row.good:
            try:
                _judge(call, plan, row, wanted(code))
            except Refused as refusal:
                row.refuse(refusal, _column(refusal.field))
    return plan


def _column(name: str | None) -> str | None:
    return None if name is None else "parent_code" if name in ("parent", "unit levels") else name


def _judge(call: Call, plan: _Plan, row: Row, parent: str | None) -> None:
    code: str = row.values["code"]
    old = plan.existing.get(code)
    if parent is not None and parent not in plan.units:
        raise NotFound("parent", parent)
    unit = Unit(code, row.values["name"], row.values["kind"], _zone(plan, row, parent))
    if old is not None and unit == plan.units[code] and parent == plan.parents[code]:
        row.outcome = "unchanged"
        return
    if old is not None:
        call.require(Operation.ORGANISATION_WRITE, plan.subject(code), "code")
    if old is None or parent != plan.parents[code]:
        call.require(Operation.ORGANISATION_WRITE, plan.subject(parent), "parent")
        require_place(plan.parents, code, parent, plan.height(code))
        _hang(plan, code, parent)
    plan.units[code] = unit
    plan.written[code] = row
    row.outcome = "changed" if old else "created"


def _hang(plan: _Plan, code: str, parent: str | None) -> None:
    before = plan.parents.get(code)
    if before is not None:
        plan.children[before].discard(code)
    if parent is not None:
        plan.children[parent].add(code)
    if code in plan.existing:
        plan.moved.append(code)
    plan.parents[code] = parent


def _zone(plan: _Plan, row: Row, parent: str | None) -> str:
    code = row.values["code"]
    if "zone" not in row.values and code in plan.units:
        return plan.units[code].zone
    above = plan.units[parent].zone if parent is not None else ROOT_ZONE
    return row.values.get("zone") or above


async def _write(call: Call, opened: Work, plan: _Plan, progress: Callable[[str, int, int], None]) -> None:
    """Writes new units level by level, so that each finds its parent, then the changed ones, then the closure."""
    ids = {code: row.id for code, row in plan.existing.items()}
    levels: dict[int, list[str]] = defaultdict(list)
    for code in plan.written:
        if code not in plan.existing:
            levels[sum(1 for above in chain(plan.parents, code) if above not in plan.existing)].append(code)
    done = 0
    for codes in (
        *(levels[level] for level in sorted(levels)),
        [code for code in plan.written if code in ids],
    ):
        await _upsert(plan, codes, ids)
        done += len(codes)
        progress("write", done, len(plan.written))
    fresh = [ids[code] for level in levels.values() for code in level]
    hung = sorted({ids[code] for top in plan.moved for code in _subtree(plan, top)} | set(fresh))
    parents = {ids[code]: ids[parent] if parent else None for code, parent in plan.parents.items()}
    await tree.rebuild(hung, parents)
    opened.emit(*(UnitChanged(subject_id=ids[code], unit_id=ids[code]) for code in plan.written))
    for top in plan.moved:
        people = await EmployeeRow.filter(unit_id__in=below([ids[top]]), active=True).only("id")
        await mark_dirty([(person.id, f"{call.today:%Y-%m}") for person in people])


async def _upsert(plan: _Plan, codes: Sequence[str], ids: dict[str, int]) -> None:
    for start in range(0, len(codes), _AT_ONCE):
        some = codes[start : start + _AT_ONCE]
        rows = [UnitRow(**_values(plan, code, ids)) for code in some]
        await UnitRow.bulk_create(rows, on_conflict=("code",), update_fields=_WRITTEN)
        ids |= {row.code: row.id for row in await UnitRow.filter(code__in=some).only("id", "code")}


def _values(plan: _Plan, code: str, ids: dict[str, int]) -> dict[str, Any]:
    parent = plan.parents[code]
    return {**dataclasses.asdict(plan.units[code]), "parent_id": ids[parent] if parent else None}


def _subtree(plan: _Plan, top: str) -> list[str]:
    found = [top]
    for code in found:
        found.extend(plan.children[code])
    return found
