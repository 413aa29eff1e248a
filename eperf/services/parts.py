"""Which part serves a unit on a day, with its settings: the nearest unit above that has a binding decides.

Among the bindings of that unit the latest `valid_from` not after the day counts, and of several for one date the one
recorded last. Without any binding the built-in default of the slot serves, if it has one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from eperf import __version__
from eperf.domain.appeal import AppealDays
from eperf.domain.errors import NotFound, NotInForce, Refused
from eperf.plugins.registry import Registry
from eperf.plugins.report import Registered
from eperf.plugins.settings import settings_of
from eperf.store.binding import BindingRow
from eperf.store.scope import ancestors

__all__ = ["DEFAULTS", "Bound", "Slot", "bound", "bounds", "registered", "settings_of"]


class Slot(StrEnum):
    """The places in a unit that a part can fill."""

    SCHEME = "scheme"
    WORK_TIME = "work-time"
    PAY = "pay"
    APPEAL = "appeal"


DEFAULTS = {Slot.SCHEME: "eperf/norm-minutes", Slot.WORK_TIME: "eperf/office-hours"}
"""What serves where nothing is bound. A slot without a default has none because no source says what it would be."""


@dataclass(frozen=True)
class _Days:
    """The one part of the slot `APPEAL`: it only has settings."""

    settings: type[AppealDays] = AppealDays


_APPEALS = {"eperf/appeals": Registered("eperf/appeals", "eperf", "eperf", __version__, _Days())}


@dataclass(frozen=True)
class Bound:
    """A part in service: its registered form and its validated settings."""

    registered: Registered[Any]
    settings: Any


def registered(registry: Registry, slot: Slot, key: str) -> Registered[Any]:
    """The part of that key for that slot; refuses a key that no installed plugin offers."""
    shelves: dict[Slot, Any] = {
        Slot.SCHEME: registry.schemes,
        Slot.WORK_TIME: registry.policies,
        Slot.PAY: registry.pay_policies,
        Slot.APPEAL: _APPEALS,
    }
    shelf = shelves[slot]
    if key not in shelf:
        raise NotFound("part", key)
    found: Registered[Any] = shelf[key]
    return found


async def bound(registry: Registry, slot: Slot, unit_id: int, day: date) -> Bound:
    """The part that serves a unit on a day."""
    places = {unit_id: await ancestors(unit_id)}
    return (await bounds(registry, slot, {(unit_id, day)}, places))[unit_id, day]


async def bounds(
    registry: Registry,
    slot: Slot,
    wanted: Collection[tuple[int, date]],
    places: Mapping[int, Sequence[int]],
    *,
    gone: bool = False,
) -> dict[tuple[int, date], Bound]:
    """The part that serves each unit on each day; `places` are the units with those above them, nearest first.

    Who is served by one binding, or by none, shares one `Bound`. Refuses a binding whose part is not installed or does
    not take its settings any more, and a slot that has neither a binding nor a default; with `gone` those whom it would
    serve are left out instead.
    """
    units = {unit for place in places.values() for unit in place}
    rows: dict[int, list[BindingRow]] = defaultdict(list)
    if units and wanted:
        last = max(day for _, day in wanted)
        found = BindingRow.filter(unit_id__in=sorted(units), slot=slot.value, valid_from__lte=last)
        for row in await found.order_by("-valid_from", "-id"):
            rows[row.unit_id].append(row)
    made: dict[int | None, Bound | None] = {}
    served: dict[tuple[int, date], Bound] = {}
    for unit, day in wanted:
        above = (row for one in places.get(unit, ()) for row in rows.get(one, ()))
        best = next((row for row in above if row.valid_from <= day), None)
        number = None if best is None else best.id
        if number not in made:
            try:
                made[number] = _made(registry, slot, best, day)
            except Refused:
                if not gone:
                    raise
                made[number] = None
        serving = made[number]
        if serving is not None:
            served[unit, day] = serving
    return served


def _made(registry: Registry, slot: Slot, binding: BindingRow | None, day: date) -> Bound:
    if binding is None and slot not in DEFAULTS:
        raise NotInForce("binding", slot.value, day)
    key, given = (DEFAULTS[slot], {}) if binding is None else (binding.part, binding.settings)
    part = registered(registry, slot, key)
    return Bound(part, settings_of(part.part, given))
