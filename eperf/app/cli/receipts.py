"""`eperf receipt` writes a score with everything it was made from; `eperf verify` replays it, without a database."""

from __future__ import annotations

from pathlib import Path

import typer

from eperf.app.cli.run import run, run_with_database
from eperf.app.house import House
from eperf.domain.errors import BundleUnreadable, NotFound
from eperf.domain.period import YearMonth
from eperf.domain.scoring.bundle import MOST_BYTES
from eperf.plugins import registry
from eperf.services import receipt as receipts
from eperf.services.closing import unit_of
from eperf.services.receipt import Verified
from eperf.store.people import EmployeeRow


def receipt(
    who: str = typer.Argument(help="An employee's NIP or number; with --unit the code of a unit."),
    period: str = typer.Argument(help="The month, YYYY-MM."),
    unit: bool = typer.Option(False, "--unit", help="Everybody who was scored in this very unit."),
    out: Path | None = typer.Option(None, "--out", help="The file to write; else named by who and when."),
) -> None:
    """Write the receipt of a score, or of a unit's month, as one file."""
    path = out or Path(f"{who}-{period}.eperf.zip")

    async def job(house: House) -> bytes:
        month = YearMonth.parse(period)
        if unit:
            return await receipts.of_unit(house.call(), house.blobs(), await unit_of(who), month)
        return await receipts.of_employee(house.call(), house.blobs(), await _employee(who), month)

    path.write_bytes(run_with_database(job))
    print(path)


def verify(bundle: Path = typer.Argument(help="A file that `eperf receipt` wrote.")) -> None:
    """Compute a receipt's scores again from its own facts, with the installed scheme and no database.

    Exits with 0 when every figure and every leaf comes out the same, with 2 when not, naming the part.
    """

    async def job() -> Verified:
        return receipts.verify(registry.load(), _read(bundle))

    found = run(job)
    closed = "closed" if found.closed else "open"
    print(
        f"{found.unit_code} {found.period} ({closed}): {found.people} people, {found.final} with a figure, by "
        f"{found.scheme or 'no scheme'} {found.scheme_version}; facts {found.input_digest}: verified"
    )


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except OSError as missing:
        raise BundleUnreadable("bundle", missing.strerror or "cannot be opened") from missing
    return data


async def _employee(text: str) -> int:
    row = await EmployeeRow.get_or_none(nip=text)
    if row is None and text.isascii() and text.isdigit() and len(text) < 18:
        row = await EmployeeRow.get_or_none(id=int(text))
    if row is None:
        raise NotFound("employee", text)
    return int(row.id)
