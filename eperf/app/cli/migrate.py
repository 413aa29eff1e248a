"""`eperf migrate`: the only way tables change."""

from __future__ import annotations

import json

import typer
from rich.console import Console

from eperf.app.cli.run import run_with_database
from eperf.app.house import House
from eperf.store import migrate as store


def migrate(
    status: bool = typer.Option(False, "--status", help="Only say what is applied and what is not."),
    as_json: bool = typer.Option(False, "--json", help="Print JSON."),
    wait: float = typer.Option(60, help="Seconds to wait for another process that migrates."),
) -> None:
    """Bring the database's tables to this version, under a lock. Safe to repeat and to interrupt."""

    async def job(house: House) -> store.Status:
        if status:
            return await store.status(house.config)
        return await store.migrate(
            house.config, wait, None if as_json else lambda name: print(f"applied {name}")
        )

    found = run_with_database(job, current=False)
    if as_json:
        print(json.dumps({"applied": found.applied, "pending": found.pending, "unknown": found.unknown}))
        return
    console = Console(highlight=False)
    for name in found.unknown:
        console.print(f"unknown {name}", style="red")
    for name in found.pending:
        console.print(f"pending {name}", style="yellow")
    console.print(f"{len(found.applied)} migrations applied, {len(found.pending)} pending")
