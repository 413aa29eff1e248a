"""`eperf what-if`: a candidate beside what is stored, printed; nothing is written."""

from __future__ import annotations

import json
from typing import Any

import typer
from rich.console import Console
from rich.table import Table

from eperf.app.cli.run import json_object, run_with_database
from eperf.app.house import House
from eperf.domain.period import YearMonth
from eperf.domain.scoring import amount_text, hundredths
from eperf.services.closing import unit_of
from eperf.services.what_if import Candidate, Prediction, predict
from eperf.store.people import EmployeeRow


def what_if(
    unit: str = typer.Argument(help="The code of a unit: it and all below it."),
    first: str = typer.Argument(help="The first month, YYYY-MM."),
    last: str | None = typer.Option(None, "--to", help="The last month; the first unless given."),
    scheme: str | None = typer.Option(
        None, "--scheme", help="The candidate, plugin/part; without it each unit's own as it is installed."
    ),
    settings: str = typer.Option("{}", "--settings", help="Its settings, a JSON object."),
    bands: str = typer.Option(
        "", "--bands", help="Lower bounds of bands, ascending, parted by commas: 60,76,91."
    ),
    most: int = typer.Option(20, "--most", min=1, max=1000, help="How many of the biggest movers to print."),
    as_json: bool = typer.Option(False, "--json", help="Print JSON."),
) -> None:
    """Show what a scheme, a version or settings would make of past months: who moves, and which stage moved them."""

    async def job(house: House) -> tuple[Prediction, list[dict[str, Any]]]:
        candidate = Candidate(
            await unit_of(unit),
            YearMonth.parse(first),
            YearMonth.parse(last or first),
            scheme,
            json_object("settings", settings),
            tuple(hundredths(one, "bands") for one in bands.split(",") if one),
        )
        found = await predict(house.call(), house.blobs(), candidate)
        return found, await _biggest(found, most)

    found, movers = run_with_database(job)
    if as_json:
        print(json.dumps({"summary": vars(found.summary), "stale": found.stale, "movers": movers}))
        return
    _print(found, movers)


async def _biggest(found: Prediction, most: int) -> list[dict[str, Any]]:
    moved = found.moves.filter(found.moves.get_column("delta_h").fill_null(0) != 0)
    order = moved.get_column("delta_h").abs().arg_sort(descending=True)
    rows = moved[order].head(most).to_dicts()
    people = {
        row.id: row.name for row in await EmployeeRow.filter(id__in=[one["employee_id"] for one in rows])
    }
    return [{"name": people[one["employee_id"]], **one} for one in rows]


def _print(found: Prediction, movers: list[dict[str, Any]]) -> None:
    table = Table("employee", "month", "before", "after", "difference", "rank", "stage")
    for one in movers:
        table.add_row(
            one["name"], one["period"], amount_text(one["before_h"]), amount_text(one["after_h"]),
            amount_text(one["delta_h"]), f"{one['rank_before']} to {one['rank_after']}", one["stage"] or "",
        )  # fmt: skip
    Console().print(table)
    figures = found.summary
    print(
        f"{figures.people} scores: {figures.up} up, {figures.down} down, {figures.same} the same, "
        f"{figures.provisional} without a figure; {figures.overtaken} change rank; all together "
        f"{amount_text(figures.sum_before_h)} to {amount_text(figures.sum_after_h)}; {found.stale} were waiting to be "
        "computed. Nothing was changed."
    )
