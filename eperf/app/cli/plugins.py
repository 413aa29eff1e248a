"""`eperf plugins`: what is installed, what it offers, and why something was left out."""

from __future__ import annotations

import dataclasses
import json

import typer
from rich.console import Console
from rich.table import Table

from eperf.domain.errors import Refused
from eperf.plugins import registry

app = typer.Typer(help="What is installed and what it offers.", no_args_is_help=True)


@app.command("list")
def list_(as_json: bool = typer.Option(False, "--json", help="Print JSON.")) -> None:
    """List plugins with their parts; exits with 1 when one was left out."""
    found = registry.load().report()
    if as_json:
        print(json.dumps([dataclasses.asdict(report) for report in found]))
    else:
        table = Table("plugin", "distribution", "version", "state", "parts", "cause")
        for report in found:
            parts = "\n".join(report.parts)
            table.add_row(
                report.name, report.distribution, report.version, report.state, parts, report.cause or ""
            )
        Console().print(table)
    if any(report.state != "ok" for report in found):
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
        for breach in breaches(target, Bounds(seed, examples, seconds, most_seconds)):
            broken += 1
            print(breach)
    except Refused as refused:
        print(refused)
        raise typer.Exit(2) from refused
    print(f"{target}: {broken} laws broken" if broken else f"{target}: every law holds")
    if broken:
        raise typer.Exit(1)
