"""Which part serves a unit on a day, with its settings: the nearest unit above that has a binding decides.

Among the bindings of that unit the latest `valid_from` not after the day counts, and of several for one date the one
recorded last. One that ends leaves the word to the units above. Without any binding the built-in default of the slot
serves, if it has one. Whoever is served by a part of a stopped plugin is served by nothing until it runs again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from eperf import __version__
from eperf.domain.appeal import AppealDays
from eperf.domain.errors import NotFound, NotInForce, PluginDisabled, Refused
from eperf.plugins.registry import Registry
from eperf.plugins.report import Registered
from eperf.plugins.settings import settings_of
from eperf.store.binding import BindingRow
from eperf.store.plugin import stopped
from eperf.store.scope import ancestors

__all__ = [
    "DEFAULTS",
    "Bound",
    "Slot",
    "bound",
    "bounds",
    "keys",
    "registered",
    "require_running",
    "settings_of",
]


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


async def require_running(key: str, reasons: Mapping[str, str] | None = None) -> None:
    """Refuses a part, `plugin/part`, whose plugin was stopped; `reasons` are those of the stopped plugins, if known."""
    plugin = key.partition("/")[0]
    found = await stopped() if reasons is None else reasons
    if plugin in found:
        raise PluginDisabled("part", plugin, found[plugin])


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
    rows = await _histories(slot, places, max((day for _, day in wanted), default=None))
    reasons = await stopped() if any(rows.values()) else {}
    made: dict[int | None, Bound | None] = {}
    served: dict[tuple[int, date], Bound] = {}
    for unit, day in wanted:
        best = _serving([rows.get(one, []) for one in places.get(unit, ())], day)
        number = None if best is None else best.id
        if number not in made:
            try:
                if best is not None:
                    await require_running(best.part, reasons)
                made[number] = _made(registry, slot, best, day)
            except Refused:
                if not gone:
                    raise
                made[number] = None
        serving = made[number]
        if serving is not None:
            served[unit, day] = serving
    return served


async def keys(
    slot: Slot, places: Mapping[int, Sequence[int]], day: date, known: datetime | None = None
) -> dict[int, str]:
    """The name of the part that each unit is bound to on a day, whether it can serve or not; not of defaults.

    `known`: by what was recorded until then, instead of by what is known today.
    """
    rows = await _histories(slot, places, day)
    if known is not None:
        rows = {unit: [row for row in several if row.known_from <= known] for unit, several in rows.items()}
    served = {unit: _serving([rows.get(one, []) for one in above], day) for unit, above in places.items()}
    return {unit: row.part for unit, row in served.items() if row is not None}


async def _histories(
    slot: Slot, places: Mapping[int, Sequence[int]], last: date | None
) -> dict[int, list[BindingRow]]:
    """The bindings of all units of some places up to a day, by unit, the latest first."""
    rows: dict[int, list[BindingRow]] = defaultdict(list)
    units = {unit for place in places.values() for unit in place}
    if units and last is not None:
        found = BindingRow.filter(unit_id__in=sorted(units), slot=slot.value, valid_from__lte=last)
        for row in await found.order_by("-valid_from", "-id"):
            rows[row.unit_id].append(row)
    return rows


def _serving(above: Sequence[Sequence[BindingRow]], day: date) -> BindingRow | None:
    """The binding that counts on a day: of each unit from below the latest, unless it says that it ends there."""
    for rows in above:
        latest = next((row for row in rows if row.valid_from <= day), None)
        if latest is not None and not latest.ends:
            return latest
    return None


def _made(registry: Registry, slot: Slot, binding: BindingRow | None, day: date) -> Bound:
    if binding is None and slot not in DEFAULTS:
        raise NotInForce("binding", slot.value, day)
    key, given = (DEFAULTS[slot], {}) if binding is None else (binding.part, _given(binding))
    part = registered(registry, slot, key)
    return Bound(part, settings_of(part.part, given))


def _given(binding: BindingRow) -> dict[str, Any]:
    return {**binding.settings, **(binding.secrets or {})}
