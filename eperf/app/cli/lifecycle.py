"""`eperf plugins unbind|bound|health|disable|enable|uninstall|restore`: the life of a plugin in this installation."""

from __future__ import annotations

import dataclasses
import json
import os
from datetime import datetime
from pathlib import Path
from typing import Any

import typer

from eperf.app.cli.run import run_with_database
from eperf.app.house import House
from eperf.app.keeper import Tables
from eperf.app.preview import of_removal
from eperf.domain.errors import BadInput
from eperf.services import plugin as plugins
from eperf.services import uninstall as removal
from eperf.services.binding import bound_to
from eperf.services.binding import unbind as unbind_part
from eperf.services.closing import unit_of
from eperf.services.parts import Slot
from eperf.services.plugin_health import Health
from eperf.services.plugin_health import health as health_of
from eperf.services.scoring import score_dirty
from eperf.services.uninstall import Dependants

_NAME = typer.Argument(help="The plugin, such as kota-contoh.")
_FORCE = typer.Option(False, "--force", help="Although operations that clients registered would break.")
_REASON = typer.Option(
    ..., "--reason", help="Why; it is recorded, and shown to those who wait for the plugin."
)


def unbind(
    unit: str = typer.Option(..., "--unit", help="The code of the unit whose own binding ends."),
    since: datetime = typer.Option(..., "--from", formats=["%Y-%m-%d"], help="The first day without it."),
    slot: Slot = typer.Option(Slot.SCHEME, help="The place in the unit that it fills."),
) -> None:
    """End a unit's own binding from a day on; what is bound above serves again. Exits with 2 when there is none."""

    async def job(house: House) -> int:
        await unbind_part(house.call(), await unit_of(unit), slot, since.date())
        return await _scored(house)

    print(f"{slot.value} of {unit} unbound from {since:%Y-%m-%d}; {run_with_database(job)} months scored")


def bound(
    unit: str = typer.Option(..., "--unit", help="The code of the unit."),
    day: datetime = typer.Option(..., "--on", formats=["%Y-%m-%d"], help="The day."),
    slot: Slot = typer.Option(Slot.SCHEME, help="The place in the unit."),
    known: datetime | None = typer.Option(
        None,
        "--known-at",
        formats=["%Y-%m-%dT%H:%M:%S%z"],
        help="As it was known then: 2026-03-31T17:00:00+0700.",
    ),
) -> None:
    """Print the part that serves a unit on a day; exits with 1 when none does."""

    async def job(house: House) -> str | None:
        return await bound_to(house.call(), await unit_of(unit), slot, day.date(), known)

    found = run_with_database(job)
    print(found or f"nothing serves {slot.value} of {unit} on {day:%Y-%m-%d}")
    if found is None:
        raise typer.Exit(1)


def health(as_json: bool = typer.Option(False, "--json", help="Print JSON.")) -> None:
    """Print where plugins are bound, and how many scores wait for them; exits with 1 when one is not well."""
    found = run_with_database(lambda house: health_of(house.call()))
    if as_json:
        print(json.dumps([_health(one) for one in found]))
    else:
        for one in found:
            cause = f": {one.report.cause}" if one.report.cause else ""
            print(f"{one.report.name} {one.report.version} {one.state}, {one.waiting} scores wait{cause}")
            for place in one.places:
                print(f"  {place.code} {place.slot} {place.part} from {place.valid_from}")
    if any(one.state != "ok" for one in found):
        raise typer.Exit(1)


def disable(name: str = _NAME, reason: str = _REASON, force: bool = _FORCE) -> None:
    """Stop a plugin: its parts are not offered, and who is bound to them is provisional until it runs again.

    Exits with 2 when a registered operation of a client asks for something of it, which is named.
    """
    print(f"{name} {_switched(plugins.disable, name, reason, force=force)}")


def enable(name: str = _NAME, reason: str = _REASON) -> None:
    """Let a stopped plugin run again, and score who waited for it."""
    print(f"{name} {_switched(plugins.enable, name, reason, force=True)}")


def _switched(verb: Any, name: str, reason: str, *, force: bool) -> str:
    async def job(house: House) -> str:
        _require_no_client(house, name, force)
        changed = await verb(house.call(), name, reason)
        return f"{verb.__name__}d, {await _scored(house)} months scored" if changed else "was so already"

    return run_with_database(job)


def uninstall(
    name: str = _NAME,
    plan: bool = typer.Option(False, "--plan", help="Only say what depends on it."),
    export: Path | None = typer.Option(
        None, "--export", help="The file that is written first, and must not exist."
    ),
    reason: str | None = typer.Option(None, "--reason", help="Why; it is recorded."),
    force: bool = _FORCE,
    as_json: bool = typer.Option(False, "--json", help="Print JSON."),
) -> None:
    """Export what is a plugin's, end its bindings and drop its tables; exits with 2 when refused.

    Refused too when a registered operation of a client asks for something of it, which is named.
    """

    async def job(house: House) -> Dependants:
        keeper = Tables(house)
        if plan:
            return await removal.dependants(house.call(), name, keeper)
        if export is None or reason is None:
            raise BadInput(
                "export" if export is None else "reason", "", "an uninstall needs --export and --reason"
            )
        _require_no_client(house, name, force)
        await keeper.require_removable(name)
        await _exported(house, name, export, keeper)
        found = await removal.uninstall(house.call(), name, reason, keeper)
        await _scored(house)
        return found

    found = run_with_database(job)
    if as_json:
        print(json.dumps(dataclasses.asdict(found), default=str))
        return
    print("\n".join(_lines(found)))
    if not plan:
        print(f"exported to {export}; now remove the distribution, and restart")


def _require_no_client(house: House, name: str, force: bool) -> None:
    """Raises `ClientsBroken` when somebody's registered operation needs the plugin, unless forced."""
    runs = any(one.name == name and one.state == "ok" for one in house.registry.report())
    if runs and not force:
        of_removal(house.settings, [name]).require_none()


def restore(
    export: Path = typer.Argument(help="What `uninstall --export` wrote.", dir_okay=False, exists=True),
) -> None:
    """Bind again what an uninstall ended, and put its rows back; the plugin has to be installed and migrated."""

    async def job(house: House) -> tuple[int, int, int]:
        with export.open("rb") as lines:
            bindings, rows = await removal.restore(house.call(), lines, Tables(house))
        return bindings, rows, await _scored(house)

    bindings, rows, scored = run_with_database(job)
    print(f"{bindings} bindings and {rows} rows restored; {scored} months scored")


async def _exported(house: House, name: str, export: Path, keeper: Tables) -> None:
    try:
        # It holds people's data: for nobody's eyes but who asked for it.
        file = open(export, "xb", opener=lambda path, flags: os.open(path, flags, 0o600))  # noqa: ASYNC230, SIM115
    except OSError as wrong:
        raise BadInput("export", str(export), wrong.strerror or "cannot be written") from wrong
    try:
        with file:
            async for line in removal.export(house.call(), name, keeper):
                file.write(line)
            # What it holds is dropped next.
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        # A half of an export must not stand there as if it were one.
        os.unlink(export)
        raise


async def _scored(house: House) -> int:
    scored = 0
    while done := await score_dirty(house.call()):
        scored += done
    return scored


def _health(one: Health) -> dict[str, Any]:
    report = one.report
    return {
        "name": report.name,
        "version": report.version,
        "state": one.state,
        "cause": report.cause,
        "waiting": one.waiting,
        "bound": [{**dataclasses.asdict(place), "valid_from": str(place.valid_from)} for place in one.places],
    }


def _lines(found: Dependants) -> list[str]:
    ends = [f"  ends: {one.slot} of {one.unit} from {one.valid_from}: {one.part}" for one in found.ends]
    tables = [f"  goes: table {table}, {rows} rows" for table, rows in sorted(found.tables.items())]
    machines = [f"  stays: machine {serial}, which is read no longer" for serial in found.devices]
    kept = (
        f"  stays: {found.open_scores} scores of open months, which become provisional",
        f"  stays: {found.closed_months} closed months, which keep their scores",
        f"  stays: {found.days} days as they were judged",
    )
    return [found.plugin, *ends, *tables, *machines, *kept]


def register(app: typer.Typer) -> None:
    """Adds these commands to `eperf plugins`."""
    for command in (unbind, bound, health, disable, enable, uninstall, restore):
        app.command()(command)
