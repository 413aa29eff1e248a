"""`eperf pull`: ask machines and clouds for their records now."""

from __future__ import annotations

from datetime import timedelta

import typer

from eperf.app.cli.imports import PART
from eperf.app.cli.run import run_with_database
from eperf.app.house import House
from eperf.services.attendance.pull import Pulled, pull_due, pull_named


def pull(
    serial: str | None = typer.Argument(
        None, help="The serial number of one device; all that are due unless given.", show_default=False
    ),
) -> None:
    """Ask devices for their records; exits with 1 when one did not give them all.

    Which devices are asked, and where, is in their options.
    """

    async def job(house: House) -> list[Pulled]:
        every = timedelta(seconds=house.settings.pull_seconds or 1)
        if serial is not None:
            return [await pull_named(house.call(), serial, house.outside(), every)]
        return await pull_due(house.call(), house.outside(), every)

    done = run_with_database(job)
    for one in done:
        print(
            f"{one.serial}: {one.used} used, {one.duplicates} duplicates, {one.unexplained} unexplained"
            + (f"; {one.error}" if one.error else "")
        )
    if not done:
        print("No device is due.")
    if any(one.error for one in done):
        raise typer.Exit(PART)
