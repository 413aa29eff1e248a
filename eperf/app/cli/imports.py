"""`eperf import`: tables of units, employees and catalogue items."""

from __future__ import annotations

import json
import os
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import TypeVar

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from eperf.adapters import table
from eperf.app.cli.run import REFUSED, errors, run_with_database
from eperf.app.house import House
from eperf.domain.errors import BadInput, Refused
from eperf.domain.table import Table
from eperf.services.call import Call
from eperf.services.imports import ImportReport, bad_rows, import_catalogue, import_employees, import_units
from eperf.services.imports import Progress as Watch

SHOWN_PROBLEMS = 50
PART = 1

app = typer.Typer(
    help="Import tables from CSV or XLSX. Good rows land, bad rows are written to a file to be corrected. "
    "Exits with 0 when all rows landed, 1 when some are bad, 2 when the file cannot be imported.",
    no_args_is_help=True,
)

T = TypeVar("T")
Import = Callable[[Call, Table, bool, Watch | None], Awaitable[ImportReport]]

File = typer.Argument(help="A CSV (UTF-8, separated by , or ;) or XLSX file.", show_default=False)
DryRun = typer.Option(False, "--dry-run", help="Check everything and write nothing to the database.")
AsJson = typer.Option(False, "--json", help="Print the report as JSON.")
Bad = typer.Option(None, "--bad", help="Where bad rows go; FILE.bad.csv unless given.", show_default=False)


@app.command()
def units(file: Path = File, dry_run: bool = DryRun, as_json: bool = AsJson, bad: Path = Bad) -> None:
    """Import units: code, name, kind, parent_code, zone."""
    _run(import_units, file, dry_run, as_json, bad)


@app.command()
def employees(
    file: Path = File,
    dry_run: bool = DryRun,
    as_json: bool = AsJson,
    bad: Path = Bad,
    change_posts: bool = typer.Option(False, "--change-posts", help="Also change posts that exist already."),
) -> None:
    """Import employees, their placements and posts: nip, kind, name, unit_code, valid_from, and more columns."""
    _run(partial(import_employees, change_posts=change_posts), file, dry_run, as_json, bad)


@app.command()
def catalogue(file: Path = File, dry_run: bool = DryRun, as_json: bool = AsJson, bad: Path = Bad) -> None:
    """Import catalogue items: unit_code, code, name, per, unit_size, points_per_unit, valid_from, and more columns."""
    _run(import_catalogue, file, dry_run, as_json, bad)


def _run(imported: Import, file: Path, dry_run: bool, as_json: bool, bad: Path | None) -> None:
    into = bad or Path(f"{file}.bad.csv")
    obstacle = hindrance(file, into)

    async def job(house: House) -> ImportReport:
        if obstacle:
            raise BadInput("bad", str(into), obstacle)
        read = table.read(file)
        with watched(silent=as_json) as watch:
            done = await imported(house.call(), read, dry_run, watch)
        if done.bad:
            table.write(into, *bad_rows(read, done), guarded=frozenset({0}))
        return done

    done = run_with_database(partial(told, job) if as_json else job)
    _show(done, file, into, as_json)
    if done.bad:
        raise typer.Exit(PART)


async def told(job: Callable[[House], Awaitable[T]], house: House) -> T:
    """A refusal of the whole file, for scripts."""
    try:
        return await job(house)
    except Refused as refusal:
        told = {"code": refusal.code, "field": refusal.field, "message": refusal.message("en")}
        print(json.dumps({"error": told}))
        raise typer.Exit(REFUSED) from refusal


def hindrance(file: Path, into: Path) -> str | None:
    """Why bad rows could not be written, seen before anything lands."""
    if os.path.realpath(into) == os.path.realpath(file):
        return "it is the file to be imported"
    if os.path.isdir(into) or not os.access(into.parent, os.W_OK):
        return "a file cannot be written there"
    return None


def _show(done: ImportReport, file: Path, into: Path, as_json: bool) -> None:
    if as_json:
        print(json.dumps({"file": str(file), "bad_file": str(into) if done.bad else None, **done.as_json()}))
        return
    for problem in done.problems[:SHOWN_PROBLEMS]:
        where = f"row {problem.row}" + (f", {problem.column}" if problem.column else "")
        errors.print(
            f"{where}: {problem.code}: {problem.message}", markup=False, highlight=False, soft_wrap=True
        )
    if len(done.problems) > SHOWN_PROBLEMS:
        errors.print(f"… and {len(done.problems) - SHOWN_PROBLEMS} more problems", highlight=False)
    would = "would be " if done.dry_run else ""
    Console(highlight=False).print(
        f"{done.rows} rows of {done.noun}: {done.created} {would}created, {done.changed} {would}changed, "
        f"{done.unchanged} unchanged, {len(done.bad)} bad" + (f" (in {into})" if done.bad else ""),
        markup=False,
        soft_wrap=True,
    )


class watched:  # noqa: N801
    """A bar on the error stream while an import works; nothing when silent."""

    def __init__(self, *, silent: bool) -> None:
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            console=errors,
            transient=True,
            disable=silent,
        )
        self._tasks: dict[str, int] = {}

    def __enter__(self) -> Watch:
        self._bar.start()
        return self._tell

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def _tell(self, step: str, done: int, total: int) -> None:
        if step not in self._tasks:
            self._tasks[step] = self._bar.add_task(step, total=total)
        self._bar.update(self._tasks[step], completed=done, total=total)  # type: ignore[arg-type]
