"""Taking a plugin away: what depends on it, what is ended, and how it comes back.

A plugin's bindings end on the day of the removal; what it scored stays, with the version that scored it. The rows of
its own tables are its keeper's business (`Keeper`). An export holds both, so that restoring it binds the same parts
with the same settings from the day on which they were ended, and puts the rows back.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Protocol

import orjson

from eperf.domain.errors import BadInput, NotFound, PluginInUse, Refused
from eperf.domain.events import PartBound
from eperf.domain.lifecycle import PartUnbound, PluginRestored, PluginUninstalled
from eperf.plugins.discovery import CORE
from eperf.services.call import Call, Work, work
from eperf.services.everywhere import bindings_of, reason_of, require_everywhere, require_known, tell
from eperf.services.parts import Slot, registered, settings_of
from eperf.services.touched import touch
from eperf.store.attendance import DayRow, DeviceRow
from eperf.store.binding import BindingRow
from eperf.store.closing import FrozenRow
from eperf.store.organisation import UnitRow
from eperf.store.scoring import ScoreRow

_FORM = 1


class Keeper(Protocol):
    """Who knows the tables of a plugin."""

    async def rows(self, plugin: str) -> Mapping[str, int]:
        """The tables that are the plugin's alone, each with how many rows it has."""

    async def require_removable(self, plugin: str) -> None:
        """Refuses when the tables could not be removed: before anything is changed."""

    def lines(self, plugin: str, head: bytes) -> AsyncIterator[bytes]:
        """The rows as lines of JSON, in a form of the keeper's own; the last one seals them and the `head` before."""

    async def remove(self, plugin: str) -> None:
        """Drops the tables by the plugin's own migrations."""

    async def restore(self, plugin: str, head: bytes, lines: Iterable[bytes]) -> int:
        """Puts rows back into the tables that are there again and empty; gives how many. Refuses a broken seal."""


@dataclass(frozen=True)
class Serving:
    """A part of the plugin in a unit's slot, from a day on: in force, or still to come. `settings` without secrets."""

    unit: str
    slot: str
    part: str
    settings: Mapping[str, Any]
    valid_from: date


@dataclass(frozen=True)
class Dependants:
    """What depends on a plugin.

    `ends`: bindings that a removal ends. `open_scores`, `closed_months`, `days`, `devices`: what was made by its parts
    and stays; open months can no longer be scored by it. `tables`: its own, with their rows, which go.
    """

    plugin: str
    ends: tuple[Serving, ...]
    open_scores: int
    closed_months: int
    days: int
    devices: tuple[str, ...]
    tables: Mapping[str, int]


async def dependants(call: Call, plugin: str, keeper: Keeper) -> Dependants:
    """What a removal of the plugin would end, leave and drop; changes nothing."""
    await require_everywhere(call)
    await require_known(call, plugin)
    key = f"{plugin}/"
    closed = await FrozenRow.filter(scheme__startswith=key).values_list("unit_id", "period")
    scores = await ScoreRow.filter(scheme__startswith=key).values_list("unit_id", "period")
    return Dependants(
        plugin=plugin,
        ends=tuple(serving for _, serving in await _serving(plugin, call.today)),
        open_scores=sum(place not in set(closed) for place in scores),
        closed_months=len(closed),
        days=await DayRow.filter(policy__startswith=key).count(),
        devices=tuple(
            [str(row.serial) for row in await DeviceRow.filter(source__startswith=key).order_by("serial")]
        ),
        tables=await keeper.rows(plugin),
    )


async def export(call: Call, plugin: str, keeper: Keeper) -> AsyncIterator[bytes]:
    """The plugin's bindings and rows as lines of JSON: a head, then the keeper's lines. Without secrets."""
    await require_everywhere(call)
    await require_known(call, plugin)
    ends = [asdict(serving) for _, serving in await _serving(plugin, call.today)]
    head = orjson.dumps({"form": _FORM, "plugin": plugin, "day": call.today, "bindings": ends}) + b"\n"
    yield head
    async for line in keeper.lines(plugin, head):
        yield line


async def uninstall(call: Call, plugin: str, reason: str, keeper: Keeper) -> Dependants:
    """Ends the plugin's bindings and drops its tables; gives what there was. Export first.

    What remains is to remove the distribution itself with the installer that brought it.
    """
    tops, said = await require_everywhere(call), reason_of(reason)
    if plugin == CORE:
        raise PluginInUse(plugin, "it comes with eperf")
    found = await dependants(call, plugin, keeper)
    await keeper.require_removable(plugin)
    async with work(call) as opened:
        for unit_id, serving in await _serving(plugin, call.today):
            await _end(call, opened, unit_id, serving)
        bindings, rows = len(found.ends), sum(found.tables.values())
        tell(
            opened,
            tops,
            lambda top: PluginUninstalled(
                subject_id=top, unit_id=top, plugin=plugin, reason=said, bindings=bindings, rows=rows
            ),
        )
    await keeper.remove(plugin)
    return found


async def restore(call: Call, lines: Iterable[bytes], keeper: Keeper) -> tuple[int, int]:
    """Puts back what `export` gave, of a plugin that is installed again; gives the numbers of bindings and of rows.

    A binding counts from the day on which the removal ended it, so that there is no gap. Secrets are those that the
    unit had. Bindings are all put back or none, after the rows.
    """
    tops, given = await require_everywhere(call), iter(lines)
    head = next(given, b"")
    plugin, day, bindings = _head(head)
    back = [await _checked(call, one, day) for one in bindings]
    rows = await keeper.restore(plugin, head, given)
    async with work(call) as opened:
        for row in back:
            await row.save()
            opened.emit(
                PartBound(
                    subject_id=row.unit_id,
                    unit_id=row.unit_id,
                    slot=row.slot,
                    part=row.part,
                    valid_from=row.valid_from,
                )
            )
            await touch(Slot(row.slot), row.unit_id, row.valid_from, call.today)
        tell(
            opened,
            tops,
            lambda top: PluginRestored(
                subject_id=top, unit_id=top, plugin=plugin, bindings=len(back), rows=rows
            ),
        )
    return len(back), rows


async def _serving(plugin: str, today: date) -> list[tuple[int, Serving]]:
    """The plugin's bindings in force and to come, with the ids of their units."""
    places = sorted({(row.unit_id, row.slot) for row in await bindings_of(plugin)})
    codes = dict(await UnitRow.filter(id__in=[unit for unit, _ in places]).values_list("id", "code"))
    found = []
    for unit_id, slot in places:
        history = await BindingRow.filter(unit_id=unit_id, slot=slot).order_by("valid_from", "id")
        last = {row.valid_from: row for row in history}
        now = max((day for day in last if day <= today), default=None)
        for day, row in last.items():
            if (day == now or day > today) and not row.ends and row.part.startswith(f"{plugin}/"):
                found.append((unit_id, Serving(codes[unit_id], slot, row.part, row.settings, day)))
    return found


async def _end(call: Call, opened: Work, unit_id: int, serving: Serving) -> None:
    day = max(call.today, serving.valid_from)
    await BindingRow.create(
        unit_id=unit_id, slot=serving.slot, part=serving.part, settings={}, ends=True, valid_from=day,
        known_from=call.now, account_id=call.viewer.account_id or None,
    )  # fmt: skip
    opened.emit(
        PartUnbound(subject_id=unit_id, unit_id=unit_id, slot=serving.slot, part=serving.part, valid_from=day)
    )
    await touch(Slot(serving.slot), unit_id, day, call.today)


def _head(line: bytes) -> tuple[str, date, list[Serving]]:
    """The plugin, the day of the export and the bindings that the head of an export names."""
    try:
        told = orjson.loads(line)
        if told["form"] != _FORM:
            raise BadInput("export", told["form"], f"of form {_FORM} it must be")
        day = date.fromisoformat(told["day"])
        bindings = [
            Serving(
                str(one["unit"]), Slot(one["slot"]).value, str(one["part"]), dict(one["settings"]),
                date.fromisoformat(one["valid_from"]),
            )
            for one in told["bindings"]
        ]  # fmt: skip
        plugin = str(told["plugin"])
    except (ValueError, KeyError, TypeError) as wrong:
        raise BadInput("export", line[:80].decode(errors="replace"), "not the head of an export") from wrong
    if any(not one.part.startswith(f"{plugin}/") for one in bindings):
        raise BadInput("export", plugin, "binds parts of another plugin")
    return plugin, day, bindings


async def _checked(call: Call, serving: Serving, day: date) -> BindingRow:
    """The binding that puts one back; refuses a unit or a part that is not there, and settings that they refuse."""
    unit = await UnitRow.get_or_none(code=serving.unit)
    if unit is None:
        raise NotFound("unit", serving.unit)
    slot, valid_from = Slot(serving.slot), max(day, serving.valid_from)
    had = BindingRow.filter(unit_id=unit.id, slot=slot.value, part=serving.part, ends=False)
    before = await had.order_by("-id").first()
    secrets = before.secrets if before is not None else None
    part = registered(call.parts, slot, serving.part).part
    try:
        settings_of(part, {**serving.settings, **(secrets or {})})
    except Refused as refused:
        raise BadInput(
            "export", serving.unit, f"{serving.part} refuses its settings: {refused.message('en')}"
        ) from None
    return BindingRow(
        unit_id=unit.id, slot=slot.value, part=serving.part, settings=dict(serving.settings), secrets=secrets,
        ends=False,
        valid_from=valid_from, known_from=call.now, account_id=call.viewer.account_id or None,
    )  # fmt: skip
