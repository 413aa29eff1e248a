"""Which part serves a unit on a day, with its settings: the nearest unit above that has a binding decides.

Among the bindings of that unit the latest `valid_from` not after the day counts, and of several for one date the one
recorded last. Without any binding the built-in default of the slot serves.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from pydantic import TypeAdapter, ValidationError

from eperf.domain.errors import BadInput, NotFound
from eperf.plugins.registry import Registry
from eperf.plugins.report import Registered
from eperf.store.binding import BindingRow
from eperf.store.scope import ancestors


class Slot(StrEnum):
    """The places in a unit that a part can fill."""

    SCHEME = "scheme"
    WORK_TIME = "work-time"


DEFAULTS = {Slot.SCHEME: "eperf/norm-minutes", Slot.WORK_TIME: "eperf/office-hours"}


@dataclass(frozen=True)
class Bound:
    """A part in service: its registered form and its validated settings."""

    registered: Registered[Any]
    settings: Any


def registered(registry: Registry, slot: Slot, key: str) -> Registered[Any]:
    """The part of that key for that slot; refuses a key that no installed plugin offers."""
    shelf: Any = registry.schemes if slot is Slot.SCHEME else registry.policies
    if key not in shelf:
        raise NotFound("part", key)
    found: Registered[Any] = shelf[key]
    return found


def settings_of(part: Any, given: dict[str, Any]) -> Any:
    """A part's settings from JSON, by its own dataclass; the error names the path of the field."""
    try:
        return TypeAdapter(part.settings).validate_python(given, extra="forbid")
    except ValidationError as invalid:
        first = invalid.errors(include_url=False)[0]
        path = ".".join(["settings", *(str(step) for step in first["loc"])])
        raise BadInput(path, first.get("input"), first["msg"]) from invalid


async def bound(registry: Registry, slot: Slot, unit_id: int, day: date) -> Bound:
    """The part that serves a unit on a day."""
    key, given = DEFAULTS[slot], {}
    units = await ancestors(unit_id)
    rows = await BindingRow.filter(unit_id__in=units, slot=slot.value, valid_from__lte=day)
    if rows:
        best = min(rows, key=lambda row: (units.index(row.unit_id), -row.valid_from.toordinal(), -row.id))
        key, given = best.part, best.settings
    found = registered(registry, slot, key)
    return Bound(found, settings_of(found.part, given))
