"""`eperf demo`: a living town, built and served."""

from __future__ import annotations

import asyncio
import json
import tempfile
import time
from contextlib import ExitStack
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import typer
import uvloop
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from eperf.adapters import postgres
from eperf.app.cli.run import run, settings
from eperf.app.cli.serve import serve_house
from eperf.app.demo.build import build
from eperf.app.demo.roles import cast_of, ids, tokens
from eperf.app.house import House, opened
from eperf.app.logs import configure
from eperf.settings import Settings
from eperf.store import migrate

_LEAST = 60
_ZONE = ZoneInfo("Asia/Jakarta")


class Kind(StrEnum):
    """Where the town lies."""

    SQLITE = "sqlite"
    POSTGRES = "postgres"


def demo(
    employees: int = typer.Option(300, min=_LEAST, max=200_000, help="How many people."),
    database: Kind = typer.Option(Kind.SQLITE, help="Where the town lies: a file, or a bundled PostgreSQL."),
    seed: int = typer.Option(1, help="The same seed and last day make the same town."),
    until: datetime | None = typer.Option(
        None, formats=["%Y-%m-%d"], help="The day of the demo; today by default."
    ),
    access: Path | None = typer.Option(None, help="Write address, tokens and ids to this file as JSON."),
    host: str | None = typer.Option(None, help="Address to listen on (EPERF_HOST)."),
    port: int | None = typer.Option(None, help="Port to listen on, 0 for a free one (EPERF_PORT)."),
    folder: Path | None = typer.Option(
        None, help="Where to put the town; a new temporary folder by default."
    ),
    serve: bool = typer.Option(True, help="Serve the town after building it."),
) -> None:
    """Build a city and a ministry's directorate with three months of work, and serve them."""
    base = settings(host=host, port=port)
    configure("warning" if base.log_level == "info" else base.log_level, base.log_json)
    asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())
    with ExitStack() as ended:
        place = folder or Path(ended.enter_context(tempfile.TemporaryDirectory(prefix="eperf-demo-")))
        place.mkdir(parents=True, exist_ok=True)
        chosen = base.model_copy(
            update={"data_dir": place, "database_url": _database(database, place, ended)}
        )
        today = until.date() if until else datetime.now(_ZONE).date()
        run(lambda: _demo(chosen, employees, seed, today, access, serve))


def _database(kind: Kind, place: Path, ended: ExitStack) -> str:
    if kind is Kind.SQLITE:
        return f"sqlite://{(place / 'eperf.db').absolute()}"
    server = postgres.start(place / "postgres")
    ended.callback(server.stop)
    return str(server.url)


async def _demo(
    chosen: Settings, size: int, seed: int, today: date, access: Path | None, serve: bool
) -> None:
    console = Console(highlight=False)
    async with opened(chosen, current=False) as house:
        await migrate.migrate(house.config)
        started = time.monotonic()
        found = await _built(house, size, seed, today)
        console.print(f"A town of {size} people, built in {time.monotonic() - started:.1f} s.")
        if serve:
            await serve_house(house, lambda url: _welcome(console, url, found, access))
        elif access is not None:
            await asyncio.to_thread(_write, access, None, found)


async def _built(house: House, size: int, seed: int, today: date) -> dict[str, Any]:
    columns = (TextColumn("{task.description:<10}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as shown:
        tasks: dict[str, Any] = {}

        def progress(step: str, done: int, total: int) -> None:
            if step not in tasks:
                tasks[step] = shown.add_task(step, total=total)
            shown.update(tasks[step], completed=done, total=total)

        built = await build(house, size, seed, today, progress)
    who = cast_of(built)
    return {
        "tokens": await tokens(house, built, who, today),
        "ids": ids(built, who),
        "today": today.isoformat(),
    }


def _write(access: Path, url: str | None, found: dict[str, Any]) -> None:
    # Whole or not at all: a script may be waiting for the file.
    part = access.with_name(f".{access.name}.part")
    part.write_text(json.dumps({"url": url, **found}, indent=2) + "\n")
    part.rename(access)


def _welcome(console: Console, url: str, found: dict[str, Any], access: Path | None) -> None:
    if access is not None:
        _write(access, url, found)
    console.print(f"\neperf serves {url}\nGraphQL     {url}/graphql\n\nTokens (Authorization: Bearer …)")
    for role, token in found["tokens"].items():
        console.print(f"  {role:<18} {token}", soft_wrap=True)
    console.print("\nThree queries to paste")
    for role, query in _queries(found["ids"], found["today"][:7]):
        console.print(f"  as {role}:\n    {query}", soft_wrap=True, markup=False)
    console.print("\nCtrl-C ends it.")


def _queries(known: dict[str, Any], month: str) -> list[tuple[str, str]]:
    score = f'score(period: "{month}")'
    mine = f"{{ me {{ name unit {{ name }} {score} {{ score breakdown {{ label amount legalBasis }} }} }} }}"
    waiting = (
        "{ waitingForMe(first: 5) { nodes { id date result minutes item { name } employee { name } } } }"
    )
    people = f"nodes {{ name {score} {{ score }} activities(first: 3) {{ nodes {{ date state }} }} }}"
    ours = f'{{ unit(id: "{known["unit"]}") {{ name employees(first: 5) {{ {people} }} }} }}'
    return [("employee", mine), ("supervisor", waiting), ("unit_leader", ours)]
