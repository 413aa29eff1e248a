"""`eperf pay-advice`: what a unit's people would be paid for a month, before tax, with the steps that led there."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import typer

from eperf.app.cli.run import REFUSED, errors, run_with_database
from eperf.app.house import House
from eperf.domain.errors import BadInput
from eperf.domain.pay.circumstance import Circumstance, read
from eperf.domain.pay.table import as_csv, cells
from eperf.domain.period import YearMonth
from eperf.services.pay import Advised, advise


def pay_advice(
    unit: str = typer.Option(..., "--unit", help="The code of a unit: it and all below it."),
    period: str = typer.Option(..., "--period", help="The month, YYYY-MM."),
    circumstances: Path | None = typer.Option(
        None,
        "--circumstances",
        help="A CSV file of standings and punishments: nip,kind,word,since,until,basis.",
        exists=True,
        dir_okay=False,
    ),
    none: bool = typer.Option(False, "--no-circumstances", help="There are none of either."),
    out: Path | None = typer.Option(None, "--out", help="A new file for the table; else it is printed."),
    as_json: bool = typer.Option(False, "--json", help="JSON lines instead of CSV."),
) -> None:
    """Advise a month's pay of a unit, before tax; it pays nobody.

    Standings and punishments are not recorded in eperf, so they come in a file, or it has to be said that there are
    none. Who has no amount is listed with the cause. Exits with 1 when there is such a line, with 2 when refused.
    """
    if (circumstances is None) is not none:
        errors.print("give --circumstances FILE, or --no-circumstances, and not both", style="red")
        raise typer.Exit(REFUSED)

    async def job(house: House) -> list[Advised]:
        month, told = YearMonth.parse(period), _told(circumstances)
        return [line async for page in advise(house.call(), unit, month, told) for line in page]

    lines = run_with_database(job)
    text = _as_json(lines, period) if as_json else _as_csv(lines, YearMonth.parse(period))
    if out is None:
        sys.stdout.write(text)
    else:
        _written(out, text)
    missing = sum(one.line.amount_rp is None for one in lines)
    errors.print(
        f"{len(lines)} people, {len(lines) - missing} with an amount, {missing} missing", highlight=False
    )
    if missing:
        raise typer.Exit(1)


def _told(path: Path | None) -> tuple[Circumstance, ...]:
    if path is None:
        return ()
    try:
        return read(path.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError as wrong:
        raise BadInput("circumstances", path.name, "not UTF-8") from wrong


def _written(out: Path, text: str) -> None:
    try:
        with out.open("x", encoding="utf-8", newline="") as file:
            file.write(text)
    except OSError as wrong:
        errors.print(f"{out}: {wrong.strerror}", style="red", markup=False, highlight=False)
        raise typer.Exit(REFUSED) from wrong


def _as_csv(lines: list[Advised], month: YearMonth) -> str:
    return as_csv(
        cells(month, one.unit_code, one.nip, one.name, one.job_class, one.policy, one.line) for one in lines
    )


def _as_json(lines: list[Advised], period: str) -> str:
    return "".join(json.dumps(_line(one, period), ensure_ascii=False) + "\n" for one in lines)


def _line(one: Advised, period: str) -> dict[str, object]:
    return {
        "period": period,
        "employee": one.employee_id,
        "nip": one.nip,
        "name": one.name,
        "unit": one.unit_code,
        "job_class": one.job_class,
        "policy": one.policy,
        "amount_rp": one.line.amount_rp,
        "cause": one.line.cause,
        "steps": [step.as_dict() for step in one.line.steps],
    }
