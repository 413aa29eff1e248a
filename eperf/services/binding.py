"""Binding parts to the slots of units: what counts where, from when, and until when."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date, datetime
from typing import Any

from eperf.domain.access import Operation
from eperf.domain.errors import NotFound
from eperf.domain.events import Event, PartBound
from eperf.domain.lifecycle import PartUnbound
from eperf.plugins.secrets import parted, secret_names
from eperf.services.call import Call, answer, answered, work
from eperf.services.parts import DEFAULTS, Slot, keys, registered, require_running, settings_of
from eperf.services.touched import touch
from eperf.store.binding import BindingRow
from eperf.store.scope import ancestors, subject_of_unit


async def bind(
    call: Call, unit_id: int, slot: Slot, part: str, settings: dict[str, Any], valid_from: date
) -> int:
    """Binds a part to a unit's slot from a day on; refuses unknown parts and settings that its model refuses.

    A secret that is not among the settings stays as it is where the unit's own binding is of the same part. A new
    scheme makes the months from that day on dirty for everybody below the unit; a new work-time policy makes the days
    from that day on stale; a new pay policy changes nothing that is stored. Rules for appeals concern months that are
    closed afterwards.
    """
    call.require(Operation.BINDING_WRITE, await subject_of_unit(unit_id), "unit")
    await require_running(part)
    found = registered(call.parts, slot, part)
    if secret_names(found.part.settings):
        settings = {**await _kept_secrets(unit_id, slot, part, valid_from), **settings}
    settings_of(found.part, settings)
    shown, secrets = parted(found.part.settings, settings)

    async def made() -> tuple[BindingRow, Event]:
        event = PartBound(
            subject_id=unit_id, unit_id=unit_id, slot=slot.value, part=part, valid_from=valid_from
        )
        return BindingRow(part=part, settings=shown, secrets=secrets or None, ends=False), event

    return await _recorded(call, "bindPart", [part, settings], unit_id, slot, valid_from, made)


async def change_settings(
    call: Call, unit_id: int, slot: Slot, settings: dict[str, Any], valid_from: date
) -> int:
    """The part that the unit itself is bound to on a day gets other settings from then on; secrets left out stay."""
    call.require(Operation.BINDING_WRITE, await subject_of_unit(unit_id), "unit")
    return await bind(call, unit_id, slot, (await _own(unit_id, slot, valid_from)).part, settings, valid_from)


async def unbind(call: Call, unit_id: int, slot: Slot, valid_from: date) -> int:
    """Ends the unit's own binding from a day on: what is bound above serves again, or the slot's default.

    What was recorded stays, with when it was recorded. Refuses a unit that has no binding of its own on that day. A
    part that is not installed any more, or is stopped, can be unbound like any other.
    """
    call.require(Operation.BINDING_WRITE, await subject_of_unit(unit_id), "unit")

    async def made() -> tuple[BindingRow, Event]:
        part = (await _own(unit_id, slot, valid_from)).part
        event = PartUnbound(
            subject_id=unit_id, unit_id=unit_id, slot=slot.value, part=part, valid_from=valid_from
        )
        return BindingRow(part=part, settings={}, ends=True), event

    return await _recorded(call, "unbindPart", [], unit_id, slot, valid_from, made)


async def bound_to(
    call: Call, unit_id: int, slot: Slot, day: date, known: datetime | None = None
) -> str | None:
    """The part that serves a unit on a day, by its own binding, one above or the slot's default; None when none does.

    `known`: as it was known at that instant, whatever was recorded later.
    """
    call.require(Operation.PLUGIN_READ, await subject_of_unit(unit_id), "unit")
    found = await keys(slot, {unit_id: await ancestors(unit_id)}, day, known)
    return found.get(unit_id, DEFAULTS.get(slot))


async def _recorded(
    call: Call,
    verb: str,
    given: list[Any],
    unit_id: int,
    slot: Slot,
    valid_from: date,
    made: Callable[[], Awaitable[tuple[BindingRow, Event]]],
) -> int:
    """One more row of the unit's history, told and acted upon; a retry with the same key records nothing."""
    async with work(call) as opened:
        before = await answered(call, verb, [unit_id, slot.value, *given, valid_from.isoformat()])
        if before is not None:
            return before
        row, event = await made()
        row.unit_id, row.slot, row.valid_from = unit_id, slot.value, valid_from
        row.known_from, row.account_id = call.now, call.viewer.account_id or None
        await row.save()
        opened.emit(event)
        await touch(slot, unit_id, valid_from, call.today)
        await answer(call, row.id)
        return int(row.id)


async def _own(unit_id: int, slot: Slot, day: date) -> BindingRow:
    """The unit's own binding on a day; refuses when it has none, or one that was ended."""
    rows = BindingRow.filter(unit_id=unit_id, slot=slot.value, valid_from__lte=day)
    found = await rows.order_by("-valid_from", "-id").first()
    if found is None or found.ends:
        raise NotFound("binding", slot.value)
    return found


async def _kept_secrets(unit_id: int, slot: Slot, part: str, day: date) -> dict[str, Any]:
    try:
        before = await _own(unit_id, slot, day)
    except NotFound:
        return {}
    return dict(before.secrets or {}) if before.part == part else {}
