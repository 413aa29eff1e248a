"""`eperf plugins`: what is installed, what it offers, and why something was left out."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import typer
from rich.console import Console
from rich.table import Table

from eperf.app.cli import lifecycle
from eperf.app.cli.run import REFUSED, errors, json_object, run_with_database, settings
from eperf.app.house import House
from eperf.app.impact import Impact
from eperf.app.preview import of_addition, of_removal, uncomposed
from eperf.domain.errors import BadInput, Refused
from eperf.plugins import plan as plans
from eperf.plugins import registry
from eperf.schema.gate import composed
from eperf.services.binding import bind as bind_part
from eperf.services.closing import unit_of
from eperf.services.parts import Slot
from eperf.services.scoring import score_dirty
from eperf.testing.scaffold import Kind, write

app = typer.Typer(help="What is installed and what it offers.", no_args_is_help=True)
lifecycle.register(app)


@app.command("list")
def list_(as_json: bool = typer.Option(False, "--json", help="Print JSON.")) -> None:
    """List plugins with their parts; exits with 1 when one was left out."""
    found = composed(without=settings().plugins_without)[0].report()
    if as_json:
        print(json.dumps([dataclasses.asdict(report) for report in found]))
    else:
        table = Table("plugin", "distribution", "version", "state", "parts", "cause or warnings")
        for report in found:
            parts = "\n".join(report.parts)
            table.add_row(
                report.name,
                report.distribution,
                report.version,
                report.state,
                parts,
                "\n".join([*filter(None, [report.cause]), *report.warnings]),
            )
        Console().print(table)
    if any(report.state != "ok" for report in found):
        raise typer.Exit(1)


@app.command()
def plan(as_json: bool = typer.Option(False, "--json", help="Print JSON.")) -> None:
    """Print in which order plugins are taken, what each hands over, and how that was decided."""
    steps = plans.plan(registry.load().report())
    if as_json:
        print(json.dumps(plans.as_json(steps)))
    else:
        print("\n".join(plans.lines(steps)))
    if any(step.report.state != "ok" for step in steps):
        raise typer.Exit(1)


@app.command()
def check(
    target: str = typer.Argument(help="A plugin's name, or the folder of its distribution."),
    seed: int = typer.Option(0, help="Where examples come from; the same seed, the same examples."),
    examples: int = typer.Option(6, min=1, help="Examples for each law."),
    seconds: float = typer.Option(5, min=0.1, help="For one run of a part."),
    most_seconds: float = typer.Option(300, min=1, help="For the whole check."),
) -> None:
    """Hold every part of a plugin to the laws of its kind; exits with 1 when one is broken."""
    from eperf.testing.laws.check import Bounds, breaches

    broken = 0
    try:
        for cause in uncomposed(target):
            broken += 1
            print(cause)
        for breach in breaches(target, Bounds(seed, examples, seconds, most_seconds)):
            broken += 1
            print(breach)
    except Refused as refused:
        raise _exit(refused) from refused
    print(f"{target}: {broken} laws broken" if broken else f"{target}: every law holds")
    if broken:
        raise typer.Exit(1)


@app.command("impact")
def impact_(
    without: list[str] = typer.Option([], "--without", help="A plugin that is taken away; may be repeated."),
    distribution: str | None = typer.Option(
        None, "--with", help="What comes: a wheel, a folder, or a plugin that is left out by its setting."
    ),
    force: bool = typer.Option(False, help="Tell what breaks, and exit with 0 all the same."),
    as_json: bool = typer.Option(False, "--json", help="Print JSON."),
) -> None:
    """Say whose registered operations break when plugins come, change or go; changes nothing.

    Exits with 1 when one breaks, with 2 when nothing is named or what is named is not there.
    """
    try:
        if bool(without) == (distribution is not None):
            raise BadInput("plugin", None, "give --without, or --with")
        found = of_addition(settings(), distribution) if distribution else of_removal(settings(), without)
    except Refused as refused:
        raise _exit(refused) from refused
    print(json.dumps(dataclasses.asdict(found)) if as_json else "\n".join(_told(found)))
    if found.broken and not force:
        raise typer.Exit(1)


def _told(found: Impact) -> Iterator[str]:
    yield from (f"left out: {name}: {cause}" for name, cause in found.left_out.items())
    yield from (f"change: {change}" for change in found.changes)
    yield from map(str, found.broken)
    yield f"{found.documents} documents, {len({one.hash for one in found.broken})} break"


@app.command()
def new(
    name: str = typer.Argument(
        help="Of the plugin: lower case letters, digits, hyphens, such as kota-contoh."
    ),
    kind: Kind = typer.Option(Kind.SCHEME, help="What it offers."),
    where: Path = typer.Option(
        Path(), "--in", help="The folder in which its folder is made.", file_okay=False
    ),
) -> None:
    """Write a distribution that passes its tests and the laws; exits with 2 for a bad name or a folder that exists."""
    try:
        print(write(name, kind, where))
    except Refused as refused:
        raise _exit(refused) from refused


@app.command()
def bind(
    part: str = typer.Argument(help="The part, such as kota-contoh/score."),
    unit: str = typer.Option(..., "--unit", help="The code of the unit; units below inherit it."),
    since: datetime = typer.Option(..., "--from", formats=["%Y-%m-%d"], help="The first day."),
    slot: Slot = typer.Option(Slot.SCHEME, help="The place in the unit that it fills."),
    settings: str = typer.Option("{}", help="Its settings as JSON."),
) -> None:
    """Bind a part to a unit and score again what that touches; exits with 2 when refused."""

    async def job(house: House) -> int:
        given = json_object("settings", settings)
        await bind_part(house.call(), await unit_of(unit), slot, part, given, since.date())
        scored = 0
        while done := await score_dirty(house.call()):
            scored += done
        return scored

    print(f"{part} bound to {unit} from {since:%Y-%m-%d}; {run_with_database(job)} months scored")


def _exit(refused: Refused) -> typer.Exit:
    errors.print(f"{refused.code}: {refused.message('en')}", style="red", markup=False, highlight=False)
    return typer.Exit(REFUSED)
