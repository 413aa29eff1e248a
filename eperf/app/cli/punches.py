"""`eperf import punches`: clock records of one device, out of a file that somebody carried."""

from __future__ import annotations

import json
from dataclasses import asdict
from functools import partial
from pathlib import Path

import typer
from rich.console import Console

from eperf.adapters import table
from eperf.app.cli.imports import PART, SHOWN_PROBLEMS, hindrance, told, watched
from eperf.app.cli.run import errors, run_with_database
from eperf.app.house import House
from eperf.domain.attendance.carried import CarriedFile
from eperf.domain.errors import BadInput
from eperf.services.imports.punches import (
    Previewed,
    PunchReport,
    Unexplained,
    import_punches,
    preview_punches,
)

USB, TABLE = "eperf/usb-file", "eperf/table-file"

_Columns = typer.Option(
    None,
    "--column",
    help="What stands where, as FIELD=COLUMN; as often as needed. A column is a heading of a table, or a place from 0 "
    "in a file off a stick. Instead of the device's own options.",
    show_default=False,
)


def punches(
    file: Path = typer.Argument(help="An attlog.dat, CSV or XLSX file.", show_default=False),
    device: str = typer.Option(..., "--device", help="The serial number of a registered device."),
    columns: list[str] | None = _Columns,
    source: str | None = typer.Option(None, "--source", help="The reader; chosen by the file unless given."),
    preview: int = typer.Option(
        0, "--preview", min=0, max=1000, help="Only show the first lines as they are read."
    ),
    dry_run: bool = typer.Option(
        False, "--dry-run", help="Check everything and write nothing to the database."
    ),
    as_json: bool = typer.Option(False, "--json", help="Print the report as JSON."),
    bad: Path = typer.Option(
        None, "--bad", help="Where lines that cannot be read go; FILE.bad.csv unless given."
    ),
) -> None:
    """Import clock records of a device: pin, time (or date and time), state, verify, workcode."""
    into = Path(f"{file}.bad.csv") if bad is None else bad
    obstacle = hindrance(file, into)

    async def show(house: House) -> list[Previewed]:
        carried, reader = carried_file(file, source)
        return await preview_punches(house.call(), device, reader, carried, _named(columns), preview)

    async def take(house: House) -> PunchReport:
        if obstacle:
            raise BadInput("bad", str(into), obstacle)
        carried, reader = carried_file(file, source)
        with watched(silent=as_json) as watch:
            done = await import_punches(
                house.call(), device, reader, carried, _named(columns), dry_run, watch
            )
        if done.unread:
            _write_bad(into, done.unread)
        return done

    if preview:
        _show_preview(run_with_database(partial(told, show) if as_json else show), as_json)
        return
    done = run_with_database(partial(told, take) if as_json else take)
    _show(done, file, into, as_json)
    if done.unread or done.strangers:
        raise typer.Exit(PART)


def carried_file(path: Path, source: str | None) -> tuple[CarriedFile, str]:
    """The file within its bounds, and its reader: a file of tab-parted lines comes off a stick, else it is a table.

    Other readers are given the bytes, and the table of a workbook.
    """
    content = table.content(path, table.LARGE_BYTES)
    first = next((line for line in content[:4096].split(b"\n") if line.strip()), b"")
    reader = source or (USB if b"\t" in first and not table.is_workbook(content) else TABLE)
    if reader != TABLE and not table.is_workbook(content):
        return CarriedFile(content), reader
    return CarriedFile(content, table.large(path.name, content)), reader


def _named(columns: list[str] | None) -> dict[str, str]:
    named: dict[str, str] = {}
    for given in columns or []:
        name, equals, column = given.partition("=")
        if not equals or not column.strip() or name in named:
            raise BadInput("column", given, "a column is given once, as FIELD=COLUMN")
        named[name] = column.strip()
    return named


def _write_bad(into: Path, unread: tuple[Unexplained, ...]) -> None:
    rows = ((line.reason, str(line.line), line.raw) for line in unread)
    table.write(into, ("error", "line", "raw"), rows, guarded=frozenset({0, 2}))


def _show_preview(lines: list[Previewed], as_json: bool) -> None:
    if as_json:
        print(json.dumps({"preview": [asdict(line) for line in lines]}))
        return
    console = Console(highlight=False)
    for line in lines:
        read = line.reason or f"{line.pin}  {line.time_local}  {line.kind}  {line.verify}"
        console.print(f"line {line.line}: {read}", markup=False, soft_wrap=True)


def _show(done: PunchReport, file: Path, into: Path, as_json: bool) -> None:
    if as_json:
        print(
            json.dumps({"file": str(file), "bad_file": str(into) if done.unread else None, **done.as_json()})
        )
        return
    for line in (*done.unread, *done.strangers)[:SHOWN_PROBLEMS]:
        errors.print(
            f"line {line.line}: {line.reason}: {line.raw}", markup=False, highlight=False, soft_wrap=True
        )
    more = len(done.unread) + len(done.strangers) - SHOWN_PROBLEMS
    if more > 0:
        errors.print(f"… and {more} more", highlight=False)
    would = "would be " if done.dry_run else ""
    Console(highlight=False).print(
        f"{done.rows} records of {done.device}: {done.used} {would}used, {done.duplicates} duplicates, "
        f"{done.unexplained} unexplained" + (f" (unread ones in {into})" if done.unread else ""),
        markup=False,
        soft_wrap=True,
    )
