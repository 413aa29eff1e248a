"""`eperf plugins`: what is installed, what it offers, and why something was left out."""

from __future__ import annotations

import dataclasses
import json

import typer
from rich.console import Console
from rich.table import Table

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
