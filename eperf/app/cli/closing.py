"""`eperf period`: closing months."""

from __future__ import annotations

import typer

from eperf.app.cli.run import run_with_database
from eperf.app.house import House
from eperf.domain.closing import PeriodState
from eperf.domain.period import months_of
from eperf.services import closing
from eperf.services.scoring import score_dirty
from eperf.store.closing import ClosingRow

app = typer.Typer(help="Months, quarters and years that are closed.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Makes `close` a word of its own, though it is the only one."""


@app.command()
def close(
    unit: str = typer.Argument(help="The code of the unit; all units below it are closed with it."),
    period: str = typer.Argument(help="A month YYYY-MM, a quarter YYYYQ1 to YYYYQ4, or a year YYYY."),
    reason: str | None = typer.Option(
        None, "--reason", help="Close although scores are provisional, and why."
    ),
) -> None:
    """Score what waits, freeze the facts, and close each month of the period.

    Exits with 1 when a month is begun but still waits for something, with 2 when it cannot be closed.
    """

    async def job(house: House) -> list[ClosingRow]:
        number = await closing.unit_of(unit)
        done: list[ClosingRow] = []
        while await score_dirty(house.call()):
            pass
        for month in months_of(period):
            row_id = await closing.close(house.call(), number, month, reason)
            while await closing.freeze_closing(house.call(), house.blobs()):
                pass
            done.append(await ClosingRow.get(id=row_id))
        return done

    rows = run_with_database(job)
    for row in rows:
        held = f"; {row.held}" if row.held else ""
        print(f"{unit} {row.period}: {row.state}, {row.people} scores, {row.provisional} provisional{held}")
    if any(row.state != PeriodState.CLOSED for row in rows):
        raise typer.Exit(1)
